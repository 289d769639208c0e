"""The time that an invocation has left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiwi_sync.times import Clock

MARGIN = timedelta(minutes=1)
"""The holder stops writing this long before its lease ends, so that two never write at once."""


class DeadlineReachedError(Exception):
    """The invocation ends soon: what is left is for the next one."""


@dataclass(frozen=True)
class Deadline:
    """When the invocation ends."""

    ends: datetime
    clock: Clock

    def check(self) -> None:
        """Raise DeadlineReachedError if there is no time left to write."""
        if self.clock() >= self.ends - MARGIN:
            raise DeadlineReachedError
