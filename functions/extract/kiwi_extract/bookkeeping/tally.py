"""The counts of an export."""

from dataclasses import dataclass


@dataclass
class Tally:
    """Counts of a run, over its partitions."""

    unchanged: int = 0
    changed: int = 0
    gone: int = 0
    outdated: int = 0
    accepted: int = 0
    held: int = 0

    def add(self, other: "Tally") -> None:
        """Add other counts, such as those of a partition."""
        self.unchanged += other.unchanged
        self.changed += other.changed
        self.gone += other.gone
        self.outdated += other.outdated
        self.accepted += other.accepted
        self.held += other.held
