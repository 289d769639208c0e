"""The partitions that an export covers, and its claims on each of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kiwi_sync.connections import Connection
from kiwi_sync.erp.envelope import SECTIONS, Envelope
from kiwi_sync.keys import SHARDS, Partition, RowKind

from kiwi_extract.compare.compare import PartitionScope
from kiwi_extract.reading.export import Export
from kiwi_extract.records.spool import Spool


@dataclass(frozen=True)
class Scope:
    """An admitted export over its connection's Mandanten.

    `seen`: Mandanten that have had rows. `unreadable`: see `Spool.unreadable`. `silent`: see `silent_in`.
    """

    connection: Connection
    envelope: Envelope
    spool: Spool
    seen: frozenset[str]
    unreadable: frozenset[tuple[str | None, RowKind]]
    silent: frozenset[tuple[str, RowKind]] = frozenset()

    @property
    def selected(self) -> frozenset[str]:
        """The Mandanten that the connection selects."""
        return frozenset(self.connection.settings.mandanten)

    @property
    def deselected(self) -> frozenset[str]:
        """Mandanten that have had rows and are selected no longer."""
        return self.seen - self.selected

    def partitions(self) -> Iterator[Partition]:
        """The partitions a full export covers, plus those of deselected Mandanten; a delta's own."""
        if not self.envelope.is_full:
            yield from self.spool.partitions(self.connection.id)
            return
        mandanten = sorted(self.selected.intersection(self.envelope.mandanten) | self.deselected)
        for kind in SECTIONS.values():
            for mandant in mandanten:
                if (mandant, kind) in self.silent and mandant not in self.deselected:
                    continue
                for shard in range(SHARDS):
                    yield Partition(self.connection.id, mandant, kind, format(shard, "x"))

    def of(
        self, partition: Partition, *, held: Collection[str] = (), continues: bool = False
    ) -> PartitionScope:
        """The facts about the export that comparing the partition needs."""
        hidden = {(partition.mandant, partition.kind), (None, partition.kind)} & self.unreadable
        return PartitionScope(
            version=self.envelope.version,
            is_full=self.envelope.is_full,
            shape=self.connection.shape,
            judges_absence=not hidden or partition.mandant in self.deselected,
            held=held,
            continues=continues,
        )

    def covered(self) -> frozenset[str]:
        """The Mandanten that a full export covers without a gap; none for a delta."""
        if not self.envelope.is_full:
            return frozenset()
        partitions = list(self.partitions())
        silent = {it.mandant for it in partitions if not self.of(it).judges_absence}
        silent |= {mandant for mandant, _ in self.silent}
        return frozenset(it.mandant for it in partitions) - silent


def silent_in(envelope: Envelope, document: Export) -> frozenset[tuple[str, RowKind]]:
    """The (Mandant, kind) that a full export claims to cover, but has no list for."""
    spoken = document.spoken
    if spoken is None or not envelope.is_full:
        return frozenset()
    return frozenset(
        (mandant, kind)
        for mandant in envelope.mandanten
        for section, kind in SECTIONS.items()
        if (mandant, section) not in spoken
    )
