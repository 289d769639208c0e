"""The availability of a connection's KIWI: away until when, and whether the log-in was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiwi_sync.keys import AVAILABILITY, connection_pk
from kiwi_sync.state.table import ItemKey, TableReader
from kiwi_sync.times import read_stamp

LOGIN_PAUSE = timedelta(minutes=1)
"""The shortest time before a refused secret is tried again, over all invocations."""


@dataclass(frozen=True)
class Availability:
    """KIWI's last known availability for a connection. All attributes empty: available."""

    away_until: str | None = None
    away_failures: int = 0
    away_since: str | None = None
    good_version: str | None = None
    """The version of the secret that last logged in."""
    tried_version: str | None = None
    tried_at: str | None = None
    paused_version: str | None = None
    """The version of the secret that KIWI refused: a person has to correct it."""
    paused_why: str | None = None
    """The problem, if the log-in itself works."""

    def away_for(self, now: datetime) -> timedelta:
        """How long KIWI has been away."""
        return timedelta() if self.away_since is None else now - read_stamp(self.away_since)

    def refused_lately(self, now: datetime) -> bool:
        """Whether KIWI refused the last secret less than a minute ago."""
        refused = self.paused_version is not None and self.paused_version == self.tried_version
        return refused and self.tried_at is not None and read_stamp(self.tried_at) > now - LOGIN_PAUSE


_NAMES = frozenset(Availability.__dataclass_fields__)


def availability_key(connection: str) -> ItemKey:
    """The key of the connection's availability."""
    return (connection_pk(connection), AVAILABILITY)


def read_availability(table: TableReader, connection: str) -> Availability:
    """The connection's availability, read consistently."""
    item = table.get(availability_key(connection)) or {}
    values: dict[str, Any] = {name: value for name, value in item.items() if name in _NAMES}
    return Availability(**values)
