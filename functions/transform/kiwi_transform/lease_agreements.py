"""Derives the agreement rows of a lease (Mietvertrag): one for each of its tenants."""

from datetime import datetime, timedelta

from kiwi_sync.connections import Connection
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.desire import Desire, desired_agreements, no_longer_named
from kiwi_sync.state.links import write_link
from kiwi_sync.state.rows import Row, read_row, row_of, tombstone
from kiwi_sync.state.table import Table

from kiwi_transform.write import is_written, settle_lease, write_agreement


def transform_lease(
    table: Table, load: Queue, lease: Row, connection: Connection, now: datetime, grace: timedelta
) -> bool:
    """Write links, then agreement rows, then read the lease again. False: it has moved on, so repeat."""
    present = _agreements(table, lease.key)
    wanted = desired_agreements(lease, connection)
    wanted |= {key: no_longer_named(key, connection) for key in present if key not in wanted}
    for key, desire in wanted.items():
        for parent in sorted(desire.parents):
            write_link(table, RowKey.parse(parent), key, lease.source_rev)
    for key, desire in wanted.items():
        if not _brought_up(table, key, present.get(key), desire, lease, now, grace):
            return False
    send_to_load(load, [key for key in wanted if _is_news(present.get(key), wanted[key])])
    again = read_row(table, lease.key)
    if again is None or again.source_rev != lease.source_rev:
        return again is None
    return settle_lease(table, again, tombstone(now) if again.gone else {})


def _agreements(table: Table, lease: RowKey) -> dict[RowKey, Row]:
    """The agreement rows of a lease. They share a partition, and their keys begin with the lease's number."""
    numbers = (*lease.numbers, "")
    first = RowKey(lease.connection, RowKind.RENTAL_AGREEMENT, lease.mandant, numbers)
    rows = map(row_of, table.query(first.pk, prefix=first.sk))
    return {row.key: row for row in rows}


def _brought_up(
    table: Table, key: RowKey, row: Row | None, desire: Desire, lease: Row, now: datetime, grace: timedelta
) -> bool:
    """Whether the agreement's row states this lease, or a newer state of it."""
    if row is not None and row.desired_from > lease.source_rev:
        return True
    if row is not None and is_written(row, desire) and desire.parents <= row.parents:
        return True
    return write_agreement(table, key, row, desire, lease, now, grace)


def _is_news(row: Row | None, desire: Desire) -> bool:
    """Whether load has to look: not at pairs that were settled as gone before."""
    return row is None or row.todo is not None or not is_written(row, desire)
