"""Works out what an export would take from people in a Mandant, partition by partition, writing nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kiwi_sync.connections import Connection
from kiwi_sync.keys import SHARDS, Partition, RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.rules.reasons import Loss, Reason
from kiwi_sync.state.rows import read_rows, row_of
from kiwi_sync.state.table import Item

from kiwi_extract.brake.losses import AGREEMENT, Losing, Toll, may_lose
from kiwi_extract.brake.shared_emails import Sharing
from kiwi_extract.compare.compare import Comparison, Question, What
from kiwi_extract.compare.partition_writer import CHUNK, Look, PartitionWork
from kiwi_extract.records.spool import Spool


@dataclass
class Assessor:
    """Assesses one export. `question`: what the export is to a partition, before anything is held."""

    connection: Connection
    work: PartitionWork
    spool: Spool
    question: Callable[[Partition], Question]
    settled: dict[str, Look] = field(default_factory=dict)
    """Partitions in which nothing differs, by partition key: they need no second look."""

    def assess(self, mandant: str, partitions: Iterable[Partition], gone: Loss) -> Toll:
        """What would be lost in a Mandant; `gone`: why a record that would be gone is."""
        name, settings = self.connection.id, self.connection.settings
        losing = Losing(name, mandant, settings.blocked_emails)
        sharing = Sharing(name, mandant, settings)
        for partition in partitions:
            self._collect(partition, losing, sharing, gone)
        self._resolve_moves(losing)
        for changed, others in sharing.crowds(self.work.table):
            losing.add_crowd(changed, self._in_kiwi(mandant, changed), self._in_kiwi(mandant, others))
        toll = Toll()
        if losing:
            for shard in range(SHARDS):
                there = Partition(name, mandant, RowKind.RENTAL_AGREEMENT, format(shard, "x"))
                toll.add(losing, self.work.table.query(there.pk, only=AGREEMENT))
        return toll

    def _collect(self, partition: Partition, losing: Losing, sharing: Sharing, gone: Loss) -> None:
        look = self.work.look(partition, self.question(partition), self.spool.entries(partition))
        if not look.comparison.changes:
            self.settled[partition.pk] = look
            return
        losing.add_gone(partition.kind, look.comparison.changes, gone)
        if partition.kind is RowKind.MIETER:
            for change in look.comparison.changes:
                sharing.add(change)
        suspects = (
            change
            for change in look.comparison.changes
            if may_lose(partition.kind, change, losing.blocked)
            or (partition.kind is RowKind.MIETER and sharing.may_keep(change.sk))
        )
        for chunk in in_batches(suspects, CHUNK):
            rows = self.work.table.get_many([(partition.pk, change.sk) for change in chunk])
            for change in chunk:
                row = rows.get((partition.pk, change.sk), {})
                if "record" in row and not _is_out(row):
                    before = str(row["record"])
                    losing.add_changed(partition.kind, change, before)
                    sharing.compare(change.sk, before)

    def _in_kiwi(self, mandant: str, tenants: Iterable[str]) -> frozenset[str]:
        """Those of the tenants that may be in KIWI."""
        keys = [RowKey.of_sk(self.connection.id, RowKind.MIETER, mandant, sk) for sk in sorted(tenants)]
        rows = read_rows(self.work.table, keys)
        return frozenset(key.sk for key, row in rows.items() if row.perhaps_in_kiwi)

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


def _is_out(row: Item) -> bool:
    """Whether a tenant is out of KIWI because of a placeholder already: it has nothing to lose."""
    return row.get("reason") == Reason.PLACEHOLDER_EMAIL and not row_of(row).perhaps_in_kiwi


def _of(comparison: Comparison, what: What) -> set[str]:
    return {change.sk for change in comparison.changes if change.what is what}
