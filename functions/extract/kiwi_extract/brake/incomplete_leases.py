"""Leases of which a row may be missing: they lose no tenant by an export in which rows could not be read.

A flat list has a row for each tenant of a lease. One whose key cannot be read belongs to nobody knows which
lease, and its tenant must not stand in front of a closed door for that.
"""

from kiwi_sync.keys import Partition, RowKind
from kiwi_sync.queues import in_batches

from kiwi_extract.brake.losses import Losing, may_lose
from kiwi_extract.compare.partition_writer import CHUNK, PartitionWork
from kiwi_extract.compare.scope import Extent
from kiwi_extract.records.spool import Spool

ROW_MISSING = "row_missing"


def keep_tenants(work: PartitionWork, extent: Extent, spool: Spool) -> None:
    """Reject, in the spool, the leases that name fewer tenants than before where rows could not be read."""
    for partition in extent.partitions():
        if partition.kind is RowKind.MIETVERTRAG and not extent.question(partition).judges_absence:
            spool.refuse(partition, _losing(work, extent, spool, partition), "mieter", ROW_MISSING)


def _losing(work: PartitionWork, extent: Extent, spool: Spool, partition: Partition) -> frozenset[str]:
    look = work.look(partition, extent.question(partition), spool.entries(partition))
    losing = Losing(partition.connection, partition.mandant)
    suspects = (change for change in look.comparison.changes if may_lose(partition.kind, change))
    for chunk in in_batches(suspects, CHUNK):
        rows = work.table.get_many([(partition.pk, change.sk) for change in chunk])
        for change in chunk:
            before = rows.get((partition.pk, change.sk), {}).get("record")
            if before is not None:
                losing.add_changed(partition.kind, change, str(before))
    return frozenset(losing.dropped)
