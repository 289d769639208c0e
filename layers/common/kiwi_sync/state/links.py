"""Links from a unit or tenant to its agreements, stored under the parent."""

from kiwi_sync.keys import RowKey, link_pk
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader, absent, at_most, either


def _at(parent: RowKey, agreement: RowKey) -> ItemKey:
    return (link_pk(parent), agreement.text)


def write_link(table: Table, parent: RowKey, agreement: RowKey, rev: int) -> None:
    """Link `agreement` to `parent`, as stated by the lease of `rev`; a newer link stays."""
    table.update(
        _at(parent, agreement), Change(put={"rev": rev}), either(absent("pk"), at_most("rev", rev - 1))
    )


def delete_link(table: Table, parent: RowKey, agreement: RowKey, rev: int) -> None:
    """Delete the link unless it is newer than `rev`."""
    table.delete(_at(parent, agreement), at_most("rev", rev))


def linked(table: TableReader, parent: RowKey) -> dict[RowKey, int]:
    """The agreements linked to `parent`, each with the `rev` of the lease that states it."""
    items = table.query(link_pk(parent), only=("sk", "rev"))
    return {RowKey.parse(str(item["sk"])): int(str(item["rev"])) for item in items}
