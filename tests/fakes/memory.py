"""A table and queues in memory, for tests of volume, order and faults."""

import copy
import json
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.rows import Row, read_row
from kiwi_sync.state.table import Change, Check, Item, ItemKey


class MemoryTable:
    """`Table` in memory. `writes` counts the updates and deletions that took effect, by partition key."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Item]] = {}
        self.writes: list[ItemKey] = []
        self._lock = threading.RLock()

    def get(self, key: ItemKey) -> Item | None:
        with self._lock:
            return copy.copy(self.items.get(key[0], {}).get(key[1]))

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        found = {key: self.get(key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        with self._lock:
            there = sorted(self.items.get(pk, {}).items(), key=lambda entry: entry[0].encode())
            found = [copy.copy(item) for sk, item in there if sk.startswith(prefix)]
        for item in found:
            yield {name: item[name] for name in only if name in item} if only else item

    def first(self, pk: str, *, prefix: str = "", limit: int) -> list[Item]:
        return list(islice(self.query(pk, prefix=prefix), limit))

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        with self._lock:
            found = [
                (str(item["todo_at"]), (pk, sk))
                for pk, rows in self.items.items()
                for sk, item in rows.items()
                if item.get("todo") == todo and (first or "0") <= str(item.get("todo_at", "")) <= last
            ]
        return [key for _, key in sorted(found)][:limit]

    def owed_at(self, todo: str, at: str, *, page: int) -> Iterator[list[ItemKey]]:
        """The owed keys at the beginning; later ones may or may not be among them."""
        found = self.owed(todo, first=at, last=at, limit=sys.maxsize // 2)
        for start in range(0, len(found), page):
            yield found[start : start + page]

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        with self._lock:
            item = self.items.get(key[0], {}).get(key[1])
            if not all(_holds(check, item or {}) for check in checks):
                return False
            _refuse_malformed(change)
            new: Item = {"pk": key[0], "sk": key[1], **(item or {})}
            _apply(change, new)
            self.items.setdefault(key[0], {})[key[1]] = new
            self.writes.append(key)
            return True

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        with self._lock:
            item = self.items.get(key[0], {}).get(key[1])
            if not all(_holds(check, item or {}) for check in checks):
                return False
            if item is not None:
                del self.items[key[0]][key[1]]
                self.writes.append(key)
            return True

    def row(self, text: str) -> Row:
        """The row of a key that must be there."""
        row = read_row(self, RowKey.parse(text))
        assert row is not None, text
        return row


def _holds(check: Check, item: Item) -> bool:
    if check.test == "either":
        return any(_holds(one, item) for one in check.either)
    there = item.get(check.name)
    if check.test in {"absent", "exists"}:
        return (there is None) == (check.test == "absent")
    if check.test == "equals":
        return type(there) is type(check.value) and there == check.value
    if isinstance(there, str) and isinstance(check.value, str):
        return there.encode() <= check.value.encode()
    return type(there) is int and type(check.value) is int and there <= check.value


def _refuse_malformed(change: Change) -> None:
    """Raise for changes that DynamoDB refuses: an empty change, a repeated attribute, an empty set."""
    values = [
        *change.put.values(),
        *change.put_if_absent.values(),
        *change.add.values(),
        *change.take.values(),
    ]
    names = [*change.put, *change.put_if_absent, *change.remove, *change.add, *change.take]
    if not names or len(set(names)) < len(names) or frozenset() in values:
        raise ValueError(f"malformed change of {sorted(names)}")


def _apply(change: Change, item: Item) -> None:
    for name, value in change.put_if_absent.items():
        item.setdefault(name, value)
    item.update(change.put)
    for name in change.remove:
        item.pop(name, None)
    for name, more in change.add.items():
        old = item.get(name)
        if isinstance(more, frozenset):
            item[name] = more | (old if isinstance(old, frozenset) else frozenset())
        else:
            item[name] = more + (old if isinstance(old, int) else 0)
    for name, fewer in change.take.items():
        old = item.get(name)
        if isinstance(old, frozenset):
            item[name] = old - fewer
            if not item[name]:
                del item[name]


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
