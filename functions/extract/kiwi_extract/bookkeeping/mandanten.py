"""The Mandanten of a connection that have had rows: a deselected one must be found again."""

from collections.abc import Iterable

from kiwi_sync.keys import MANDANTEN, connection_pk
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader


def _key(connection: str) -> ItemKey:
    return (connection_pk(connection), MANDANTEN)


def seen_mandanten(table: TableReader, connection: str) -> frozenset[str]:
    """The Mandanten that have had rows."""
    item = table.get(_key(connection)) or {}
    seen = item.get("seen", frozenset())
    return seen if isinstance(seen, frozenset) else frozenset()


def remember_mandanten(table: Table, connection: str, mandanten: Iterable[str]) -> None:
    """Remember Mandanten before their first row is written."""
    new = frozenset(mandanten) - seen_mandanten(table, connection)
    if new:
        table.update(_key(connection), Change(add={"seen": new}))


def forget_mandanten(table: Table, connection: str, mandanten: Iterable[str]) -> None:
    """Forget deselected Mandanten whose rows are all gone."""
    gone = frozenset(mandanten)
    if gone:
        table.update(_key(connection), Change(take={"seen": gone}))
