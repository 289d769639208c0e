"""Owed rows for tests."""

from datetime import datetime

from kiwi_sync.keys import SHARDS, RowKey, RowKind
from kiwi_sync.state.rows import item_key, todo_marker
from kiwi_sync.state.table import Change
from kiwi_sync.times import stamp

from tests.unit.extract.exports import CONNECTION, NOW
from tests.unit.extract.rig import Rig, key

AGREEMENT = RowKey(CONNECTION, RowKind.RENTAL_AGREEMENT, "0001", ("L", "1"))


def owe(rig: Rig, owed: RowKey, at: datetime | str = NOW) -> RowKey:
    """Put a row on the list of owed rows."""
    marker = todo_marker(owed, at if isinstance(at, str) else stamp(at))
    rig.table.update(item_key(owed), Change(put={"rev": 1, **marker}))
    return owed


def due_at(rig: Rig, owed: RowKey) -> str | None:
    return rig.table.row(owed.text).todo_at


def of_one_shard(count: int) -> list[RowKey]:
    """As many keys, all in the same shard."""
    keys = map(key, map(str, range(count * SHARDS * 2)))
    found = [one for one in keys if one.partition.shard == "0"][:count]
    assert len(found) == count
    return found
