"""The list of owed rows: those with `todo`, found through the index and sent again."""

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
"""The most keys that one sweep sends again from each of the sixteen shards; the rest follows later."""


def due(tools: Tools, connection: str, last: str, limit: int = A_SHARD) -> tuple[list[RowKey], bool]:
    """The owed rows that are due until `last`, earliest first in each shard; and whether more may follow."""
    keys: list[RowKey] = []
    more = False
    for shard in range(SHARDS):
        todo = todo_partition(connection, format(shard, "x"))
        found = tools.table.owed(todo, last=last, limit=limit)
        more = more or len(found) == limit
        keys += _readable(connection, found)
    return keys, more


def send_again(tools: Tools, keys: Iterable[RowKey], now: datetime, last: str) -> int:
    """Send rows again, each to its next stage, and leave them alone for a while.

    Only rows still due until `last`: two concurrent sweeps, or a lagging index, send no row twice.
    """
    keys = list(keys)
    put_off = Change(put={"todo_at": stamp(now + tools.grace)})
    checks = exists("todo"), at_most("todo_at", last)
    mine = tools.writers.map(lambda key: tools.table.update(item_key(key), put_off, *checks), keys)
    still = [key for key, sent in zip(keys, mine, strict=True) if sent]
    forward(tools, still)
    return len(still)


def _readable(connection: str, found: Iterable[ItemKey]) -> Iterator[RowKey]:
    """The readable keys; an unreadable one must not keep the others from being sent."""
    for key in found:
        try:
            yield RowKey.of_row(*key)
        except ValueError:
            logger.error("a row's key cannot be read", connection=connection)


def forward(tools: Tools, keys: Iterable[RowKey]) -> None:
    """Send keys on: agreements to load, everything else through transform."""
    keys = list(keys)
    agreements = [key for key in keys if key.kind is RowKind.RENTAL_AGREEMENT]
    send_to_transform(tools.transform, (key for key in keys if key.kind is not RowKind.RENTAL_AGREEMENT))
    send_to_load(tools.load, agreements)


def retry_parked(tools: Tools, connection: str, now: datetime) -> Iterator[int]:
    """Send all rows that KIWI refused for good again, with a full export. Yields the count of each portion.

    Each portion is sent before the next one is looked up, so a break-off delays only the later ones.
    """
    for shard in range(SHARDS):
        todo = todo_partition(connection, format(shard, "x"))
        for found in tools.table.owed_at(todo, PARKED, page=A_SHARD):
            yield send_again(tools, _readable(connection, found), now, PARKED)
