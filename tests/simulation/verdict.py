"""Truths about the world at a quiet point."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from kiwi_sync.keys import RowKind
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.claims import wanted_claims
from kiwi_sync.state.rows import Row, item_key

from tests import consistency
from tests.generate import CONNECTION
from tests.oracle import differences, expected_content
from tests.simulation.hands import NEIGHBOUR
from tests.simulation.scheduler import START

if TYPE_CHECKING:
    from tests.simulation.world import World

HALF_A_MINUTE = timedelta(seconds=30)
"""The longest that a load may stand still between its reads and its effects."""
ENDED = {"done", "superseded", "rejected", "held"}


def verdict(world: "World", exports: list[Any] | None) -> list[str]:
    """The faults found; empty if all is well.

    `exports`: those that determine KIWI's content. None: no comparison, since settings have changed half-way,
    or a person has edited KIWI, with no export since then.
    """
    found = [*_always(world), *_state(world)]
    if exports is not None:
        expected = expected_content(
            exports,
            separator=world.separator,
            mandanten=world.mandanten,
            now=START + timedelta(seconds=1),
            email_limit=world.placeholders[0],
            blocked=world.placeholders[1],
            formerly_blocked=[blocked for _, blocked in world.plan.limits],
        )
        wrong = differences(expected, _comparable(world), foreign=world.foreign)
        kept = _kept_by_lost(world)
        found += [one for one in wrong if not any(one.endswith(f"none holds {address}") for address in kept)]
        found += _problems(world)
    return found


def _kept_by_lost(world: "World") -> set[str]:
    """Addresses of tenants that a person has deleted while they wait for another address.

    Their rows hold the addresses, and nobody looks before the rows change.
    """
    tenants = world.kiwi.content()["tenant"]
    rows = world.rows().values()
    lost = [row for row in rows if row.outcome == Reason.EMAIL_TAKEN and row.kiwi_id not in {None, *tenants}]
    held = frozenset[str]().union(*(row.held for row in lost))
    if not held:
        return set()
    payloads = [row for row in rows if row.key.kind is RowKind.MIETER and row.desired is not None]
    return {
        tenant.email_address
        for row in payloads
        for tenant in [Tenant.model_validate_json(str(row.desired))]
        if held & wanted_claims(row.key, tenant).keys()
    }


def _comparable(world: "World") -> dict[str, dict[str, Any]]:
    """KIWI's content, as far as the oracle can know it.

    An object that waits for a taken address or external id keeps its state in KIWI, after a change of the
    separator under its former external id. A tenant that waits for an address is compared under its new
    external id; an object that waits for the external id itself is left out, with its agreements.
    """
    content = world.kiwi.content()
    outside = {item["external_id"]: key for kind in content.values() for key, item in kind.items()}
    left_out: set[str] = set()
    for row in world.rows().values():
        if row.kiwi_id is None or outside.get(row.external_id or "") == row.kiwi_id:
            continue
        if row.outcome == Reason.EXTERNAL_ID_TAKEN:
            left_out.add(row.kiwi_id)
        elif row.outcome == Reason.EMAIL_TAKEN and row.kiwi_id in content["tenant"]:
            content["tenant"][row.kiwi_id]["external_id"] = row.external_id
    parents = ("tenant_id", "rental_unit_id")
    return {
        kind: {
            key: item
            for key, item in items.items()
            if key not in left_out and not left_out & {item.get(parent) for parent in parents}
        }
        for kind, items in content.items()
    }


def _always(world: "World") -> Iterator[str]:
    content = world.kiwi.content()
    for key, (kind, as_it_was) in world.foreign.items():
        if content[kind].get(key) != as_it_was:
            yield f"a foreign {kind} was touched: {key}"
    for key in world.kiwi.deleted_with_access:
        yield f"deleted with its access on: {key}"
    if world.kiwi.content(NEIGHBOUR) != world.neighbour:
        yield "another organization's objects were touched"
    yield from _doors(world, content)
    yield from world.wire.violations
    yield from world.table.violations
    for name, queue in world.lambdas.queues.items():
        yield from (f"dead letter of {name}: {message.body}" for message in queue.dead)


def _unwanted_last(world: "World", row: Row) -> datetime:
    """The last moment at which an agreement, or its tenant, should not have been in KIWI."""
    return max(world.table.unwanted.get(at, START) for at in (row.at, item_key(row.key.tenant)))


def _doors(world: "World", content: Any) -> Iterator[str]:
    """Accounts that open doors they should not, or do not open doors they should.

    Access is on if a person gave it last and it has been kept since. A lease or a tenant that the ERP has
    taken back in between loses it, even if they return before they could go.
    """
    rows = {row.kiwi_id: row for row in world.rows().values() if row.kiwi_id is not None}
    expected: set[tuple[str, str]] = set()
    for key, agreement in content["rental_agreement"].items():
        state = agreement["state"]
        on = state["actual"] == "Activated"
        given, since = world.given.get(state["id"], (False, START))
        row = rows.get(key)
        excused = row and (row.problem or _unwanted_last(world, row) >= since - HALF_A_MINUTE)
        if state["status"] == "Error" and not (row and row.problem):
            yield f"nobody knows that the access of {key} has failed"
        if given and not on and not excused:
            yield f"the access of {key} was not given again"
        if on:
            points = world.kiwi.access_points(agreement["rental_unit_id"])
            expected |= {(agreement["tenant"]["email_address"], point["id"]) for point in points}
    opens = world.kiwi.permissions()
    yield from (f"{account} still opens {door}" for account, door in sorted(opens - expected))
    yield from (f"{account} does not open {door}" for account, door in sorted(expected - opens))
    for unit, door in sorted(world.assigned):
        if unit in content["rental_unit"] and door not in _ids(world.kiwi.access_points(unit)):
            yield f"{unit} has lost {door}"


def _ids(points: Any) -> set[str]:
    return {point["id"] for point in points}


def _state(world: "World") -> Iterator[str]:
    rows = world.rows()
    yield from consistency.faults(world.table, rows)
    for row in rows.values():
        if row.gone and row.record is not None:
            yield f"personal data of what is gone: {row.key}"
        if row.reason == "gone" and row.desired is not None:
            yield f"desired though gone: {row.key}"
    runs = world.table.items.get(f"%run#{CONNECTION}", {})
    for export_id in world.dropped:
        status = runs.get(export_id, {}).get("status")
        if status not in ENDED:
            yield f"the run of {export_id} is {status}"
    if "lease" in world.table.items.get(f"%connection#{CONNECTION}", {}):
        until = str(world.table.items[f"%connection#{CONNECTION}"]["lease"]["until"])
        if until < world.scheduler.now.isoformat():
            return
        yield "the lease is still held"


def _problems(world: "World") -> Iterator[str]:
    for row in world.rows().values():
        if row.problem is not None:
            yield f"problem {row.problem} of {row.key}: {row.problem_text}"
