"""What a person does in KIWI's portal while the synchronization works: drawn from a seed."""

import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kiwi_local.kiwi.errors import ApiError

from tests.generate_world import SHARED_EMAILS, TENANTS

if TYPE_CHECKING:
    from tests.simulation.world import World

KINDS = ("rental_agreement", "tenant", "rental_unit")


def edit(world: "World", what: str, rng: random.Random) -> None:
    """Do it; what KIWI refuses a person, does not happen."""
    with suppress(ApiError):
        match what:
            case "by hand: delete":
                _delete(world, rng)
            case "by hand: foreign tenant":
                _foreign_tenant(world, rng)
            case "by hand: foreign unit":
                _foreign_unit(world, rng)
            case "access":
                _access(world, rng)


def _delete(world: "World", rng: random.Random) -> None:
    """Delete one of ours; of an agreement its access too, as a person would."""
    content = world.kiwi.content()
    kind = rng.choice(KINDS)
    ids = sorted(set(content[kind]) - set(world.foreign))
    if not ids:
        return
    victim = rng.choice(ids)
    if kind == "rental_agreement":
        world.kiwi.set_access(victim, on=False)
    world.kiwi.remove_object(kind, victim)
    world.scheduler.say(f"a person deletes {kind} {victim}")


def _foreign_tenant(world: "World", rng: random.Random) -> None:
    """Somebody else's tenant, with the address or the external id of one of ours (with both it is ours)."""
    number = rng.choice(TENANTS)
    address, external = rng.choice(
        (
            (f"mieter{TENANTS.index(number)}-0001@mail.example.org", f"fremd {rng.randrange(100)}"),
            (SHARED_EMAILS[0], f"fremd {rng.randrange(100)}"),
            ("fremd@example.org", f"0001{world.separator}{number}"),
        )
    )
    fields = {"external_id": external, "email_address": address, "first_name": "F", "last_name": "F"}
    _foreign(world, "tenant", fields, rng)


def _foreign_unit(world: "World", rng: random.Random) -> None:
    external = rng.choice((world.separator.join(("0001", "100", "0001")), f"fremd {rng.randrange(100)}"))
    _foreign(world, "rental_unit", {"external_id": external, "name": "fremd"}, rng)


def _foreign(world: "World", kind: str, fields: dict[str, Any], rng: random.Random) -> None:
    item = {"id": f"foreign-{rng.randrange(1 << 30)}", **fields}
    world.kiwi.put_object(kind, item)
    world.foreign[item["id"]] = (kind, world.kiwi.content()[kind][item["id"]])
    world.scheduler.say(f"a person creates {kind} {item['id']}")


def _access(world: "World", rng: random.Random) -> None:
    """Give or take the access of one of our agreements: KIWI's business, not ours, until it goes."""
    # KIWI cannot delete on condition that access is off: who gives it just then is too quick for everybody.
    ids = sorted(set(world.kiwi.content()["rental_agreement"]) - world.wire.deleting)
    if ids:
        chosen = rng.choice(ids)
        on = rng.random() < 0.8
        world.kiwi.set_access(chosen, on=on)
        world.scheduler.say(f"a person {'gives' if on else 'takes'} the access of {chosen}")
