"""Counts the agreements that an export would end in a Mandant. Nothing is written."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kiwi_sync.connections import Connection
from kiwi_sync.keys import SHARDS, Partition, RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.rules.reasons import Loss, Reason
from kiwi_sync.state.rows import read_rows, row_of
from kiwi_sync.state.table import Item

from kiwi_extract.brake.losses import AGREEMENT, LossCount, PossibleLosses, may_lose
from kiwi_extract.brake.shared_emails import SharedEmails
from kiwi_extract.compare.compare import Comparison, PartitionScope, Write
from kiwi_extract.compare.partition_reader import Compared, PartitionReader
from kiwi_extract.compare.partition_writer import CHUNK
from kiwi_extract.records.spool import Spool


@dataclass
class Assessor:
    """Assesses one export. `scope_of`: the facts that comparing needs, with nothing held yet."""

    connection: Connection
    reader: PartitionReader
    spool: Spool
    scope_of: Callable[[Partition], PartitionScope]
    settled: dict[str, Compared] = field(default_factory=dict)
    """Partitions in which nothing differs, by partition key: they need no second look."""

    def assess(self, mandant: str, partitions: Iterable[Partition], gone: Loss) -> LossCount:
        """The losses in a Mandant. `gone`: the reason for a record that would be gone."""
        name, settings = self.connection.id, self.connection.settings
        possible = PossibleLosses(name, mandant, settings.blocked_emails)
        shared = SharedEmails(name, mandant, settings)
        for partition in partitions:
            self._collect(partition, possible, shared, gone)
        self._resolve_moves(possible)
        for changed, others in shared.crowds(self.reader.table):
            possible.add_crowd(changed, self._in_kiwi(mandant, changed), self._in_kiwi(mandant, others))
        losses = LossCount()
        if possible:
            for shard in range(SHARDS):
                there = Partition(name, mandant, RowKind.RENTAL_AGREEMENT, format(shard, "x"))
                losses.add(possible, self.reader.table.query(there.pk, only=AGREEMENT))
        return losses

    def _collect(
        self, partition: Partition, possible: PossibleLosses, shared: SharedEmails, gone: Loss
    ) -> None:
        compared = self.reader.compare(partition, self.scope_of(partition), self.spool.entries(partition))
        changes = compared.comparison.changes
        if not changes:
            self.settled[partition.pk] = compared
            return
        possible.add_gone(partition.kind, changes, gone)
        if partition.kind is RowKind.MIETER:
            for change in changes:
                shared.add(change)
        suspects = (
            change
            for change in changes
            if may_lose(partition.kind, change, possible.blocked)
            or (partition.kind is RowKind.MIETER and shared.may_keep(change.sk))
        )
        for chunk in in_batches(suspects, CHUNK):
            rows = self.reader.table.get_many([(partition.pk, change.sk) for change in chunk])
            for change in chunk:
                row = rows.get((partition.pk, change.sk), {})
                if "record" in row and not _is_out(row):
                    before = str(row["record"])
                    possible.add_changed(partition.kind, change, before)
                    shared.compare(change.sk, before)

    def _in_kiwi(self, mandant: str, tenants: Iterable[str]) -> frozenset[str]:
        """Those of the tenants that may be in KIWI."""
        keys = [RowKey.of_sk(self.connection.id, RowKind.MIETER, mandant, sk) for sk in sorted(tenants)]
        rows = read_rows(self.reader.table, keys)
        return frozenset(key.sk for key, row in rows.items() if row.perhaps_in_kiwi)

    def _resolve_moves(self, possible: PossibleLosses) -> None:
        """A lease that moves to a unit which is not there after this export loses its agreements."""
        units: dict[Partition, set[str]] = defaultdict(set)
        for unit in possible.moved.values():
            units[unit.partition].add(unit.sk)
        staying = {
            RowKey.of_row(partition.pk, sk)
            for partition, sks in units.items()
            for sk in self._staying(partition, sks)
        }
        for lease, unit in possible.moved.items():
            if unit not in staying:
                possible.add(RowKind.MIETVERTRAG, lease, Loss.UNIT_GONE)

    def _staying(self, partition: Partition, sks: set[str]) -> set[str]:
        entries = self.spool.entries(partition)
        rows, comparison = self.reader.compare_some(partition, self.scope_of(partition), entries, sks)
        there = {sk for sk, row in rows.items() if not row.get("gone")}
        return (there | _written(comparison, Write.RECORD)) - _written(comparison, Write.GONE)


def _is_out(row: Item) -> bool:
    """Whether a tenant is out of KIWI because of a placeholder already: it has nothing to lose."""
    return row.get("reason") == Reason.PLACEHOLDER_EMAIL and not row_of(row).perhaps_in_kiwi


def _written(comparison: Comparison, write: Write) -> set[str]:
    return {change.sk for change in comparison.changes if change.write is write}
