"""Leases of which a row may be missing: they lose no tenant by an export in which rows could not be read.

A flat list has a row for each tenant of a lease. One whose key cannot be read belongs to nobody knows which
lease, and its tenant must not stand in front of a closed door for that.
"""

from kiwi_sync.keys import Partition, RowKind
from kiwi_sync.queues import in_batches

from kiwi_extract.brake.losses import PossibleLosses, may_lose
from kiwi_extract.compare.partition_reader import PartitionReader
from kiwi_extract.compare.partition_writer import CHUNK
from kiwi_extract.compare.scope import Scope
from kiwi_extract.records.spool import Spool

ROW_MISSING = "row_missing"


def keep_tenants(reader: PartitionReader, scope: Scope, spool: Spool) -> None:
    """Reject, in the spool, the leases that name fewer tenants than before where rows could not be read."""
    for partition in scope.partitions():
        if partition.kind is RowKind.MIETVERTRAG and not scope.of(partition).judges_absence:
            spool.refuse(partition, _losing(reader, scope, spool, partition), "mieter", ROW_MISSING)


def _losing(reader: PartitionReader, scope: Scope, spool: Spool, partition: Partition) -> frozenset[str]:
    compared = reader.compare(partition, scope.of(partition), spool.entries(partition))
    possible = PossibleLosses(partition.connection, partition.mandant)
    suspects = (change for change in compared.comparison.changes if may_lose(partition.kind, change))
    for chunk in in_batches(suspects, CHUNK):
        rows = reader.table.get_many([(partition.pk, change.sk) for change in chunk])
        for change in chunk:
            before = rows.get((partition.pk, change.sk), {}).get("record")
            if before is not None:
                possible.add_changed(partition.kind, change, str(before))
    return frozenset(possible.dropped)
