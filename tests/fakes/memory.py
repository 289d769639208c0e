"""The sandbox's table, and a queue, as tests look into them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from kiwi_sandbox.aws import memory_table as table
from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.rows import Row, read_row
from kiwi_sync.state.table import Item, ItemKey


class MemoryTable(table.MemoryTable):
    """The table. `writes` has the keys of the updates and deletions that took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[ItemKey] = []

    def row(self, text: str) -> Row:
        """The row of a key that must be there."""
        row = read_row(self, RowKey.parse(text))
        assert row is not None, text
        return row

    def _replace(self, key: ItemKey, old: Item | None, new: Item | None) -> None:
        super()._replace(key, old, new)
        self.writes.append(key)


@dataclass
class MemoryQueue:
    """`Queue` in memory: messages sent, and messages held back."""

    sent: list[Outgoing] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)

    def send(self, messages: Iterable[Outgoing]) -> None:
        self.sent += messages

    def hold(self, receipt: str, seconds: int) -> None:
        self.held[receipt] = seconds

    def take(self) -> list[Outgoing]:
        """Take the messages sent since the last call."""
        sent, self.sent = self.sent, []
        return sent

    def keys(self) -> list[str]:
        """Take all messages; their row keys, for any stage."""
        bodies = [json.loads(message.body) for message in self.take()]
        return [key for body in bodies for key in (body["keys"] if "keys" in body else [body["key"]])]
