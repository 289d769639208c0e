"""Holds as a person sees and decides them: found, approved, rejected, shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kiwi_sync.queues import Outgoing, Queue
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Hold, decide, read_hold
from kiwi_sync.state.table import Table


class NothingToDecideError(Exception):
    """There is no such hold, or it waits for nobody any more; the text says why."""


class AmbiguousError(Exception):
    """Several connections have a hold on an export of this id."""


def find(table: Table, connections: Iterable[str], export_id: str) -> Hold:
    """The hold of an export.

    Raises:
        NothingToDecideError: there is none.
        AmbiguousError: see there.
    """
    found = [hold for name in connections if (hold := read_hold(table, name, export_id))]
    if not found:
        raise NothingToDecideError(f"Nothing of {export_id} is held.")
    if len(found) > 1:
        names = ", ".join(hold.connection for hold in found)
        raise AmbiguousError(f"{export_id} is held for several connections: {names}")
    return found[0]


def approve(table: Table, exports: Queue, hold: Hold, by: str, now: datetime) -> None:
    """Approve a hold and send its kept export again. One that is approved already is only sent again.

    Raises:
        NothingToDecideError: it does not stand, or its document is not there.
    """
    if hold.document is None:
        raise NothingToDecideError(f"The document of {hold.export_id} could not be kept: send it again.")
    if hold.status is not HoldStatus.APPROVED:
        _decide(table, hold, HoldStatus.APPROVED, by, now)
    exports.send([Outgoing(hold.document)])


def reject(table: Table, hold: Hold, by: str, now: datetime) -> None:
    """Reject a hold: its losses never happen.

    Raises:
        NothingToDecideError: it does not stand.
    """
    _decide(table, hold, HoldStatus.REJECTED, by, now)


def shown(hold: Hold) -> dict[str, Any]:
    """A hold as JSON."""
    return {
        "connection": hold.connection,
        "export_id": hold.export_id,
        "scope": "full" if hold.is_full else "delta",
        "status": hold.status.value,
        "held_at": hold.held_at,
        "mandanten": [
            {
                "mandant": mandant,
                "lost": count.lost,
                "total": count.total,
                "ended_by": hold.ended.get(mandant),
            }
            for mandant, count in sorted(hold.counts.items())
        ],
        "agreements": [
            {"agreement": lost.agreement, "record": lost.record, "reason": lost.reason.value}
            for lost in hold.keys
        ],
        "by": hold.by,
        "decided_at": hold.decided_at,
    }


def _decide(table: Table, hold: Hold, status: HoldStatus, by: str, now: datetime) -> None:
    if not hold.stands:
        raise NothingToDecideError(f"{hold.export_id} waits for nobody: {_fate(hold)}.")
    if not decide(table, hold, status, by, now):
        raise NothingToDecideError(f"The hold on {hold.export_id} has changed at this moment: look again.")


def _fate(hold: Hold) -> str:
    match hold.status:
        case HoldStatus.REJECTED:
            return f"rejected by {hold.by} at {hold.decided_at}"
        case HoldStatus.CARRIED_OUT:
            return f"approved by {hold.by} at {hold.decided_at}, and carried out"
        case HoldStatus.APPROVED:
            return f"approved by {hold.by} at {hold.decided_at}"
    return f"ended by {', '.join(sorted(set(hold.ended.values())))}"
