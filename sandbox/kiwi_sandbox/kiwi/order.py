"""The order of what happens in KIWI: which requests overlap."""

from dataclasses import dataclass


@dataclass
class Order:
    """The order of what happened: which requests overlapped."""

    effects: int = 0
    """How many objects have come or gone, and how many addresses have come."""
    came_in: int = 0
    """How many had, when the request that is being answered came in."""

    def next(self) -> int:
        """The number of something that happens now."""
        self.effects += 1
        return self.effects
