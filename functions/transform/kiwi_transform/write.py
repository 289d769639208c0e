"""Writes the `desired` part of rows. No other module does."""

from dataclasses import replace
from datetime import datetime, timedelta

from kiwi_sync.keys import RowKey
from kiwi_sync.rules.desire import Desire
from kiwi_sync.state.rows import Row, item_key, new_or_unchanged, next_rev, todo_marker, unchanged
from kiwi_sync.state.table import Change, Table, Value
from kiwi_sync.times import stamp


def is_written(row: Row, desire: Desire) -> bool:
    """Whether the row's `desired` is up to date already."""
    return (
        row.desired == desire.payload
        and row.reason == _text(desire.reason)
        and row.notice == _text(desire.notice)
        and row.external_id == desire.external_id
        and row.email_limit == desire.email_limit
    )


def write_desire(table: Table, row: Row, desire: Desire, now: datetime, grace: timedelta) -> bool:
    """Write a unit's or tenant's `desired`. False: its `source` has moved on since it was read.

    From now on the row is owed, if it was not already: a late message may find newer settings, and a row that
    was settled under the old ones.
    """
    put: dict[str, Value] = {"rev": row.rev + 1, "desired_from": row.source_rev}
    owed = todo_marker(row.key, stamp(now + grace))
    return table.update(row.at, replace(_change(put, desire), put_if_absent=owed), unchanged(row))


def write_agreement(
    table: Table, key: RowKey, row: Row | None, desire: Desire, lease: Row, now: datetime, grace: timedelta
) -> bool:
    """Write an agreement's `desired` from its lease. False: the row has moved on since it was read.

    The parents are added to the row's present ones: load releases a former parent, then removes it.
    """
    rev = next_rev(None if row is None else row.rev, now)
    put: dict[str, Value] = {"rev": rev, "desired_from": lease.source_rev}
    change = _change(put | todo_marker(key, stamp(now + grace)), desire)
    return table.update(item_key(key), change, new_or_unchanged(row))


def settle_lease(table: Table, lease: Row, marks: dict[str, int]) -> bool:
    """Take the lease's `todo` away. False: the lease has moved on since it was read."""
    return table.update(lease.at, Change(put=marks, remove=["todo", "todo_at"]), unchanged(lease))


def _change(put: dict[str, Value], desire: Desire) -> Change:
    optional: dict[str, Value | None] = {
        "desired": desire.payload,
        "reason": _text(desire.reason),
        "notice": _text(desire.notice),
        "email_limit": desire.email_limit or None,
    }
    put = put | {"external_id": desire.external_id}
    put |= {name: value for name, value in optional.items() if value is not None}
    absent = [name for name, value in optional.items() if value is None]
    add = {"parents": desire.parents} if desire.parents else {}
    return Change(put=put, remove=[*absent, "expires"], add=add)


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)
