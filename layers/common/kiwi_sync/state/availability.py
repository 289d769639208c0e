"""What the system remembers of a connection's KIWI: away until when, and whether log-in was refused."""

from dataclasses import dataclass
from typing import Any

from kiwi_sync.state.table import ItemKey, Table


@dataclass(frozen=True)
class Availability:
    """How KIWI last answered for a connection. Everything absent: well."""

    away_until: str | None = None
    away_failures: int = 0
    good_version: str | None = None
    """The version of the secret that has logged in."""
    tried_version: str | None = None
    tried_at: str | None = None
    paused_version: str | None = None
    """The version of the secret whose log-in KIWI refused: a person has to mend it."""


_NAMES = frozenset(Availability.__dataclass_fields__)


def availability_key(connection: str) -> ItemKey:
    """Where it is remembered."""
    return (f"%connection#{connection}", "kiwi")


def read_availability(table: Table, connection: str) -> Availability:
    """What is remembered, read consistently."""
    item = table.get(availability_key(connection)) or {}
    values: dict[str, Any] = {name: value for name, value in item.items() if name in _NAMES}
    return Availability(**values)
