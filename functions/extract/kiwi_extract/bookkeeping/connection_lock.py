"""The lock of a connection: only one export at a time is worked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from kiwi_sync.keys import LOCK, connection_pk
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader, absent, at_most, either, equals
from kiwi_sync.times import stamp

from kiwi_extract.bookkeeping.deadline import Deadline


class ConnectionBusyError(Exception):
    """Another export of the connection is being worked."""


def is_connection_busy(table: TableReader, connection: str, now: datetime) -> bool:
    """Whether an export of the connection is being worked."""
    item = table.get(_key(connection))
    return item is not None and str(item["until"]) > stamp(now)


def _key(connection: str) -> ItemKey:
    return (connection_pk(connection), LOCK)


@contextmanager
def connection_lock(table: Table, connection: str, deadline: Deadline) -> Iterator[None]:
    """Hold the connection's lock. It expires at the holder's deadline, so that a crash frees it.

    Raises:
        ConnectionBusyError: another export holds it.
    """
    key, holder = _key(connection), uuid4().hex
    change = Change(put={"holder": holder, "until": stamp(deadline.ends)})
    if not table.update(key, change, either(absent("until"), at_most("until", stamp(deadline.clock())))):
        raise ConnectionBusyError
    try:
        yield
    finally:
        table.delete(key, equals("holder", holder))
