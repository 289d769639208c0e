"""Sorts an export's records by partition of the table: on disk, so that memory stays bounded."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from kiwi_sync.keys import Partition, RowKind, shard_of

DUPLICATE = "duplicate"
MANDANT_NOT_LISTED = "mandant_not_listed"
_CACHE_KIB = 16_384

_SCHEMA = """
CREATE TABLE entry (
    section TEXT NOT NULL, place INTEGER NOT NULL, deleted INTEGER NOT NULL, kind TEXT NOT NULL,
    mandant TEXT, shard TEXT, sk TEXT, numbers TEXT, record TEXT, field TEXT, reason TEXT, place_text TEXT);
CREATE TABLE selected (mandant TEXT);
CREATE TABLE listed (mandant TEXT);
"""
_REJECT_NOT_LISTED = """
UPDATE entry SET record = NULL, field = 'mandant', reason = ?
WHERE reason IS NULL AND mandant NOT IN listed
"""
_DELETIONS_WIN = """
DELETE FROM entry WHERE deleted = 0 AND sk IS NOT NULL AND EXISTS (
    SELECT 1 FROM entry other WHERE other.deleted = 1
    AND other.mandant = entry.mandant AND other.kind = entry.kind
    AND other.shard = entry.shard AND other.sk = entry.sk)
"""
_REJECT_TWICE = """
UPDATE entry SET record = NULL, field = 'nummer', reason = ?
WHERE reason IS NULL AND deleted = 0 AND sk IS NOT NULL AND (
    SELECT count(*) FROM entry other
    WHERE other.mandant = entry.mandant AND other.kind = entry.kind
    AND other.shard = entry.shard AND other.sk = entry.sk) > 1
"""
_OF_PARTITION = """
SELECT section, place, deleted, kind, mandant, sk, numbers, record, field, reason, place_text
FROM entry WHERE mandant = ? AND kind = ? AND shard = ? AND sk IS NOT NULL
"""
_REJECTED = """
SELECT section, place, deleted, kind, mandant, sk, numbers, record, field, reason, place_text
FROM entry WHERE reason IS NOT NULL ORDER BY section, place LIMIT ?
"""


@dataclass(frozen=True)
class Entry:
    """What an export says of one row: a record, a deletion, or a record that was rejected."""

    section: str
    place: int
    deleted: bool
    kind: RowKind
    mandant: str | None
    sk: str | None
    numbers: str | None
    """For people: the numbers, joined by `/`."""
    record: str | None = None
    field: str | None = None
    reason: str | None = None
    place_text: str | None = None
    """Where it stands, for people; None: in a JSON document, where section and place say it."""

    @property
    def rejected(self) -> bool:
        """Whether the record is not to be used."""
        return self.reason is not None


class Spool:
    """A temporary database of an export's entries. Use as a context manager: nothing of it stays."""

    def __enter__(self) -> Self:
        # No name: SQLite's own temporary file, made when the cache overflows and gone with the connection.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._db.executescript(_SCHEMA)
        self._db.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def add(self, entries: Iterable[Entry]) -> None:
        """Put entries in."""
        self._db.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", map(_columns, entries))

    def seal(self, selected: Sequence[str], listed: Sequence[str] | None) -> None:
        """Judge the entries as a whole, once all are in.

        Mandanten that are not `selected` are dropped, and deletions in a full export. Records of Mandanten
        that a full export does not list (`listed`, None for a delta) and keys that stand there twice are
        rejected. A deletion wins over the record of the same key.
        """
        self._db.execute("CREATE INDEX by_key ON entry (mandant, kind, shard, sk)")
        self._db.executemany("INSERT INTO selected VALUES (?)", [(mandant,) for mandant in selected])
        self._db.execute("DELETE FROM entry WHERE mandant NOT IN selected")
        if listed is not None:
            self._db.execute("DELETE FROM entry WHERE deleted = 1")
            self._db.executemany("INSERT INTO listed VALUES (?)", [(mandant,) for mandant in listed])
            self._db.execute(_REJECT_NOT_LISTED, (MANDANT_NOT_LISTED,))
        self._db.execute(_DELETIONS_WIN)
        self._db.execute(_REJECT_TWICE, (DUPLICATE,))
        self._db.execute("COMMIT")

    def partitions(self, connection: str) -> list[Partition]:
        """The partitions that entries with a key lie in."""
        rows = self._rows(
            "SELECT DISTINCT mandant, kind, shard FROM entry WHERE sk IS NOT NULL ORDER BY 1, 2, 3"
        )
        return [Partition(connection, mandant, RowKind(kind), shard) for mandant, kind, shard in rows]

    def entries(self, partition: Partition) -> dict[str, Entry]:
        """The entries of a partition by sort key; the rejected ones too."""
        rows = self._rows(_OF_PARTITION, (partition.mandant, partition.kind, partition.shard))
        return {entry.sk: entry for entry in map(_entry, rows) if entry.sk is not None}

    def unreadable(self) -> set[tuple[str | None, RowKind]]:
        """(Mandant, kind) of records whose key could not be read; Mandant None: not even that."""
        rows = self._rows("SELECT DISTINCT mandant, kind FROM entry WHERE sk IS NULL AND deleted = 0")
        return {(mandant, RowKind(kind)) for mandant, kind in rows}

    def rejected(self, limit: int) -> list[Entry]:
        """The first rejected entries in the document's order."""
        return list(map(_entry, self._rows(_REJECTED, (limit,))))

    def rejected_count(self) -> int:
        """How many entries are rejected."""
        ((count,),) = self._rows("SELECT count(*) FROM entry WHERE reason IS NOT NULL")
        return int(count)

    def _rows(self, query: str, arguments: Sequence[object] = ()) -> Iterator[tuple[str, ...]]:
        with closing(self._db.execute(query, tuple(arguments))) as cursor:
            yield from cursor


def _columns(entry: Entry) -> tuple[object, ...]:
    shard = None if entry.sk is None else shard_of(entry.sk)
    return (
        entry.section,
        entry.place,
        entry.deleted,
        entry.kind,
        entry.mandant,
        shard,
        entry.sk,
        entry.numbers,
        entry.record,
        entry.field,
        entry.reason,
        entry.place_text,
    )


def _entry(row: tuple[str, ...]) -> Entry:
    section, place, deleted, kind, mandant, sk, numbers, record, field, reason, where = row
    return Entry(
        section, int(place), bool(deleted), RowKind(kind), mandant, sk, numbers, record, field, reason, where
    )
