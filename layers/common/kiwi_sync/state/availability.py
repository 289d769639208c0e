"""What the system remembers of a connection's KIWI: away until when, and whether log-in was refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kiwi_sync.state.table import ItemKey, TableReader
from kiwi_sync.times import read_stamp

LOGIN_PAUSE = timedelta(minutes=1)
"""A secret that KIWI refused is tried again after this long at the earliest, over all invocations."""


@dataclass(frozen=True)
class Availability:
    """How KIWI last answered for a connection. Everything absent: well."""

    away_until: str | None = None
    away_failures: int = 0
    away_since: str | None = None
    good_version: str | None = None
    """The version of the secret that has logged in."""
    tried_version: str | None = None
    tried_at: str | None = None
    paused_version: str | None = None
    """The version of the secret whose log-in KIWI refused: a person has to mend it."""
    paused_why: str | None = None
    """The problem, if the log-in itself works."""

    def away_for(self, now: datetime) -> timedelta:
        """How long KIWI has been away."""
        return timedelta() if self.away_since is None else now - read_stamp(self.away_since)

    def refused_lately(self, now: datetime) -> bool:
        """Whether KIWI refused the secret that was tried last, less than a minute ago."""
        refused = self.paused_version is not None and self.paused_version == self.tried_version
        return refused and self.tried_at is not None and read_stamp(self.tried_at) > now - LOGIN_PAUSE


_NAMES = frozenset(Availability.__dataclass_fields__)


def availability_key(connection: str) -> ItemKey:
    """Where it is remembered."""
    return (f"%connection#{connection}", "kiwi")


def read_availability(table: TableReader, connection: str) -> Availability:
    """What is remembered, read consistently."""
    item = table.get(availability_key(connection)) or {}
    values: dict[str, Any] = {name: value for name, value in item.items() if name in _NAMES}
    return Availability(**values)
