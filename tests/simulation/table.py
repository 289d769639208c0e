"""The table of the simulation: in memory, read page by page, sometimes throttled, or with a lost answer."""

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from kiwi_sync.state.table import Change, Check, Item, ItemKey

from tests.fakes.memory import MemoryTable
from tests.simulation.scheduler import Scheduler

INDEX_LAG = timedelta(seconds=2)
"""The longest lag of the index behind the table."""
PAGE = 4
"""The most items in a page of a query, and in the part of a batch that is read at one moment."""


class ThrottledError(Exception):
    """DynamoDB refused a request even after the SDK's repetitions: nothing has happened."""


class SimulatedTable(MemoryTable):
    """`Table` whose every read and write is a step.

    `trouble`: the share of throttled requests, and of writes with a lost answer, which the SDK repeats: then
    a conditional write that has taken effect reports that its condition did not hold.
    """

    def __init__(self, scheduler: Scheduler, trouble: float = 0.0) -> None:
        super().__init__()
        self.trouble = trouble
        self.violations: list[str] = []
        self.reads = 0
        self.unwanted: dict[ItemKey, datetime] = {}
        """The last time that the ERP took back each item."""
        self._scheduler = scheduler
        self._marks: list[tuple[datetime, ItemKey, str | None, str]] = []

    def get(self, key: ItemKey) -> Item | None:
        self._point(f"get {key[0]} {key[1]}")
        return super().get(key)

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        found: dict[ItemKey, Item] = {}
        left = list(keys)
        while left:
            self._point(f"get {len(left)} items")
            part, left = left[:PAGE], left[PAGE:]
            found |= {key: item for key in part if (item := MemoryTable.get(self, key)) is not None}
        return found

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        after: bytes | None = None
        while True:
            self._point(f"query {pk} {prefix}".rstrip())
            there = sorted(
                (sk.encode(), item) for sk, item in self.items.get(pk, {}).items() if sk.startswith(prefix)
            )
            page = [(sk, copy.copy(item)) for sk, item in there if after is None or sk > after][:PAGE]
            for _, item in page:
                yield {name: item[name] for name in only if name in item} if only else item
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        """Keys from the index, which may not show changes of the last seconds."""
        self._point(f"index {todo}")
        found = super().owed(todo, first=first, last=last, limit=limit * 2)
        late = self._scheduler.rng.random() < 0.3
        for at, key, was, was_at in self._marks if late else ():
            if at > self._scheduler.now - INDEX_LAG:
                found = [one for one in found if one != key]
                if was == todo and (first or "0") <= was_at <= last:
                    found.append(key)
        return found[:limit]

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self._point(f"update {key[0]} {key[1]} {_said(change)}")
        if "desired" in change.remove:
            self.unwanted[key] = self._scheduler.now
        return self._written(key, lambda: MemoryTable.update(self, key, change, *checks))

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        self._point(f"delete {key[0]} {key[1]}")
        return self._written(key, lambda: MemoryTable.delete(self, key, *checks))

    def _written(self, key: ItemKey, write: Callable[[], bool]) -> bool:
        before = self.items.get(key[0], {}).get(key[1], {})
        done = write()
        if done:
            todo = str(before["todo"]) if "todo" in before else None
            self._marks.append((self._scheduler.now, key, todo, str(before.get("todo_at", ""))))
            del self._marks[:-50]
        if self.trouble and self._scheduler.invocation and self._scheduler.rng.random() < self.trouble:
            self._scheduler.say("… its answer gets lost, and it is repeated")
            self._point("repeat it")
            return write()
        return done

    def _point(self, what: str) -> None:
        self.reads += not what.startswith(("update", "delete"))
        self._scheduler.point(what)
        if self.trouble and self._scheduler.invocation and self._scheduler.rng.random() < self.trouble:
            self._scheduler.say("… throttled")
            raise ThrottledError(what.split(" ", maxsplit=1)[0])


def _said(change: Change) -> str:
    parts = [*change.put, *change.put_if_absent, *(f"-{name}" for name in change.remove)]
    return ",".join([*parts, *(f"+{name}" for name in change.add), *(f"~{name}" for name in change.take)])
