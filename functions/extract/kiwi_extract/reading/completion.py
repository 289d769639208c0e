"""Tables of a Feldmapping that complete others: without them records would come with less than they have."""

from typing import NamedTuple


class Completion(NamedTuple):
    """Such tables by their names: `wanted` by the tables that were read, and `met` by a file."""

    wanted: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()

    @property
    def missing(self) -> frozenset[str]:
        """Those that no file, sheet or list is for."""
        return self.wanted - self.met

    def joined(self, other: "Completion") -> "Completion":
        """Of two parts of an export together."""
        return Completion(self.wanted | other.wanted, self.met | other.met)
