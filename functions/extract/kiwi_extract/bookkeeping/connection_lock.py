"""One export of a connection at a time: a lease in the table that ends with its holder's own deadline."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from kiwi_sync.state.table import Change, ItemKey, Table, absent, at_most, either, equals
from kiwi_sync.times import Clock, stamp

MARGIN = timedelta(minutes=1)
"""The holder stops writing this long before its lease ends, so that two never write at once."""


class LeaseTakenError(Exception):
    """Another export of the connection is being worked."""


class DeadlineReachedError(Exception):
    """The invocation ends soon: what is left is for the next one."""


@dataclass(frozen=True)
class Deadline:
    """When the invocation ends."""

    ends: datetime
    clock: Clock

    def check(self) -> None:
        """Raise DeadlineReachedError if there is no time left to write."""
        if self.clock() >= self.ends - MARGIN:
            raise DeadlineReachedError


def lease_is_held(table: Table, connection: str, now: datetime) -> bool:
    """Whether somebody holds the connection's lease."""
    item = table.get(_key(connection))
    return item is not None and str(item["until"]) > stamp(now)


def _key(connection: str) -> ItemKey:
    return (f"%connection#{connection}", "lease")


@contextmanager
def lease(table: Table, connection: str, deadline: Deadline) -> Iterator[None]:
    """Hold the connection's lease. It is never renewed: a crashed holder's ends by itself.

    Raises:
        LeaseTakenError: someone else holds it.
    """
    key, holder = _key(connection), uuid4().hex
    change = Change(put={"holder": holder, "until": stamp(deadline.ends)})
    if not table.update(key, change, either(absent("until"), at_most("until", stamp(deadline.clock())))):
        raise LeaseTakenError
    try:
        yield
    finally:
        table.delete(key, equals("holder", holder))
