"""The time that an invocation has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiwi_sync.times import Clock

MARGIN = timedelta(minutes=1)
"""Time before its lock ends at which the holder stops writing, so that two never write at once."""


class DeadlineReachedError(Exception):
    """The invocation ends soon: the rest is for the next one."""


@dataclass(frozen=True)
class Deadline:
    """The end of the invocation."""

    ends: datetime
    clock: Clock

    def check(self) -> None:
        """Raise DeadlineReachedError if no time is left to write."""
        if self.clock() >= self.ends - MARGIN:
            raise DeadlineReachedError
