"""The counts of a run, and the way from a queue to the messages that the poller holds."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_BOOKKEEPING = ("%connection#", "%run#", "%hold#")


@dataclass
class Meter:
    """Counts messages and writes of rows, whichever AWS is under the functions."""

    messages: Counter[str] = field(default_factory=Counter)
    """Messages sent, by the queue's name."""
    state_writes: int = 0
    """Attempted writes of rows that are not the system's own bookkeeping; a refused one costs as well."""
    hold: Callable[[str, int], bool] = lambda _handle, _seconds: False
    """Hides a message of the poller for so many seconds; false if the poller does not have it."""


def is_bookkeeping(pk: str, sk: str) -> bool:
    """Whether a row is the system's own, about no unit, tenant or lease."""
    return pk.startswith(_BOOKKEEPING) or sk == "%watermark"
