"""Sorts an export's records by partition of the table, on disk, so that memory stays bounded."""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.keys import SHARDS, Partition, RowKind, shard_of

from kiwi_extract.records.disk_bins import Bins
from kiwi_extract.records.entry import MANDANT_NOT_LISTED, Entry
from kiwi_extract.records.listing import SHOWN
from kiwi_extract.records.settle import settled

OWN_BINS = 64
"""The number of Mandanten with bins of their own. The others share bins: there may be many thousands."""

_SECTION = {kind: section for section, kind in SECTIONS.items()}
_UNREADABLE = "unreadable"
"""The bin of entries without a readable key."""


class Spool:
    """An export's entries, sorted. Use as a context manager: it leaves nothing behind.

    `listener` hears every entry that is rejected.
    """

    def __init__(self, listener: Callable[[Entry], None] | None = None) -> None:
        self._listener = listener

    def __enter__(self) -> Self:
        self._bins = Bins()
        self._mandanten: dict[str, int] = {}
        self._selected: frozenset[str] = frozenset()
        self._listed: frozenset[str] | None = None
        self._rejected: list[Entry] = []
        self._rejected_count = 0
        self._unreadable: set[tuple[str | None, RowKind]] = set()
        self._counted: set[tuple[str, str, str]] = set()
        self._refused: dict[Partition, dict[str, Entry]] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bins.close()

    def add(self, entries: Iterable[Entry]) -> None:
        """Add entries."""
        for entry in entries:
            sk, mandant = entry.sk, entry.mandant
            if sk is None or mandant is None:
                self._bins.add(_UNREADABLE, entry)
            else:
                self._bins.add((entry.section, shard_of(sk), self._bin_of(mandant)), entry)

    def seal(self, selected: Sequence[str], listed: Sequence[str] | None) -> None:
        """Decide which entries count, once all are in.

        Drops Mandanten that are not `selected`, and deletions in a full export. Rejects records of Mandanten
        that a full export does not list (`listed`, None for a delta), and repeated keys. A deletion wins over
        the record of the same key.
        """
        self._selected = frozenset(selected)
        self._listed = None if listed is None else frozenset(listed)
        for entry in self._bins.entries(_UNREADABLE):
            counts = entry.mandant is None or entry.mandant in self._selected
            if counts and self._has_a_meaning(entry):
                self._reject(entry)
                if not entry.deleted:
                    self._unreadable.add((entry.mandant, entry.kind))

    def partitions(self, connection: str) -> list[Partition]:
        """The partitions of all entries with a key."""
        return [
            Partition(connection, mandant, kind, shard)
            for mandant, kind, shard in self._places()
            if self.entries(Partition(connection, mandant, kind, shard))
        ]

    def entries(self, partition: Partition) -> Mapping[str, Entry]:
        """The entries of a partition by sort key, including rejected ones."""
        mandant, section, shard = partition.mandant, _SECTION[partition.kind], partition.shard
        if mandant not in self._selected:
            return {}
        found, rejected = settled(self._of(mandant, section, shard))
        place = mandant, section, shard
        if place not in self._counted:
            self._counted.add(place)
            for entry in rejected:
                self._reject(entry)
        return found | self._refused.get(partition, {})

    def refuse(self, partition: Partition, sks: Collection[str], field: str, reason: str) -> None:
        """Reject records of a partition for faults found after reading."""
        entries = self.entries(partition)
        refused = {sk: entries[sk].refused(field, reason) for sk in sks}
        for entry in refused.values():
            self._reject(entry)
        self._refused.setdefault(partition, {}).update(refused)

    def unreadable(self) -> set[tuple[str | None, RowKind]]:
        """(Mandant, kind) of records with an unreadable key; Mandant None if that is unreadable, too."""
        return self._unreadable

    def rejected(self, limit: int) -> list[Entry]:
        """The first rejected entries by section, in the document's order: as many as a run shows."""
        self._count_all()
        return self._rejected[:limit]

    def rejected_count(self) -> int:
        """The number of rejected entries."""
        self._count_all()
        return self._rejected_count

    def _count_all(self) -> None:
        """Count the partitions that nobody has looked at yet."""
        for mandant, kind, shard in self._places():
            if (mandant, _SECTION[kind], shard) not in self._counted:
                self.entries(Partition("", mandant, kind, shard))

    def _places(self) -> Iterator[tuple[str, RowKind, str]]:
        for mandant in sorted(self._selected):
            for kind in sorted(_SECTION):
                for shard in range(SHARDS):
                    yield mandant, kind, format(shard, "x")

    def _of(self, mandant: str, section: str, shard: str) -> list[Entry]:
        """The entries of a partition that count, in the order of arrival."""
        there = self._bins.entries((section, shard, self._bin_of(mandant)))
        found = [entry for entry in there if entry.mandant == mandant and self._has_a_meaning(entry)]
        if self._listed is None or mandant in self._listed:
            return found
        return [it if it.rejected else it.refused("mandant", MANDANT_NOT_LISTED) for it in found]

    def _has_a_meaning(self, entry: Entry) -> bool:
        """Whether an entry counts: deletions are meaningless in a full export."""
        return self._listed is None or not entry.deleted

    def _bin_of(self, mandant: str) -> int:
        known = self._mandanten.get(mandant)
        if known is None:
            known = len(self._mandanten)
            if known < OWN_BINS:
                self._mandanten[mandant] = known
        return known

    def _reject(self, entry: Entry) -> None:
        self._rejected_count += 1
        if self._listener is not None:
            self._listener(entry)
        if len(self._rejected) < SHOWN or _order(entry) < _order(self._rejected[-1]):
            insort(self._rejected, entry, key=_order)
            del self._rejected[SHOWN:]


def _order(entry: Entry) -> tuple[str, int]:
    return entry.section, entry.place
