"""A person's actions in KIWI's portal during the synchronization, drawn from a seed."""

import random
from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from typing import TYPE_CHECKING, Any

from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.kiwi.error_answers import ApiError
from kiwi_sync.rules.ids import former_kiwi_id

from tests.generate_world import MANDANTEN, SHARED_EMAILS, TENANTS

if TYPE_CHECKING:
    from tests.simulation.world import World

NEIGHBOUR = 77
Content = dict[str, dict[str, dict[str, Any]]]
KINDS = ("rental_agreement", "tenant", "rental_unit")


def edit(world: "World", what: str, rng: random.Random) -> None:
    """Carry out a person's action, unless KIWI refuses it."""
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
            case "door":
                _door(world, rng)


def neighbour(kiwi: EmbeddedKiwi) -> Content:
    """Another housing company with the same numbers, present in KIWI for a long time."""
    kiwi.add_account("neighbour", "secret", NEIGHBOUR)
    for mandant, number in product(MANDANTEN, TENANTS):
        key = former_kiwi_id((mandant, number))
        fields = {"external_id": f"n-{key}", "email_address": f"{key}@nachbar.example.org"}
        kiwi.put_object("tenant", {"id": key, **fields, "first_name": "N", "last_name": "N"}, NEIGHBOUR)
    return kiwi.content(NEIGHBOUR)


def support(world: "World") -> None:
    """End failed withdrawals, as KIWI's support does."""
    for key, agreement in world.kiwi.content()["rental_agreement"].items():
        if agreement["state"]["actual"] == "Deactivating":
            world.kiwi.resolve_stuck(key)
            world.scheduler.say(f"KIWI's support takes the access of {key}")
            _give_shared_doors(world, agreement)


def _door(world: "World", rng: random.Random) -> None:
    """Assign another door to one of our units."""
    ids = sorted(set(world.kiwi.content()["rental_unit"]) - set(world.foreign))
    if not ids:
        return
    unit, door = rng.choice(ids), f"door-{rng.randrange(3)}"
    if unit in world.wire.deleting_units:
        return
    world.kiwi.assign_door(unit, door)
    world.assigned.add((unit, door))
    world.scheduler.say(f"a person assigns {door} to {unit}")
    for agreement in world.kiwi.content()["rental_agreement"].values():
        if agreement["rental_unit_id"] == unit and agreement["state"]["actual"] == "Activated":
            world.kiwi.put_permission(agreement["tenant"]["email_address"], door)


def _take(world: "World", key: str) -> None:
    """Take an agreement's access, then restore the tenant's shared doors, as people do."""
    agreement = world.kiwi.content()["rental_agreement"][key]
    if agreement["state"]["actual"] == "Deactivating":
        world.kiwi.resolve_stuck(key)
    else:
        world.kiwi.set_access(key, on=False)
    _give_shared_doors(world, agreement)


def _give_shared_doors(world: "World", agreement: Mapping[str, Any]) -> None:
    for other in world.kiwi.content()["rental_agreement"].values():
        mine = other["tenant_id"] == agreement["tenant_id"] and other["state"]["actual"] == "Activated"
        for door in world.kiwi.access_points(other["rental_unit_id"]) if mine else ():
            world.kiwi.put_permission(other["tenant"]["email_address"], door["id"])


def _delete(world: "World", rng: random.Random) -> None:
    """Delete one of our objects, an agreement with its access, as a person would."""
    content = world.kiwi.content()
    kind = rng.choice(KINDS)
    ids = sorted(set(content[kind]) - set(world.foreign))
    if not ids:
        return
    victim = rng.choice(ids)
    if kind == "rental_agreement":
        _take(world, victim)
    world.kiwi.remove_object(kind, victim)
    world.scheduler.say(f"a person deletes {kind} {victim}")


def _foreign_tenant(world: "World", rng: random.Random) -> None:
    """A foreign tenant with the address or the external id of one of ours (both together make it ours)."""
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
    # KIWI cannot delete on condition that access is off: a person who gives it just then beats everybody.
    # Nor can it change an address on that condition.
    changing = {row.key.text for row in world.rows().values() if row.readdressing is not None}
    there = world.kiwi.content()["rental_agreement"]
    under_change = {
        row.kiwi_id for row in world.rows().values() if row.kiwi_id in there and row.parents & changing
    }
    ids = sorted(set(there) - world.wire.deleting - under_change)
    if ids:
        chosen = rng.choice(ids)
        on = rng.random() < 0.8
        if on:
            world.kiwi.set_access(chosen, on=True)
        else:
            _take(world, chosen)
        state = world.kiwi.content()["rental_agreement"][chosen]["state"]
        wanted = any(row.kiwi_id == chosen and row.desired for row in world.rows().values())
        world.given[state["id"]] = wanted and state["actual"] == "Activated", world.scheduler.now
        world.scheduler.say(f"a person {'gives' if on else 'takes'} the access of {chosen}")
