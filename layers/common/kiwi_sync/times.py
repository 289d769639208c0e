"""Points in time as texts that sort."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present time, with a time zone."""

TOMBSTONE = timedelta(days=90)
"""How long a row is kept after its entity is gone from ERP and KIWI."""


def now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """`moment` in UTC, of fixed width: texts compare as the times do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_stamp(text: str) -> datetime:
    """The moment that `stamp` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
