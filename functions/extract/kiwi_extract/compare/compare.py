"""Compares one partition of an export with the rows. Pure: records and rows in, writes out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from kiwi_sync.state.table import Item

from kiwi_extract.bookkeeping.tally import Tally
from kiwi_extract.compare.watermark import Watermark
from kiwi_extract.records.entry import Entry

COMPARED = ("sk", "rev", "version", "fingerprint", "gone", "todo", "expires", "unseen", "exempt")
"""The attributes that comparing needs, of rows and of the watermark."""


class Write(StrEnum):
    """The write that a row needs."""

    RECORD = "record"
    GONE = "gone"
    TOMBSTONE = "tombstone"
    VERSION = "version"
    SEND = "send"


@dataclass(frozen=True)
class SourceChange:
    """A write of a row's `source` (SEND: none, only the message again). `row`: as read, None if not there."""

    write: Write
    sk: str
    row: Item | None
    record: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class PartitionScope:
    """The facts about an export that comparing a partition needs."""

    version: str
    is_full: bool
    shape: str
    judges_absence: bool = True
    """Whether a key that the export leaves out is gone; only for full exports."""
    held: Collection[str] = ()
    """Keys whose losses are held: the export does not speak of them."""
    continues: bool = False
    """Whether rows with this very version were written by an earlier part of the same run."""


@dataclass
class Comparison(Tally):
    """The outcome for one partition, with its counts."""

    changes: list[SourceChange] = field(default_factory=list)
    exempt: dict[str, str] = field(default_factory=dict)


def fingerprint_of(record: str, shape: str) -> str:
    """Fingerprint of a record and of the settings that shape what becomes of it."""
    return blake2b(f"{shape} {record}".encode(), digest_size=16).hexdigest()


def compare(
    scope: PartitionScope, entries: Mapping[str, Entry], rows: Mapping[str, Item], watermark: Watermark
) -> Comparison:
    """The writes that an export causes in a partition. For a full export `rows` must be all of them."""
    outcome = Comparison()
    for sk in sorted(_keys(scope, entries, rows, watermark, outcome)):
        _judge(scope, sk, entries.get(sk), rows.get(sk), watermark, outcome)
    return outcome


def next_watermark(scope: PartitionScope, comparison: Comparison, watermark: Watermark) -> Watermark:
    """The watermark after a full export. One that comes late speaks only where the newer one was silent."""
    unseen = max(scope.version, watermark.unseen) if scope.judges_absence else watermark.unseen
    if scope.version >= watermark.version:
        return Watermark(scope.version, unseen, comparison.exempt)
    raised = {sk: max(version, scope.version) for sk, version in watermark.exempt.items()}
    silent = {sk: version for sk, version in comparison.exempt.items() if version < watermark.version}
    return Watermark(watermark.version, unseen, raised | silent)


def _keys(
    scope: PartitionScope,
    entries: Mapping[str, Entry],
    rows: Mapping[str, Item],
    watermark: Watermark,
    outcome: Comparison,
) -> Iterable[str]:
    """The keys that have to be judged one by one."""
    if not scope.is_full:
        return entries
    confirmed = frozenset[str]()
    if watermark.version <= scope.version:
        confirmed = _confirmed(scope, entries, rows, watermark)
        outcome.accepted = outcome.unchanged = len(confirmed)
    keys = {sk for sk in (*entries, *rows) if sk not in confirmed}
    if not scope.judges_absence:
        # Where absence proves nothing, an exempt key stays exempt, also one that has no row.
        keys |= watermark.exempt.keys()
    return keys


def _confirmed(
    scope: PartitionScope, entries: Mapping[str, Entry], rows: Mapping[str, Item], watermark: Watermark
) -> frozenset[str]:
    """The keys of records that a full export merely confirms: so many that they are not judged one by one."""
    version, shape = scope.version, scope.shape
    apart = {*watermark.exempt, *scope.held}
    return frozenset(
        sk
        for sk, row in rows.items()
        if (entry := entries.get(sk)) is not None
        and (record := entry.record) is not None
        and row.get("fingerprint") == fingerprint_of(record, shape)
        and str(row["version"]) < version
        and "gone" not in row
        and sk not in apart
    )


def _judge(
    scope: PartitionScope,
    sk: str,
    entry: Entry | None,
    row: Item | None,
    watermark: Watermark,
    outcome: Comparison,
) -> None:
    effective = watermark.effective(sk, None if row is None else str(row["version"]))
    held = sk in scope.held
    if held or (entry.rejected if entry is not None else not scope.judges_absence):
        outcome.held += held
        # The export does not speak of this key: it keeps the version that it has.
        outcome.exempt[sk] = effective
        return
    if scope.version < effective:
        outcome.outdated += 1
        return
    outcome.accepted += 1
    if entry is None or entry.deleted:
        _judge_absence(scope, sk, row, effective, outcome)
    else:
        _judge_record(scope, entry, row, effective, outcome)


def _judge_absence(
    scope: PartitionScope, sk: str, row: Item | None, effective: str, outcome: Comparison
) -> None:
    if row is None:
        outcome.gone += 1
        outcome.changes.append(SourceChange(Write.TOMBSTONE, sk, row))
    elif not row.get("gone"):
        outcome.gone += 1
        outcome.changes.append(SourceChange(Write.GONE, sk, row))
    else:
        outcome.gone += _written_before(scope, row)
        _confirm(scope, sk, row, effective, outcome)


def _judge_record(
    scope: PartitionScope, entry: Entry, row: Item | None, effective: str, outcome: Comparison
) -> None:
    sk, record = str(entry.sk), str(entry.record)
    fingerprint = fingerprint_of(record, scope.shape)
    if row is None or row.get("gone") or row.get("fingerprint") != fingerprint:
        outcome.changed += 1
        outcome.changes.append(SourceChange(Write.RECORD, sk, row, record, fingerprint))
        return
    if _written_before(scope, row):
        outcome.changed += 1
    else:
        outcome.unchanged += 1
    _confirm(scope, sk, row, effective, outcome)


def _written_before(scope: PartitionScope, row: Item) -> bool:
    return scope.continues and row["version"] == scope.version


def _confirm(scope: PartitionScope, sk: str, row: Item, effective: str, outcome: Comparison) -> None:
    """The row says already what the export says. A full export moves the watermark, a delta the row."""
    if row["version"] == scope.version and "todo" in row:
        outcome.changes.append(SourceChange(Write.SEND, sk, row))
    elif not scope.is_full and effective < scope.version:
        outcome.changes.append(SourceChange(Write.VERSION, sk, row))
