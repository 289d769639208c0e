"""A table, a queue and a shelf that keep nothing: what works with them can look, but changes nothing."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change, Check, Item, ItemKey, Table


@dataclass(frozen=True)
class Unwritten:
    """A table whose every read is that of the real one, and whose every write is dropped."""

    table: Table

    def get(self, key: ItemKey) -> Item | None:
        """The item, or None."""
        return self.table.get(key)

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        """The items that are there."""
        return self.table.get_many(keys)

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        """The items under `pk`."""
        return self.table.query(pk, prefix=prefix, only=only)

    def first(self, pk: str, *, prefix: str = "", limit: int) -> list[Item]:
        """The first items under `pk`."""
        return self.table.first(pk, prefix=prefix, limit=limit)

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        """Keys from the index."""
        return self.table.owed(todo, first=first, last=last, limit=limit)

    def owed_at(self, todo: str, at: str, *, page: int) -> Iterator[list[ItemKey]]:
        """Keys from the index, page by page."""
        return self.table.owed_at(todo, at, page=page)

    def update(self, _key: ItemKey, _change: Change, *_checks: Check) -> bool:
        """Nothing happens, and it looks as if it had."""
        return True

    def delete(self, _key: ItemKey, *_checks: Check) -> bool:
        """Nothing happens, and it looks as if it had."""
        return True


class Unsent:
    """A queue that takes everything and delivers nothing."""

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Nothing happens."""

    def hold(self, receipt: str, seconds: int) -> None:
        """Nothing happens."""


class Unkept:
    """A shelf that keeps nothing and brings nothing."""

    def keep(self, _name: str) -> str | None:
        """Nothing is kept."""
        return None

    def keep_export(self, _name: str) -> str | None:
        """Nothing is kept."""
        return None

    def keep_plan(self, _name: str, _plan: IO[bytes]) -> str:
        """Nothing is kept."""
        return ""

    def bring(self, document: str) -> None:
        """Nothing happens."""
