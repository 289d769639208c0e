"""The list of what is owed: rows with `todo`, found through the index and sent again."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from kiwi_sync.keys import SHARDS, RowKey, RowKind
from kiwi_sync.observability import logger
from kiwi_sync.queues import send_to_load, send_to_transform
from kiwi_sync.state.rows import PARKED, item_key, todo_partition
from kiwi_sync.state.table import Change, ItemKey, at_most, exists
from kiwi_sync.times import stamp

from kiwi_extract.tools import Tools

A_SHARD = 200
"""Keys that one sweep sends again from one of the sixteen shards: so many at most, then it goes on later."""


def due(tools: Tools, connection: str, last: str, limit: int = A_SHARD) -> tuple[list[RowKey], bool]:
    """The rows that are due until `last`, earliest first in each shard; whether there may be more."""
    keys: list[RowKey] = []
    more = False
    for shard in range(SHARDS):
        todo = todo_partition(connection, format(shard, "x"))
        found = tools.table.outstanding(todo, last=last, limit=limit)
        more = more or len(found) == limit
        keys += _readable(connection, found)
    return keys, more


def send_again(tools: Tools, keys: Iterable[RowKey], now: datetime, last: str) -> int:
    """Send rows again, each to the stage that is next for it, and leave them alone for a while.

    Only if they are still due until `last`: two sweeps at once, or an index that lags, send none twice.
    """
    keys = list(keys)
    put_off = Change(put={"todo_at": stamp(now + tools.grace)})
    checks = exists("todo"), at_most("todo_at", last)
    mine = tools.writers.map(lambda key: tools.table.update(item_key(key), put_off, *checks), keys)
    still = [key for key, sent in zip(keys, mine, strict=True) if sent]
    forward(tools, still)
    return len(still)


def _readable(connection: str, found: Iterable[ItemKey]) -> Iterator[RowKey]:
    """The keys; one that is none must not keep all others from being sent."""
    for key in found:
        try:
            yield RowKey.of_row(*key)
        except ValueError:
            logger.error("a row's key cannot be read", connection=connection)


def forward(tools: Tools, keys: Iterable[RowKey]) -> None:
    """Send keys on: agreements to load, everything else by way of transform."""
    keys = list(keys)
    agreements = [key for key in keys if key.kind is RowKind.RENTAL_AGREEMENT]
    send_to_transform(tools.transform, (key for key in keys if key.kind is not RowKind.RENTAL_AGREEMENT))
    send_to_load(tools.load, agreements)


def retry_parked(tools: Tools, connection: str, now: datetime) -> Iterator[int]:
    """Try again, with a full export, all that KIWI refused for good: how many were sent, portion by portion.

    A portion is sent before the next one is looked for: who breaks off has not kept the later ones waiting.
    """
    for shard in range(SHARDS):
        todo = todo_partition(connection, format(shard, "x"))
        for found in tools.table.outstanding_at(todo, PARKED, page=A_SHARD):
            yield send_again(tools, _readable(connection, found), now, PARKED)
