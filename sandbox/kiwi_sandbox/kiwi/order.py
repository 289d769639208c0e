"""The order of events in KIWI, which tells overlapping requests."""

from dataclasses import dataclass


@dataclass
class Order:
    """Counts events, to find overlapping requests."""

    effects: int = 0
    """The number of objects created or deleted and of addresses added."""
    came_in: int = 0
    """The value of `effects` when the present request came in."""

    def next(self) -> int:
        """The number of an event that happens now."""
        self.effects += 1
        return self.effects
