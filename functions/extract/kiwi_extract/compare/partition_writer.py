"""Writes what an export changes in one partition, and sends the keys of the rows on."""

from collections.abc import Mapping
from concurrent.futures import Executor, wait
from dataclasses import dataclass, field
from functools import partial

from kiwi_sync.keys import Partition
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue, in_batches, send_to_transform
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.compare.compare import (
    Comparison,
    PartitionScope,
    SourceChange,
    Write,
    compare,
    next_watermark,
)
from kiwi_extract.compare.partition_reader import Compared
from kiwi_extract.compare.source_writer import SourceWriter, key_of
from kiwi_extract.compare.watermark import Watermark, write_watermark
from kiwi_extract.records.entry import Entry

CHUNK = 200
"""Rows that are written before their keys are sent."""
ATTEMPTS = 8
"""How often a row that keeps moving is compared again."""
EXEMPT_BYTES = 300_000
"""Size of exemptions that an item can hold, with room to spare (DynamoDB: 400 KB an item)."""

_SENT = frozenset({Write.RECORD, Write.GONE, Write.SEND})


class RowKeepsMovingError(Exception):
    """A row was changed by someone else between every read and write; the export is tried again later."""


@dataclass
class PartitionWriter:
    """Brings partitions of one export into the table. `wrote`: whether anything has been written yet."""

    table: Table
    transform: Queue
    writers: Executor
    source: SourceWriter
    deadline: Deadline
    wrote: bool = field(default=False)

    def write(
        self,
        partition: Partition,
        scope: PartitionScope,
        entries: Mapping[str, Entry],
        compared: Compared,
    ) -> Comparison:
        """Write what differs, send its keys, move the watermark.

        Raises:
            DeadlineReachedError: some rows may be written; the same partition again is right.
            RowKeepsMovingError: see there.
        """
        comparison, watermark = compared.comparison, compared.watermark
        if not scope.is_full or scope.version < watermark.version:
            watermark = self._exempt_created(partition, comparison, watermark)
        for chunk in in_batches(comparison.changes, CHUNK):
            self.deadline.check()
            self._write(partition, scope, entries, chunk, watermark)
        if scope.is_full:
            self._move_watermark(partition, watermark, next_watermark(scope, comparison, watermark))
        return comparison

    def _write(
        self,
        partition: Partition,
        scope: PartitionScope,
        entries: Mapping[str, Entry],
        changes: tuple[SourceChange, ...],
        watermark: Watermark,
    ) -> None:
        """Write a chunk and send its keys. A row that has moved on is read and compared again."""
        left = changes
        for _ in range(ATTEMPTS):
            written = list(zip(left, self._write_all(partition, left), strict=True))
            self.wrote = self.wrote or any(done and it.write is not Write.SEND for it, done in written)
            sent = [change for change, done in written if done and change.write in _SENT]
            send_to_transform(self.transform, (key_of(partition, change) for change in sent))
            moved = [change.sk for change, done in written if not done]
            if not moved:
                return
            left = self._again(partition, scope, entries, moved, watermark)
        raise RowKeepsMovingError(f"{len(left)} rows of {partition.kind} kept moving")

    def _write_all(self, partition: Partition, changes: tuple[SourceChange, ...]) -> list[bool]:
        """Write at the same time; also when one fails, none is on its way any more when this returns."""
        write = partial(self.source.write, partition, now=self.deadline.clock())
        writes = [self.writers.submit(write, change) for change in changes]
        wait(writes)
        return [one.result() for one in writes]

    def _again(
        self,
        partition: Partition,
        scope: PartitionScope,
        entries: Mapping[str, Entry],
        moved: list[str],
        watermark: Watermark,
    ) -> tuple[SourceChange, ...]:
        found = self.table.get_many([(partition.pk, sk) for sk in moved])
        rows = {sk: item for (_, sk), item in found.items()}
        named = {sk: entries[sk] for sk in moved if sk in entries}
        return tuple(compare(scope, named, rows, watermark).changes)

    def _exempt_created(
        self, partition: Partition, comparison: Comparison, watermark: Watermark
    ) -> Watermark:
        """Note the keys that a delta, or a full export that comes late, is about to create.

        The last full export said nothing of them, so that its silence must not delete them.
        """
        if watermark.unseen == watermark.version:
            return watermark
        created = [change.sk for change in comparison.changes if change.row is None]
        exempting = watermark.exempting({sk: watermark.effective(sk, None) for sk in created})
        return self._move_watermark(partition, watermark, exempting)

    def _move_watermark(self, partition: Partition, old: Watermark, new: Watermark) -> Watermark:
        """The watermark that stands from now on."""
        if new == old:
            return old
        if len(new.exempt_text) > EXEMPT_BYTES:
            # Better a watermark that stays than one that is wrong: it only protects from late old exports.
            logger.warning("watermark not moved: too many rejected or held records", kind=partition.kind)
            return old
        write_watermark(self.table, partition, new)
        return new
