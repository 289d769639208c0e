"""Exports of one partition, brought in straight."""

from collections.abc import Mapping

from kiwi_extract.compare.compare import Comparison, PartitionScope
from kiwi_extract.compare.partition_reader import PartitionReader
from kiwi_extract.compare.partition_writer import PartitionWriter
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_extract.records.entry import Entry
from kiwi_sync.keys import Partition

from tests.unit.extract.exports import CONNECTION, version
from tests.unit.extract.rig import GRACE, Rig, key

AT = key("1")
PARTITION = AT.partition


def entry(sk: str = AT.sk, record: str = "{}", *, deleted: bool = False) -> Entry:
    return Entry("mieter", 0, deleted, AT.mandant, sk, None if deleted else record)


class Work(PartitionWriter):
    """Compares a partition and writes what differs."""

    def bring_in(
        self, partition: Partition, scope: PartitionScope, entries: Mapping[str, Entry]
    ) -> Comparison:
        compared = PartitionReader(self.table).compare(partition, scope, entries)
        return self.write(partition, scope, entries, compared)


def work(rig: Rig, hour: int, minutes: float = 15) -> "Work":
    source = SourceWriter(rig.table, rig.settings.get(CONNECTION), version(hour), GRACE)
    return Work(rig.table, rig.transform, rig.tools.writers, source, rig.deadline(minutes))


def question(rig: Rig, hour: int, *, full: bool = True, judges: bool = True) -> PartitionScope:
    return PartitionScope(version(hour), full, rig.settings.get(CONNECTION).shape, judges_absence=judges)


def bring_in(rig: Rig, hour: int, *entries: Entry, full: bool = True, judges: bool = True) -> Comparison:
    named = {str(one.sk): one for one in entries}
    return work(rig, hour).bring_in(PARTITION, question(rig, hour, full=full, judges=judges), named)


def many(count: int) -> tuple[Partition, dict[str, Entry]]:
    return PARTITION, {f"{number:04}": entry(f"{number:04}") for number in range(count)}
