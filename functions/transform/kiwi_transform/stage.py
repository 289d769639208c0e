"""Transform's work on one key: derive KIWI's desired content, write it, send the key to load."""

from dataclasses import dataclass
from datetime import timedelta

from kiwi_sync.connections import Connection, Connections, SettingsInvalidError, UnknownConnectionError
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.desire import desire
from kiwi_sync.state.rows import Row, read_row
from kiwi_sync.state.table import Table
from kiwi_sync.times import Clock

from kiwi_transform.lease_agreements import transform_lease
from kiwi_transform.write import is_written, write_desire

ATTEMPTS = 8
"""The most reads of a row that keeps moving."""


class RowKeepsMovingError(Exception):
    """Another writer changed the row between every read and write; the key is tried again later."""


@dataclass(frozen=True)
class Stage:
    """Transform, wired."""

    table: Table
    connections: Connections
    load: Queue
    clock: Clock
    grace: timedelta

    def transform(self, key: RowKey) -> None:
        """Bring one key's `desired` up to its `source`, and send the keys that load has to look at.

        Raises:
            RowKeepsMovingError: see there.
        """
        if key.kind is RowKind.RENTAL_AGREEMENT:
            send_to_load(self.load, [key])
            return
        for _ in range(ATTEMPTS):
            row = read_row(self.table, key)
            if row is None:
                return
            connection = self._connection(row)
            if connection is None or self._brought_up(row, connection):
                return
        raise RowKeepsMovingError(str(key))

    def _brought_up(self, row: Row, connection: Connection) -> bool:
        """Bring the row up. False: it moved on meanwhile."""
        if row.key.kind is RowKind.MIETVERTRAG:
            return transform_lease(self.table, self.load, row, connection, self.clock(), self.grace)
        wanted = desire(row, connection)
        current = row.desired_from == row.source_rev and is_written(row, wanted)
        if not current and not write_desire(self.table, row, wanted, self.clock(), self.grace):
            return False
        send_to_load(self.load, [row.key])
        return True

    def _connection(self, row: Row) -> Connection | None:
        """The settings, at least as new as those that the source was made with.

        None: they are broken or gone. The row stays on the list of owed rows, so the sweep sends it again;
        other connections go on.
        """
        try:
            return self.connections.get(row.key.connection, at_least=row.settings_version)
        except (UnknownConnectionError, SettingsInvalidError) as error:
            logger.error("settings cannot be used", connection=row.key.connection, fault=str(error))
            return None
