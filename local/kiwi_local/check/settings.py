"""What a check goes by: the connection's settings, as far as they matter here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

SHARED_EMAIL_LIMIT = 3
"""As of a connection that does not say it."""


@dataclass(frozen=True)
class CheckSettings:
    """For whom and when. `mandanten`: the selected ones, None for all that the export has."""

    connection: str
    now: datetime
    separator: str = "-"
    mandanten: Collection[str] | None = None
    time_zone: str = "Europe/Berlin"
    blocked_emails: Collection[str] = ()
    shared_email_limit: int = SHARED_EMAIL_LIMIT

    @property
    def today(self) -> date:
        """The day where the houses are."""
        return self.now.astimezone(ZoneInfo(self.time_zone)).date()
