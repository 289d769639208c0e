"""What must hold of a world at rest, and a picture of it to compare two of them by."""

from typing import Any

from kiwi_load.plan import Action, plan
from kiwi_load.situation import read_situation
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import PARKED, Row

from tests.unit.load.driver import World

TAKEN = {Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN}
_COMPARED = (
    "desired",
    "reason",
    "kiwi_id",
    "outcome",
    "problem",
    "restore_access",
    "claims",
    "held",
    "parents",
    "todo",
)


def picture(world: World) -> dict[str, Any]:
    """KIWI's content, doors, and what the rows say; without what counts how often something was tried."""
    rows = {
        key: {name: getattr(row, name) for name in _COMPARED}
        | {"expires": row.expires is not None, "next": _next_action(world, row)}
        for key, row in world.rows().items()
    }
    doors = sorted(world.kiwi.doors(world.organization))
    claims = {
        claim: sorted(items) for claim, items in world.table.items.items() if items and _is_claim(claim)
    }
    return {"content": world.content(), "doors": doors, "rows": rows, "links": links(world), "claims": claims}


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two pictures differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted({*one, *other})
        return [line for key in keys for line in differences(one.get(key), other.get(key), f"{path}/{key}")]
    return [] if one == other else [f"{path}: {one!r} instead of {other!r}"]


def links(world: World) -> list[tuple[str, str]]:
    """Every link: the parent's key, the agreement's key."""
    return sorted(
        (pk.removeprefix("%link#"), sk)
        for pk, items in world.table.items.items()
        for sk in items
        if pk.startswith("%link#")
    )


def faults(world: World) -> list[str]:
    """What is not as it must be once nothing is outstanding; empty if all is well."""
    rows = world.rows()
    found = [fault for row in rows.values() for fault in _faults_of(world, row)]
    for parent, agreement in links(world):
        if not _hangs_on(rows.get(agreement), parent):
            found.append(f"orphan link {parent} {agreement}")
    for claim, items in world.table.items.items():
        if _is_claim(claim):
            found += [fault for sk, item in items.items() for fault in _claim_faults(world, claim, sk, item)]
    return found


def _next_action(world: World, row: Row) -> Action | None:
    situation = None if row.key.kind is RowKind.MIETVERTRAG else read_situation(world.table, row.key)
    return None if situation is None else plan(situation.wish, situation.actual)


def _is_claim(pk: str) -> bool:
    return pk.startswith("%claim#")


def _faults_of(world: World, row: Row) -> list[str]:
    found = []
    if row.doubt is not None:
        found.append(f"in doubt: {row.key}")
    if row.todo is not None and (row.todo_at != PARKED or row.problem is None):
        found.append(f"owed: {row.key}")
    if not row.claims <= _needs(world, row) | row.held:
        found.append(f"surplus claims: {row.key}")
    if not row.held <= row.claims:
        found.append(f"uses what it does not claim: {row.key}")
    return found


def _needs(world: World, row: Row) -> frozenset[str]:
    if row.key.kind is RowKind.MIETVERTRAG:
        return frozenset()
    situation = read_situation(world.table, row.key)
    assert situation is not None
    return frozenset(situation.claims)


def _hangs_on(agreement: Row | None, parent: str) -> bool:
    if agreement is None:
        return False
    if agreement.desired is not None:
        desired = DesiredAgreement.model_validate_json(agreement.desired)
        if parent in {desired.tenant, desired.rental_unit}:
            return True
    return agreement.perhaps_in_kiwi and parent in agreement.parents


def _claim_faults(world: World, claim: str, sk: str, item: dict[str, Any]) -> list[str]:
    key = RowKey.parse(str(item.get("holder", item.get("waiter"))))
    row = world.row(key.text)
    if claim not in row.claims:
        return [f"{sk} {key} has forgotten its claim"]
    if sk == "holder":
        used = claim in row.held or claim in _needs(world, row)
        return [] if used else [f"{key} holds what it does not use"]
    waits = row.outcome in TAKEN and claim in _needs(world, row) and claim not in row.held
    return [] if waits else [f"{key} waits without need"]
