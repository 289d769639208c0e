"""An address that more tenants than the limit want is a placeholder: nobody is in KIWI under it."""

import itertools

import pytest
from kiwi_load.stage import Hint
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.wants import email_claim, wants

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.points import Crash, Points
from tests.unit.load.rest import faults
from tests.unit.load.scenarios import OURS, access_on, put_tenant
from tests.unit.transform.world import CONNECTION, agreement_key, lease, tenant, tenant_key, unit

MANY = 200
OTHER = "b@kiwi.example.com"
FOUR = ("7", "8", "9", "10")


def emails(world: World) -> list[str]:
    return sorted(one["email_address"] for one in world.content()["tenant"].values())


def outcomes(world: World, *numbers: str) -> list[str | None]:
    return [world.row(tenant_key(number)).outcome for number in numbers]


def housed(world: World, *numbers: str) -> None:
    """Each tenant of these has a lease of its own, and all want one address."""
    world.settle(unit(), *(tenant(number) for number in numbers))
    world.settle(*(lease(f"L{number}", [number]) for number in numbers))


def test_the_fourth_takes_it_from_all_and_one_gets_it_again_when_one_leaves(world: World) -> None:
    housed(world, *FOUR[:3])
    access_on(world)
    assert (emails(world), len(world.ids("rental_agreement"))) == ([OURS], 1)
    housed(world, "10")
    assert (emails(world), world.ids("rental_agreement")) == ([], [])
    assert world.opens() == set()
    assert outcomes(world, *FOUR) == [Reason.PLACEHOLDER_EMAIL] * 4
    assert world.row(agreement_key("L7", "7")).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    assert faults(world) == []
    world.settle(tenant("8", OTHER))
    assert emails(world) == sorted([OURS, OTHER])
    assert sorted(map(str, outcomes(world, "7", "9", "10"))) == ["None", "email_taken", "email_taken"]
    assert len(world.ids("rental_agreement")) == 2
    assert faults(world) == []


@pytest.mark.parametrize("order", list(itertools.permutations(FOUR[:3])))
def test_the_order_in_which_they_come_makes_no_difference(
    new_direct_world: NewWorld, order: tuple[str, ...]
) -> None:
    world = new_direct_world(seed=int("".join(order)))
    world.configure(shared_email_limit=2)
    for number in order:
        housed(world, number)
    assert (emails(world), world.ids("rental_agreement")) == ([], [])
    assert outcomes(world, *order) == [Reason.PLACEHOLDER_EMAIL] * 3
    assert faults(world) == []


def test_who_is_deleted_or_loses_the_address_is_not_counted(world: World) -> None:
    housed(world, *FOUR)
    world.settle(tenant_key("7"), tenant("8", None))
    assert emails(world) == [OURS]
    assert faults(world) == []
    world.settle(tenant_key("9"), tenant_key("10"), tenant_key("8"))
    assert emails(world) == []
    assert {row.key.numbers: row.wants for row in world.rows().values() if row.wants} == {}
    assert faults(world) == []


def test_thousands_that_share_an_address_cost_no_more_each_than_few(new_direct_world: NewWorld) -> None:
    def sent(number: int) -> int:
        world = new_direct_world()
        world.settle(*(tenant(str(one)) for one in range(number)))
        assert emails(world) == []
        before = len(world.table.writes)
        world.settle(tenant(str(number)))
        return len(world.table.writes) - before

    assert sent(40) <= sent(5) + 2


def test_who_enters_reads_no_more_than_the_limit(world: World) -> None:
    world.settle(*(tenant(str(number)) for number in range(9)))
    assert len(wants(world.table, email_claim(CONNECTION, OURS), 3)) == 4


@pytest.mark.parametrize(("before", "after", "there"), [(3, 2, 0), (2, 3, 1), (0, 2, 0), (2, 0, 1)])
def test_another_limit_holds_when_the_records_are_said_again(
    world: World, before: int, after: int, there: int
) -> None:
    world.configure(shared_email_limit=before)
    housed(world, *FOUR[:3])
    world.configure(shared_email_limit=after)
    for number in FOUR[:3]:
        world.settle(tenant(number))
    assert (len(emails(world)), len(world.ids("rental_agreement"))) == (there, there)
    assert faults(world) == []


def test_without_a_limit_nobody_is_counted(world: World) -> None:
    world.configure(shared_email_limit=0)
    housed(world, *FOUR)
    assert emails(world) == [OURS]
    assert not any(sk.startswith("want#") for items in world.table.items.values() for sk in items)


def test_a_blocked_address_takes_its_tenant_from_kiwi(world: World) -> None:
    housed(world, "7")
    access_on(world)
    world.configure(blocked_emails=[f"@{OURS.partition('@')[2]}"])
    world.settle(tenant("7"))
    assert (emails(world), world.ids("rental_agreement")) == ([], [])
    assert world.row(tenant_key("7")).reason == Reason.PLACEHOLDER_EMAIL
    world.settle(tenant("7", f"{OURS}; erika@example.org"))
    assert (emails(world), len(world.ids("rental_agreement"))) == (["erika@example.org"], 1)
    assert faults(world) == []


def test_who_waits_for_a_new_address_does_not_stay_under_a_placeholder(world: World) -> None:
    housed(world, "7")
    access_on(world)
    world.settle(tenant("8", OTHER))
    world.settle(tenant("7", OTHER))
    assert (emails(world), outcomes(world, "7")) == (sorted([OURS, OTHER]), [Reason.EMAIL_TAKEN])
    world.settle(*(tenant(number) for number in ("9", "10", "11", "12")))
    assert (emails(world), world.ids("rental_agreement")) == ([OTHER], [])
    assert outcomes(world, "7") == [Reason.EMAIL_TAKEN]
    assert faults(world) == []
    world.settle(tenant("8", None))
    assert (emails(world), len(world.ids("rental_agreement"))) == ([OTHER], 1)
    assert faults(world) == []


def test_who_waits_for_a_new_address_does_not_stay_under_a_blocked_one(world: World) -> None:
    housed(world, "7")
    world.settle(tenant("8", "b@example.org"))
    world.settle(tenant("7", "b@example.org"))
    world.configure(blocked_emails=[OURS], shared_email_limit=0)
    world.settle(tenant("7", "b@example.org"), tenant("8", "b@example.org"))
    assert (emails(world), world.ids("rental_agreement")) == (["b@example.org"], [])
    assert faults(world) == []


def test_who_cannot_have_a_new_address_because_of_others_does_not_stay_under_a_placeholder(
    world: World,
) -> None:
    put_tenant("foreign", "no-one-s", OTHER)(world)
    housed(world, "7")
    world.settle(tenant("7", OTHER))
    assert world.row(tenant_key("7")).problem == Problem.FOREIGN_OBJECT
    assert emails(world) == sorted([OURS, OTHER])
    world.settle(*(tenant(number) for number in FOUR[1:]), tenant("11"))
    assert (emails(world), world.ids("rental_agreement")) == ([OTHER], [])
    row = world.row(tenant_key("7"))
    assert (row.problem, row.outcome) == (Problem.FOREIGN_OBJECT, None)
    assert faults(world) == []


@pytest.mark.parametrize("email", [None, OTHER])
def test_who_dies_while_leaving_and_wants_the_address_again_is_counted(
    new_direct_world: NewWorld, email: str | None
) -> None:
    """Before every effect of leaving: the load dies, and the ERP takes the change back."""

    def dies(_what: str) -> None:
        world.erp.say(tenant("7"))
        raise Crash

    for at in range(1, MANY):
        points = Points(at, happening=dies)
        world = new_direct_world(points=points, seed=at)
        housed(world, "7")
        world.erp.say(tenant("7", email))
        points.arm()
        world.quiet()
        if not points.happened:
            return
        assert (emails(world), faults(world)) == ([OURS], []), f"{at}: before {points.passed[-1]}"
    raise AssertionError("the change has no end")


def test_settings_that_break_in_the_middle_put_the_tenant_off(world: World) -> None:
    housed(world, "7")
    world.settle(tenant("8", OTHER))
    world.settle(tenant("7", OTHER))
    world.ssm.put(CONNECTION, "{}")
    pk, sk = world.row(tenant_key("7")).at
    world.table.items[pk][sk]["settings_version"] = 9
    key = RowKey.parse(tenant_key("7"))
    assert world.load.work([Hint(key, False, 1, ("receipt",))]) == {}
    assert world.row(tenant_key("7")).todo is not None
