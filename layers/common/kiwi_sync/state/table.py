"""The port to the table: items under (pk, sk), conditional updates, queries in key order.

A narrow port with two implementations: DynamoDB, and a table in memory for volume and order tests.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Value = str | int | bool | frozenset[str]
Item = dict[str, Value]
ItemKey = tuple[str, str]

OWED_INDEX = "outstanding"
"""The index of rows that carry `todo`, ordered by `todo_at`."""


@dataclass(frozen=True)
class Check:
    """One condition on an item. All checks of an update must hold; within `either`, one must."""

    test: Literal["absent", "exists", "equals", "at_most", "either"]
    name: str = ""
    value: Value = ""
    either: tuple["Check", ...] = ()


def absent(name: str) -> Check:
    """The attribute (with `pk`: the item) does not exist."""
    return Check("absent", name)


def exists(name: str) -> Check:
    """The attribute (with `pk`: the item) exists."""
    return Check("exists", name)


def equals(name: str, value: Value | None) -> Check:
    """The attribute has this value; `None`: it does not exist."""
    return absent(name) if value is None else Check("equals", name, value)


def at_most(name: str, value: str | int) -> Check:
    """The attribute exists and is not greater."""
    return Check("at_most", name, value)


def either(*checks: Check) -> Check:
    """One of the checks holds."""
    return Check("either", either=checks)


@dataclass(frozen=True)
class Change:
    """An update of an item; the item is created if it does not exist."""

    put: Mapping[str, Value] = field(default_factory=dict)
    put_if_absent: Mapping[str, Value] = field(default_factory=dict)
    remove: Collection[str] = ()
    add: Mapping[str, int | frozenset[str]] = field(default_factory=dict)
    """Numbers to add, and members to add to sets."""
    take: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Members to take from sets; an empty set does not exist."""


class TableReader(Protocol):
    """The port for those that only look. Reads are consistent, except those of the index."""

    def get(self, key: ItemKey) -> Item | None:
        """The item, or None."""
        ...

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        """The items that exist."""
        ...

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        """The items under `pk` whose sort key begins with `prefix`, in order; only the `only` attributes."""
        ...

    def first(self, pk: str, *, prefix: str = "", limit: int) -> list[Item]:
        """The first items of `query`, up to the limit; reads no more than these."""
        ...

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        """Keys of items with this `todo` and a `todo_at` from `first` to `last`, earliest first."""
        ...

    def owed_at(self, todo: str, at: str, *, page: int) -> Iterator[list[ItemKey]]:
        """Keys of all items with this `todo` and this `todo_at`, in pages; no key twice.

        Items may leave and come back meanwhile.
        """
        ...


class Table(TableReader, Protocol):
    """The port for reading and writing."""

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        """Carry out the change if all checks hold. Returns whether they did."""
        ...

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        """Delete the item if all checks hold. Returns whether they did."""
        ...
