"""How many may lose their agreements: the decision, and the losses of the last day that count towards it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.keys import escape
from kiwi_sync.state.holds import Count
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, ItemKey, Table, equals
from kiwi_sync.times import stamp

from kiwi_extract.bookkeeping.runs import Run

DAY = timedelta(days=1)
"""How long losses count: many small exports must not do what one large one may not."""
MAX_DECISIONS = 1000
"""Decisions that are kept one by one: an item of DynamoDB may have 400 KB, and one has up to 250 bytes."""
EARLIER = "earlier"
"""Stands for the versions of those that are not."""


class LossesMovedError(Exception):
    """Somebody else has noted losses meanwhile, in spite of the lease; the export is tried again."""


@dataclass(frozen=True)
class Decision:
    """What was decided on an export's losses in a Mandant. `passed`: agreements that it was let take away."""

    at: str
    passed: int
    held: bool
    settings_version: int


def too_many(settings: ConnectionSettings, count: Count, spent: int) -> bool:
    """Whether the losses are held. `spent`: agreements lost through other exports of the last day."""
    lost = count.lost + spent
    share = settings.brake_percent * (count.total + spent)
    return count.lost > 0 and lost > settings.brake_agreements and lost * 100 > share


def decide(
    table: Table,
    run: Run,
    settings: ConnectionSettings,
    mandant: str,
    count: Count,
    now: datetime,
    *,
    rejected: bool,
) -> bool:
    """Whether a Mandant's losses are held; remembered before anything is written.

    What continues a run abides by its decision: part of the losses is carried out by then.

    Raises:
        LossesMovedError: see there.
    """
    key = _key(run.connection, mandant)
    there = (table.get(key) or {}).get("entries")
    entries = _recent(json.loads(str(there or "{}")), now)
    own = entries.get(run.version)
    if own is not None and run.continues and own.settings_version == run.settings_version:
        return own.held
    held = rejected or too_many(settings, count, _passed(entries.values()))
    passed = (own.passed if own else 0) + (0 if held else count.lost)
    entries.pop(run.version, None)
    text = _text({**_fitting(entries), run.version: Decision(stamp(now), passed, held, run.settings_version)})
    if not table.update(key, Change(put={"entries": text, **tombstone(now)}), equals("entries", there)):
        raise LossesMovedError
    return held


def _key(connection: str, mandant: str) -> ItemKey:
    return (f"%connection#{connection}", f"losses#{escape(mandant)}")


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
    """The decisions, or, where they would not fit into an item, what was let take away in one sum.

    It counts as long as the latest of them: rather too long than too short.
    """
    if len(entries) <= MAX_DECISIONS:
        return entries
    earlier = [entry for entry in entries.values() if entry.passed]
    at = max((entry.at for entry in earlier), default="")
    return {EARLIER: Decision(at, _passed(earlier), False, 0)} if earlier else {}


def _passed(decisions: Iterable[Decision]) -> int:
    return sum(decision.passed for decision in decisions)
