"""The connection's settings, as far as a check goes by them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kiwi_sync.connections import ConnectionSettings

_STORED = ConnectionSettings.model_fields
"""Their defaults are those of a connection that says nothing."""


@dataclass(frozen=True)
class CheckSettings:
    """For whom and when. `mandanten`: the selected ones, None for all that the export has."""

    connection: str
    now: datetime
    separator: str = _STORED["separator"].default
    mandanten: Collection[str] | None = None
    time_zone: str = _STORED["time_zone"].default
    blocked_emails: Collection[str] = ()
    shared_email_limit: int = _STORED["shared_email_limit"].default

    @property
    def today(self) -> date:
        """The day where the houses are."""
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()
