"""A picture of a world at rest, to compare two of them by."""

import json
from collections.abc import Iterator
from typing import Any

from kiwi_load.situation import read_situation
from kiwi_sync.keys import RowKind
from kiwi_sync.rules.action import Action, next_action
from kiwi_sync.rules.reasons import Notice
from kiwi_sync.state.rows import Row

from tests import consistency
from tests.consistency import is_claim
from tests.unit.load.driver import World

_COMPARED = (
    "desired",
    "reason",
    "kiwi_id",
    "outcome",
    "problem",
    "restore_access",
    "access_tries",
    "quiet",
    "readdressing",
    "disturbs",
    "disturbed",
    "awaited_by",
    "doors",
    "noticed",
    "coordinates",
    "claims",
    "held",
    "parents",
    "todo",
)


def picture(world: World) -> dict[str, Any]:
    """KIWI's content, doors and rows, without counters of attempts."""
    rows = {
        key: {name: getattr(row, name) for name in _COMPARED}
        | {"expires": row.expires is not None, "next": _next_action(world, row)}
        for key, row in world.rows().items()
    }
    doors = sorted(world.opens())
    claims = {claim: sorted(items) for claim, items in world.table.items.items() if items and is_claim(claim)}
    rows = world.without_organization(rows)
    return {"content": world.content(), "doors": doors, "rows": rows, "links": links(world), "claims": claims}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """The differences between two pictures."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        return [line for key in keys for line in differences(one.get(key), other.get(key), f"{path}/{key}")]
    return [] if one == other else [f"{path}: {one!r} instead of {other!r}"]


def _next_action(world: World, row: Row) -> Action | None:
    situation = (
        None if row.key.kind is RowKind.MIETVERTRAG else read_situation(world.table, row.key, lambda: "")
    )
    return None if situation is None else next_action(situation.wish, situation.actual)


def faults(world: World) -> list[str]:
    """Faults that remain once nothing is owed; empty if all is well."""
    return [*consistency.faults(world.table, world.rows()), *_coordinate_faults(world)]


def _coordinate_faults(world: World) -> Iterator[str]:
    """Units whose row says nothing of other coordinates in KIWI, or says so though there are none."""
    units = world.kiwi.content(world.organization)["rental_unit"]
    for row in world.rows().values():
        if row.coordinates is None or row.desired is None or row.problem is not None:
            continue
        wanted, there = json.loads(row.desired)["address"], units[row.kiwi_id]["address"]
        differ = wanted is not None and any(
            round(wanted[name], 10) != round(there[name], 10) for name in ("lat", "lng")
        )
        if differ != (Notice.COORDINATES_KEPT in row.noticed):
            yield f"other coordinates: {differ}, {sorted(row.noticed)} {row.key}"


def links(world: World) -> list[tuple[str, str]]:
    """Every link: the parent's key, the agreement's key."""
    return consistency.links(world.table)
