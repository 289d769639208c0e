"""Writes the `source` part of rows. Nothing but this module does."""

from datetime import datetime, timedelta

from kiwi_sync.connections import Connection
from kiwi_sync.keys import Partition, RowKey
from kiwi_sync.state.rows import next_rev, todo_marker, tombstone
from kiwi_sync.state.table import Change, Check, Item, Table, absent, equals
from kiwi_sync.times import stamp

from kiwi_extract.compare.compare import SourceChange, Write


def key_of(partition: Partition, change: SourceChange) -> RowKey:
    """The key of the row that a change is about."""
    return RowKey.of_row(partition.pk, change.sk)


class SourceWriter:
    """Writes what an export says, on condition that the row is still as it was compared."""

    def __init__(self, table: Table, connection: Connection, version: str, grace: timedelta) -> None:
        self._table = table
        self._connection = connection
        self._version = version
        self._grace = grace

    def write(self, partition: Partition, change: SourceChange, now: datetime) -> bool:
        """Carry out one change; False if the row has moved on since it was read."""
        if change.write is Write.SEND:
            return True
        row = change.row
        checks = [absent("pk")] if row is None else _still(row)
        return self._table.update((partition.pk, change.sk), self._change(partition, change, now), *checks)

    def _change(self, partition: Partition, change: SourceChange, now: datetime) -> Change:
        if change.write is Write.VERSION:
            # Not a new source: only which export said so last. What works from the row is not disturbed.
            # A tombstone lives on: what is older than its new version may come as late as ever.
            lives = tombstone(now) if change.row and "expires" in change.row else {}
            return Change(put={"version": self._version, **lives})
        rev = next_rev(None if change.row is None else int(str(change.row["rev"])), now)
        put: dict[str, str | int | bool | frozenset[str]] = {
            "version": self._version,
            "rev": rev,
            "source_rev": rev,
            "settings_version": self._connection.version,
        }
        if change.write is Write.TOMBSTONE:
            # Nothing to do for it, but an older export that comes later must not bring it to life.
            return Change(put=put | {"gone": True} | tombstone(now))
        put |= todo_marker(key_of(partition, change), stamp(now + self._grace))
        if change.write is Write.GONE:
            return Change(put=put | {"gone": True}, remove=["record", "fingerprint", "expires"])
        put |= {"record": str(change.record), "fingerprint": str(change.fingerprint)}
        return Change(put=put, remove=["gone", "expires"])


def _still(row: Item) -> list[Check]:
    return [equals(name, row.get(name)) for name in ("rev", "version", "expires")]
