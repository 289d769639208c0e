"""Works out what an export would take from people in a Mandant, partition by partition, writing nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kiwi_sync.keys import SHARDS, Partition, RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.rules.reasons import Loss

from kiwi_extract.compare import Comparison, Question, What
from kiwi_extract.losses import AGREEMENT, Losing, Toll, may_lose
from kiwi_extract.partition import CHUNK, Look, PartitionWork
from kiwi_extract.spool import Spool


@dataclass
class Assessor:
    """Assesses one export. `question`: what the export is to a partition, before anything is held."""

    work: PartitionWork
    spool: Spool
    question: Callable[[Partition], Question]
    settled: dict[str, Look] = field(default_factory=dict)
    """Partitions in which nothing differs, by partition key: they need no second look."""

    def assess(self, connection: str, mandant: str, partitions: Iterable[Partition], gone: Loss) -> Toll:
        """What would be lost in a Mandant; `gone`: why a record that would be gone is."""
        losing = Losing(connection, mandant)
        for partition in partitions:
            self._collect(partition, losing, gone)
        self._resolve_moves(losing)
        toll = Toll()
        if losing:
            for shard in range(SHARDS):
                there = Partition(connection, mandant, RowKind.RENTAL_AGREEMENT, format(shard, "x"))
                toll.add(losing, self.work.table.query(there.pk, only=AGREEMENT))
        return toll

    def _collect(self, partition: Partition, losing: Losing, gone: Loss) -> None:
        look = self.work.look(partition, self.question(partition), self.spool.entries(partition))
        if not look.comparison.changes:
            self.settled[partition.pk] = look
            return
        losing.add_gone(partition.kind, look.comparison.changes, gone)
        suspects = (change for change in look.comparison.changes if may_lose(partition.kind, change))
        for chunk in in_batches(suspects, CHUNK):
            rows = self.work.table.get_many([(partition.pk, change.sk) for change in chunk])
            for change in chunk:
                record = rows.get((partition.pk, change.sk), {}).get("record")
                if record is not None:
                    losing.add_changed(partition.kind, change, str(record))

    def _resolve_moves(self, losing: Losing) -> None:
        """A lease that moves to a unit which is not there after this export loses its agreements."""
        units: dict[Partition, set[str]] = defaultdict(set)
        for unit in losing.moved.values():
            units[unit.partition].add(unit.sk)
        staying = {
            RowKey.of_row(partition.pk, sk)
            for partition, sks in units.items()
            for sk in self._staying(partition, sks)
        }
        for lease, unit in losing.moved.items():
            if unit not in staying:
                losing.add(RowKind.MIETVERTRAG, lease, Loss.UNIT_GONE)

    def _staying(self, partition: Partition, sks: set[str]) -> set[str]:
        entries = self.spool.entries(partition)
        rows, comparison = self.work.look_at(partition, self.question(partition), entries, sks)
        there = {sk for sk, row in rows.items() if not row.get("gone")}
        return (there | _of(comparison, What.RECORD)) - _of(comparison, What.GONE)


def _of(comparison: Comparison, what: What) -> set[str]:
    return {change.sk for change in comparison.changes if change.what is what}
