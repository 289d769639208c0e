"""The state table in memory: it does what DynamoDB does, and refuses what DynamoDB refuses."""

import heapq
import threading
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from kiwi_sync.state.table import Change, Check, Item, ItemKey, Value

from kiwi_sandbox.aws.errors import refused

ITEM_BYTES = 400 * 1024
KEY_BYTES = {"pk": 2048, "sk": 1024, "todo": 2048, "todo_at": 1024}
"""The longest keys of the table and of its index, in UTF-8."""
_KEYS = frozenset({"pk", "sk"})
_NO_MEMBERS: frozenset[str] = frozenset()


class MemoryTable:
    """`Table` in memory, by partition and sort key. An item is replaced, never changed."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Item]] = {}
        self._owed: dict[str, dict[ItemKey, None]] = {}
        self._lock = threading.RLock()

    def get(self, key: ItemKey) -> Item | None:
        """The item, or None."""
        _check_keys(pk=key[0], sk=key[1])
        with self._lock:
            item = self.items.get(key[0], {}).get(key[1])
            return None if item is None else dict(item)

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        """The items that are there."""
        found = {key: self.get(key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        """The items under `pk` as they were at the beginning, in the order of their sort keys."""
        _check_keys(pk=pk)
        with self._lock:
            # The order of code points is the order of UTF-8's bytes.
            there = sorted(self.items.get(pk, {}).items(), key=_sort_key)
            found = [dict(item) for sk, item in there if sk.startswith(prefix)]
        for item in found:
            yield {name: item[name] for name in only if name in item} if only else item

    def first(self, pk: str, *, prefix: str = "", limit: int) -> list[Item]:
        """The first of the items that `query` gives."""
        return list(islice(self.query(pk, prefix=prefix), limit))

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        """Keys of items with this `todo`, earliest first."""
        _check_keys(todo=todo, todo_at=last)
        first = first or "0"
        if first > last:
            raise refused("Query", "the BETWEEN operator needs an upper bound that is not below the lower")
        with self._lock:
            found = ((at, key) for at, key in self._index(todo) if first <= at <= last)
            return [key for _, key in heapq.nsmallest(limit, found)]

    def owed_at(self, todo: str, at: str, *, page: int) -> Iterator[list[ItemKey]]:
        """Keys of all that is there at the beginning; what comes meanwhile is not among them."""
        with self._lock:
            found = sorted(key for moment, key in self._index(todo) if moment == at)
        for start in range(0, len(found), page):
            yield found[start : start + page]

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        """Carry out the change if all checks hold; whether they did."""
        _check_keys(pk=key[0], sk=key[1])
        _refuse_malformed(change)
        with self._lock:
            item = self.items.get(key[0], {}).get(key[1])
            if not all(_holds(check, item or {}) for check in checks):
                return False
            new: Item = {"pk": key[0], "sk": key[1], **(item or {})}
            _apply(change, new)
            _refuse_oversized(new)
            self._replace(key, item, new)
            return True

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        """Delete the item if all checks hold; whether they did."""
        _check_keys(pk=key[0], sk=key[1])
        with self._lock:
            item = self.items.get(key[0], {}).get(key[1])
            if not all(_holds(check, item or {}) for check in checks):
                return False
            if item is not None:
                self._replace(key, item, None)
            return True

    def scan(self) -> list[Item]:
        """All items, in no order."""
        with self._lock:
            return [dict(item) for rows in self.items.values() for item in rows.values()]

    def partitions(self, prefix: str) -> list[str]:
        """The partition keys that begin so."""
        with self._lock:
            return [pk for pk in self.items if pk.startswith(prefix)]

    def owed_items(self) -> list[Item]:
        """The items that carry `todo`."""
        with self._lock:
            keys = [key for todo in self._owed for _, key in self._index(todo)]
            return [dict(self.items[pk][sk]) for pk, sk in keys]

    def _replace(self, key: ItemKey, old: Item | None, new: Item | None) -> None:
        pk, sk = key
        was, todo = (item.get("todo") if item else None for item in (old, new))
        if was is not None and was != todo:
            self._owed.get(str(was), {}).pop(key, None)
        if todo is not None:
            self._owed.setdefault(str(todo), {})[key] = None
        if new is not None:
            self.items.setdefault(pk, {})[sk] = new
        else:
            del self.items[pk][sk]

    def _index(self, todo: str) -> Iterator[tuple[str, ItemKey]]:
        for key in self._owed.get(todo, ()):
            item = self.items.get(key[0], {}).get(key[1], {})
            # Who looks into `items` may also have changed them.
            if item.get("todo") == todo and "todo_at" in item:
                yield str(item["todo_at"]), key


def _sort_key(entry: tuple[str, Item]) -> str:
    return entry[0]


def _holds(check: Check, item: Item) -> bool:
    if check.test == "either":
        return any(_holds(one, item) for one in check.either)
    there = item.get(check.name)
    if check.test in {"absent", "exists"}:
        return (there is None) == (check.test == "absent")
    if check.test == "equals":
        return type(there) is type(check.value) and there == check.value
    if isinstance(there, str) and isinstance(check.value, str):
        return there <= check.value
    return type(there) is int and type(check.value) is int and there <= check.value


def _check_keys(**keys: Value) -> None:
    """Refuses a key of no length, or too long."""
    for name, value in keys.items():
        if not isinstance(value, str) or not 0 < len(value.encode()) <= KEY_BYTES[name]:
            message = f"invalid parameter value: {name} is no text of 1 to {KEY_BYTES[name]} bytes"
            raise refused("UpdateItem", message)


def _refuse_malformed(change: Change) -> None:
    """Refuses a change of nothing, of an attribute twice or of a key, and an empty set."""
    names = [*change.put, *change.put_if_absent, *change.remove, *change.add, *change.take]
    maps = (change.put, change.put_if_absent, change.add, change.take)
    empty = any(value == _NO_MEMBERS for values in maps for value in values.values())
    if not names or empty or len(names) != len(set(names)) or not _KEYS.isdisjoint(names):
        raise refused("UpdateItem", f"malformed change of {sorted(names)}")


def _refuse_oversized(item: Item) -> None:
    """Refuses keys of the index that cannot be, and more than 400 KB of names and values."""
    _check_keys(**{name: item[name] for name in ("todo", "todo_at") if name in item})
    if sum(len(name) + _size(value) for name, value in item.items()) > ITEM_BYTES:
        raise refused("UpdateItem", "Item size to update has exceeded the maximum allowed size")


def _size(value: Value) -> int:
    """The bytes that DynamoDB counts: of texts those of UTF-8, of numbers about one for two digits."""
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, bool):
        return 1
    if isinstance(value, int):
        return (len(str(abs(value))) + 1) // 2 + 1 + (value < 0)
    return sum(len(member.encode()) for member in value)


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
