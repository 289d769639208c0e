"""Compares one partition of an export with the rows: pure; rows and records in, writes out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b

from kiwi_sync.state.table import Item

from kiwi_extract.compare.watermark import Watermark
from kiwi_extract.records.entry import Entry

COMPARED = ("sk", "rev", "version", "fingerprint", "gone", "todo", "expires", "unseen", "exempt")
"""The attributes that comparing needs, of rows and of the watermark."""


class What(StrEnum):
    """What is to be done with a row."""

    RECORD = "record"
    GONE = "gone"
    TOMBSTONE = "tombstone"
    VERSION = "version"
    SEND = "send"


@dataclass(frozen=True)
class SourceChange:
    """A write of a row's `source` (SEND: none, only the message again). `row`: as read, None if not there."""

    what: What
    sk: str
    row: Item | None
    record: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class Question:
    """What an export is, as far as comparing needs to know."""

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
class Comparison:
    """The outcome for one partition."""

    changes: list[SourceChange] = field(default_factory=list)
    unchanged: int = 0
    changed: int = 0
    gone: int = 0
    outdated: int = 0
    accepted: int = 0
    held: int = 0
    exempt: dict[str, str] = field(default_factory=dict)


def fingerprint_of(record: str, shape: str) -> str:
    """Fingerprint of a record and of the settings that shape what becomes of it."""
    return blake2b(f"{shape} {record}".encode(), digest_size=16).hexdigest()


def compare(
    question: Question, entries: Mapping[str, Entry], rows: Mapping[str, Item], watermark: Watermark
) -> Comparison:
    """What the export changes in a partition. For a full export `rows` must be all of the partition's."""
    outcome = Comparison()
    for sk in sorted(_keys(question, entries, rows, watermark, outcome)):
        _judge(question, sk, entries.get(sk), rows.get(sk), watermark, outcome)
    return outcome


def next_watermark(question: Question, comparison: Comparison, watermark: Watermark) -> Watermark:
    """The watermark after a full export. One that comes late speaks only where the newer one was silent."""
    unseen = max(question.version, watermark.unseen) if question.judges_absence else watermark.unseen
    if question.version >= watermark.version:
        return Watermark(question.version, unseen, comparison.exempt)
    raised = {sk: max(version, question.version) for sk, version in watermark.exempt.items()}
    silent = {sk: version for sk, version in comparison.exempt.items() if version < watermark.version}
    return Watermark(watermark.version, unseen, raised | silent)


def _keys(
    question: Question,
    entries: Mapping[str, Entry],
    rows: Mapping[str, Item],
    watermark: Watermark,
    outcome: Comparison,
) -> Iterable[str]:
    """The keys that have to be judged one by one."""
    if not question.is_full:
        return entries
    confirmed = frozenset[str]()
    if watermark.version <= question.version:
        confirmed = _confirmed(question, entries, rows, watermark)
        outcome.accepted = outcome.unchanged = len(confirmed)
    keys = {sk for sk in (*entries, *rows) if sk not in confirmed}
    if not question.judges_absence:
        # Where absence proves nothing, an exempt key stays exempt, also one that has no row.
        keys |= watermark.exempt.keys()
    return keys


def _confirmed(
    question: Question, entries: Mapping[str, Entry], rows: Mapping[str, Item], watermark: Watermark
) -> frozenset[str]:
    """The keys of records that a full export merely confirms: so many that they are not judged one by one."""
    version, shape = question.version, question.shape
    apart = {*watermark.exempt, *question.held}
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
    question: Question,
    sk: str,
    entry: Entry | None,
    row: Item | None,
    watermark: Watermark,
    outcome: Comparison,
) -> None:
    effective = watermark.effective(sk, None if row is None else str(row["version"]))
    held = sk in question.held
    if held or (entry.rejected if entry is not None else not question.judges_absence):
        outcome.held += held
        # The export does not speak of this key: it keeps the version that it has.
        outcome.exempt[sk] = effective
        return
    if question.version < effective:
        outcome.outdated += 1
        return
    outcome.accepted += 1
    if entry is None or entry.deleted:
        _judge_absence(question, sk, row, effective, outcome)
    else:
        _judge_record(question, entry, row, effective, outcome)


def _judge_absence(
    question: Question, sk: str, row: Item | None, effective: str, outcome: Comparison
) -> None:
    if row is None:
        outcome.gone += 1
        outcome.changes.append(SourceChange(What.TOMBSTONE, sk, row))
    elif not row.get("gone"):
        outcome.gone += 1
        outcome.changes.append(SourceChange(What.GONE, sk, row))
    else:
        outcome.gone += _written_before(question, row)
        _confirm(question, sk, row, effective, outcome)


def _judge_record(
    question: Question, entry: Entry, row: Item | None, effective: str, outcome: Comparison
) -> None:
    sk, record = str(entry.sk), str(entry.record)
    fingerprint = fingerprint_of(record, question.shape)
    if row is None or row.get("gone") or row.get("fingerprint") != fingerprint:
        outcome.changed += 1
        outcome.changes.append(SourceChange(What.RECORD, sk, row, record, fingerprint))
        return
    if _written_before(question, row):
        outcome.changed += 1
    else:
        outcome.unchanged += 1
    _confirm(question, sk, row, effective, outcome)


def _written_before(question: Question, row: Item) -> bool:
    return question.continues and row["version"] == question.version


def _confirm(question: Question, sk: str, row: Item, effective: str, outcome: Comparison) -> None:
    """The row says already what the export says. A full export moves the watermark, a delta the row."""
    if row["version"] == question.version and "todo" in row:
        outcome.changes.append(SourceChange(What.SEND, sk, row))
    elif not question.is_full and effective < question.version:
        outcome.changes.append(SourceChange(What.VERSION, sk, row))
