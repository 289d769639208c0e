"""Rows of entities as the stages see them; docs/develop/state.md describes every attribute."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import Change, Check, Item, ItemKey, Table, TableReader, absent, at_most, equals
from kiwi_sync.times import TOMBSTONE, stamp

PARKED = "P"
"""`todo_at` of a row that KIWI refused for good: sorts after every date, so that no sweep finds it."""
BROKEN = timedelta(hours=1)
"""The rest of a row that breaks our own code: each time it is sent ends in a dead letter."""


@dataclass(frozen=True)
class Row:
    """A row, read whole: what all stages share, then three parts with one writer each.

    `source`, the ERP's record, is written by extract. `desired`, the wanted content of KIWI, is written by
    transform. `actual`, the known content of KIWI and the work begun there, is written by load.
    docs/develop/state.md describes every attribute.
    """

    key: RowKey
    rev: int
    todo: str | None = None
    todo_at: str | None = None
    expires: int | None = None

    # source: written by extract.
    source_rev: int = 0
    settings_version: int = 0
    record: str | None = None
    gone: bool = False

    # desired: written by transform (load takes former parents away).
    desired: str | None = None
    desired_from: int = 0
    reason: str | None = None
    external_id: str | None = None
    email_limit: int = 0
    notice: str | None = None
    parents: frozenset[str] = frozenset()

    # actual: written by load. The object in KIWI:
    kiwi_id: str | None = None
    payload_hash: str | None = None
    identity_hash: str | None = None
    coordinates: str | None = None
    doubt: str | None = None
    # The result, for people and for other rows:
    outcome: str | None = None
    problem: str | None = None
    problem_text: str | None = None
    noticed: frozenset[str] = frozenset()
    # Access that is withdrawn for a while, and doors that are shared:
    restore_access: bool = False
    access_tries: int = 0
    quiet: str | None = None
    readdressing: str | None = None
    disturbs: bool = False
    disturbed: frozenset[str] = frozenset()
    awaited_by: frozenset[str] = frozenset()
    doors: str | None = None
    # Unique values: claimed, used in KIWI, and wanted.
    claims: frozenset[str] = frozenset()
    held: frozenset[str] = frozenset()
    wants: frozenset[str] = frozenset()
    counted: int = 0
    entering: bool = False

    @property
    def at(self) -> ItemKey:
        """The row's place in the table."""
        return item_key(self.key)

    @property
    def in_kiwi(self) -> bool:
        """Whether KIWI held it after the last write or look."""
        return self.kiwi_id is not None

    @property
    def perhaps_in_kiwi(self) -> bool:
        """Whether KIWI holds it, or may hold it."""
        return self.in_kiwi or self.doubt is not None

    @property
    def eligible(self) -> bool:
        """Whether it should be in KIWI, judged by itself alone: not under a placeholder's address."""
        return self.desired is not None and self.outcome != Reason.PLACEHOLDER_EMAIL

    @property
    def leaving(self) -> bool:
        """Whether it should leave KIWI, and is (or may be) there."""
        return not self.eligible and self.perhaps_in_kiwi

    @property
    def waits_for_agreements(self) -> bool:
        """Whether its agreements must leave, or lose access, before it can go on."""
        return self.leaving or self.readdressing is not None


_NAMES = frozenset(Row.__dataclass_fields__) - {"key"}


def item_key(key: RowKey) -> ItemKey:
    """The place of the row of `key`."""
    return (key.pk, key.sk)


def row_of(item: Item) -> Row:
    """The row in an item."""
    values: dict[str, Any] = {name: value for name, value in item.items() if name in _NAMES}
    values.setdefault("rev", 0)
    return Row(RowKey.of_row(str(item["pk"]), str(item["sk"])), **values)


def read_row(table: TableReader, key: RowKey) -> Row | None:
    """The row of `key`, read consistently."""
    item = table.get(item_key(key))
    return None if item is None else row_of(item)


def read_rows(table: TableReader, keys: list[RowKey]) -> dict[RowKey, Row]:
    """The existing rows among `keys`, read consistently."""
    rows = map(row_of, table.get_many([item_key(key) for key in keys]).values())
    return {row.key: row for row in rows}


def unchanged(row: Row) -> Check:
    """The check that neither `source` nor `desired` was written since the row was read."""
    return equals("rev", row.rev)


def next_rev(rev: int | None, now: datetime) -> int:
    """The `rev` after this one.

    A new row begins at the present millisecond: a row that expired and comes back is never taken for an
    earlier state of itself by anything that remembers its old `rev`.
    """
    return int(now.timestamp() * 1000) if rev is None else rev + 1


def todo_marker(key: RowKey, at: str) -> dict[str, str]:
    """The attributes that put the row on the list of owed rows, due `at`."""
    return {"todo": todo_partition(key.connection, key.partition.shard), "todo_at": at}


def todo_partition(connection: str, shard: str) -> str:
    """The part of the list of owed rows that a row belongs to."""
    return f"{connection}#{shard}"


def owe(table: Table, row: Row, now: datetime) -> None:
    """Put a row on the list of owed rows, so that a message about it may be forgotten.

    The `rev` moves on, so that nobody who read the row before can take the mark away.
    """
    change = Change(put=todo_marker(row.key, stamp(now)), add={"rev": 1}, remove=["expires"])
    table.update(row.at, change, Check("exists", "pk"))


def let_rest(table: Table, key: RowKey, now: datetime) -> None:
    """Delay an owed row that breaks our own code: the sweep sends it again after an hour.

    The row is not read: its content may be the cause.
    """
    until = stamp(now + BROKEN)
    table.update(item_key(key), Change(put={"todo_at": until}), at_most("todo_at", until))


def tombstone(now: datetime) -> dict[str, int]:
    """The attributes of a row that may expire: gone from ERP and KIWI, with nothing linked to it."""
    return {"expires": int((now + TOMBSTONE).timestamp())}


def new_or_unchanged(row: Row | None) -> Check:
    """The check that the row is as it was read, or still missing."""
    return absent("pk") if row is None else unchanged(row)
