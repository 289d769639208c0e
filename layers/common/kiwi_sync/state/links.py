"""Links: which agreements hang on a unit or a tenant. They lie under their parent."""

from kiwi_sync.keys import RowKey
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader, absent, at_most, either


def link_partition(parent: RowKey) -> str:
    """Where the links of `parent` lie."""
    return f"%link#{parent.text}"


def _at(parent: RowKey, agreement: RowKey) -> ItemKey:
    return (link_partition(parent), agreement.text)


def write_link(table: Table, parent: RowKey, agreement: RowKey, rev: int) -> None:
    """Link `agreement` to `parent`, as the lease of `rev` says; a newer link stays."""
    table.update(
        _at(parent, agreement), Change(put={"rev": rev}), either(absent("pk"), at_most("rev", rev - 1))
    )


def delete_link(table: Table, parent: RowKey, agreement: RowKey, rev: int) -> None:
    """Delete the link unless it is newer than `rev`."""
    table.delete(_at(parent, agreement), at_most("rev", rev))


def linked(table: TableReader, parent: RowKey) -> dict[RowKey, int]:
    """The agreements that hang on `parent`, each with the `rev` of its lease that said so."""
    items = table.query(link_partition(parent), only=("sk", "rev"))
    return {RowKey.parse(str(item["sk"])): int(str(item["rev"])) for item in items}
