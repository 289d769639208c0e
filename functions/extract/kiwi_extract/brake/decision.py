"""Decides whether losses are held. Losses of the last day count towards it, through whichever export."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.keys import RECENT_LOSSES, connection_pk, escape
from kiwi_sync.state.holds import Count
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader, Value, equals
from kiwi_sync.times import read_stamp, stamp

from kiwi_extract.bookkeeping.runs import Run

DAY = timedelta(days=1)
"""How long losses count: many small exports must not do what one large one may not."""
MAX_DECISIONS = 1000
"""Decisions that are kept one by one: an item of DynamoDB may have 400 KB, and one has up to 250 bytes."""
EARLIER = "earlier"
"""Stands for the versions of those that are not."""


class LossesMovedError(Exception):
    """Somebody else has noted losses meanwhile, in spite of the lock; the export is tried again."""


@dataclass(frozen=True)
class Decision:
    """A decision on an export's losses in a Mandant. `passed`: agreements that it was let take away."""

    at: str
    passed: int
    held: bool
    settings_version: int


@dataclass(frozen=True)
class LossLedger:
    """The decisions of the last day in a Mandant, by version of the export. `stored`: as they were read."""

    connection: str
    mandant: str
    stored: Value | None = None
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    def passed(self) -> int:
        """Agreements that went, through whichever export."""
        return _passed(self.decisions.values())


def read_ledger(table: TableReader, connection: str, mandant: str, now: datetime) -> LossLedger:
    """The ledger of a Mandant."""
    stored = (table.get(_key(connection, mandant)) or {}).get("entries")
    return LossLedger(connection, mandant, stored, _recent(json.loads(str(stored or "{}")), now))


def too_many(settings: ConnectionSettings, count: Count, spent: int) -> bool:
    """Whether the losses are held. `spent`: agreements lost through other exports of the last day."""
    lost = count.lost + spent
    share = settings.brake_percent * (count.total + spent)
    return count.lost > 0 and lost > settings.brake_agreements and lost * 100 > share


def decide(
    ledger: LossLedger,
    run: Run,
    settings: ConnectionSettings,
    count: Count,
    now: datetime,
    *,
    rejected: bool,
) -> Decision | None:
    """Decide on a Mandant's losses; None if an earlier invocation of the run has decided. Pure.

    A resumed run keeps its earlier decision: part of the losses is carried out by then.
    """
    own = ledger.decisions.get(run.version)
    if own is not None and run.continues and own.settings_version == run.terms.settings_version:
        return None
    held = rejected or too_many(settings, count, ledger.passed())
    passed = (own.passed if own else 0) + (0 if held else count.lost)
    return Decision(stamp(now), passed, held, run.terms.settings_version)


def record(table: Table, ledger: LossLedger, version: str, decision: Decision) -> None:
    """Remember a decision, before anything is written.

    Raises:
        LossesMovedError: see there.
    """
    others = {name: entry for name, entry in ledger.decisions.items() if name != version}
    text = _text({**_fitting(others), version: decision})
    change = Change(put={"entries": text, **tombstone(read_stamp(decision.at))})
    if not table.update(_key(ledger.connection, ledger.mandant), change, equals("entries", ledger.stored)):
        raise LossesMovedError


def _key(connection: str, mandant: str) -> ItemKey:
    return (connection_pk(connection), f"{RECENT_LOSSES}{escape(mandant)}")


def _recent(entries: Mapping[str, dict[str, object]], now: datetime) -> dict[str, Decision]:
    since = stamp(now - DAY)
    return {
        version: Decision(**entry)  # type: ignore[arg-type]  # as it was written below
        for version, entry in entries.items()
        if str(entry["at"]) > since
    }


def _text(entries: Mapping[str, Decision]) -> str:
    return json.dumps({version: vars(entry) for version, entry in entries.items()})


def _fitting(entries: dict[str, Decision]) -> dict[str, Decision]:
    """The decisions, or one sum of them where they would not fit into an item.

    The sum counts as long as the latest of them: rather too long than too short.
    """
    if len(entries) <= MAX_DECISIONS:
        return entries
    earlier = [entry for entry in entries.values() if entry.passed]
    at = max((entry.at for entry in earlier), default="")
    return {EARLIER: Decision(at, _passed(earlier), False, 0)} if earlier else {}


def _passed(decisions: Iterable[Decision]) -> int:
    return sum(decision.passed for decision in decisions)
