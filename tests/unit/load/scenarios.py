"""Events in a small company: a state, then a change."""

from collections.abc import Callable
from dataclasses import dataclass

from kiwi_sync.erp.models import Record

from tests.unit.load.driver import World
from tests.unit.transform.world import lease, lease_key, tenant, tenant_key, unit, unit_key

Step = Callable[[World], None]

OURS = "anna@kiwi.example.com"
AGREEMENT = "0001--L--7"


@dataclass(frozen=True)
class Scenario:
    """`before` comes to rest step by step; then comes `change`."""

    name: str
    change: Step
    before: tuple[Step, ...] = ()


def says(*changes: Record | str) -> Step:
    """The ERP says something."""
    return lambda world: world.erp.say(*changes)


def access_on(world: World) -> None:
    """A property manager gives access to all."""
    for agreement in world.ids("rental_agreement"):
        world.kiwi.set_access(agreement, True, world.organization)


def _new_separator(world: World) -> None:
    world.configure(separator="/")
    world.erp.say(unit("1"), tenant("7"), lease())


def _deleted_by_hand(world: World) -> None:
    for kind, key in (("rental_agreement", AGREEMENT), ("tenant", "0001--7")):
        world.kiwi.remove_object(kind, key, world.organization)
    world.erp.say(tenant("7", name="Anne"))


def put_tenant(key: str, external_id: str, email: str) -> Step:
    """Somebody creates a tenant in KIWI by hand."""
    fields = {"first_name": "Anna", "last_name": "Muster"}
    return lambda world: world.kiwi.put_object(
        "tenant",
        {"id": key, "external_id": external_id, "email_address": email, **fields},
        world.organization,
    )


def sharing_is_limited_to(limit: int) -> Step:
    return lambda world: world.configure(shared_email_limit=limit)


STANDS = says(unit("1"), tenant("7"), lease())
FREED = says(tenant("7", email="other@kiwi.example.com"))
MOVED = says(unit("2", "Whg. 2"), unit_key("1"), lease(unit="2"))
TWINS = (
    says(unit("1"), tenant("7"), tenant("1-7", email="b@kiwi.example.com"), lease("L-1", ["7"])),
    says(lease("L", ["1-7"])),
)
NAMESAKES = tenant("1-7", "b@kiwi.example.com"), tenant("7").model_copy(update={"mandant": "0001-1"})
"""Two tenants with one external id, and two addresses."""

SCENARIOS = (
    Scenario("create", says(unit(), tenant("7"), tenant("8", "b@kiwi.example.com"), lease("L", ["7", "8"]))),
    Scenario(
        "update",
        says(unit(name="Neu"), tenant(name="Anne"), lease(ende="2027-01-31")),
        (STANDS, access_on),
    ),
    Scenario("delete", says(unit_key(), tenant_key(), lease_key()), (STANDS, access_on)),
    Scenario("return", STANDS, (STANDS, says(unit_key(), tenant_key(), lease_key()))),
    Scenario("moved lease", MOVED, (STANDS, access_on)),
    Scenario("another tenant", says(lease("L", ["8"]), tenant("8", "b@kiwi.example.com")), (STANDS,)),
    Scenario("new separator", _new_separator, (STANDS, access_on)),
    Scenario("e-mail lost", says(tenant(email=None)), (STANDS, access_on)),
    Scenario("parents come late", says(unit(), tenant()), (says(lease()),)),
    Scenario("e-mail taken", says(tenant("8")), (STANDS,)),
    Scenario("e-mail freed by deletion", says(tenant_key("7")), (STANDS, says(tenant("8")))),
    Scenario("e-mail freed by change", FREED, (STANDS, says(tenant("8"), lease("M", ["8"])))),
    Scenario(
        "e-mail passed on",
        says(tenant("7", "third@kiwi.example.com"), tenant("8"), tenant("9", "c@kiwi.example.com")),
        (STANDS,),
    ),
    Scenario(
        "one too many shares",
        says(tenant("8"), lease("M", ["8"])),
        (sharing_is_limited_to(1), STANDS, access_on),
    ),
    Scenario(
        "one too many shares no longer",
        says(tenant("8", "b@kiwi.example.com")),
        (sharing_is_limited_to(1), STANDS, says(tenant("8"), lease("M", ["8"]))),
    ),
    Scenario(
        "a former address becomes a placeholder",
        says(tenant("9"), tenant("10"), tenant("11")),
        (
            sharing_is_limited_to(2),
            STANDS,
            access_on,
            says(tenant("8", "b@kiwi.example.com")),
            says(tenant("7", "b@kiwi.example.com")),
        ),
    ),
    Scenario("waiter gone", says(tenant_key("8")), (STANDS, says(tenant("8")))),
    Scenario(
        "swap",
        says(tenant("7", "b@kiwi.example.com"), tenant("8", OURS)),
        (STANDS, says(tenant("8", "b@kiwi.example.com"))),
    ),
    Scenario("same external id", says(lease_key("L-1")), TWINS),
    Scenario("external id taken", says(NAMESAKES[1]), (says(NAMESAKES[0]), says(tenant("8")))),
    Scenario("external id taken, address wanted", says(NAMESAKES[1], tenant("8")), (says(NAMESAKES[0]),)),
    Scenario("external id freed", says(tenant_key("1-7")), (says(NAMESAKES[0]), says(NAMESAKES[1]))),
    Scenario(
        "external id and address freed",
        says(tenant_key("1-7"), tenant_key("8")),
        (says(NAMESAKES[0], tenant("8")), says(NAMESAKES[1])),
    ),
    Scenario("deleted by hand", _deleted_by_hand, (STANDS,)),
    Scenario("foreign e-mail", says(unit(), tenant(), lease()), (put_tenant("foreign", "no-one-s", OURS),)),
    Scenario("adopted", STANDS, (put_tenant("theirs", "0001-7", OURS),)),
    Scenario("adopted by id", STANDS, (put_tenant("0001--7", "0001-7", "old@kiwi.example.com"),)),
    Scenario(
        "adopted, then refused",
        STANDS,
        (put_tenant("0001--7", "0001-7", "x@kiwi.example.com"), put_tenant("foreign", "no-one-s", OURS)),
    ),
    Scenario(
        "new e-mail taken",
        says(tenant("7", "b@kiwi.example.com")),
        (STANDS, says(tenant("8", "b@kiwi.example.com"))),
    ),
)


def play(world: World, scenario: Scenario) -> World:
    """The world after the scenario, at rest; its points are armed while the change is worked."""
    for step in scenario.before:
        step(world)
        world.quiet()
    scenario.change(world)
    world.points.arm()
    world.quiet()
    world.points.armed = False
    return world
