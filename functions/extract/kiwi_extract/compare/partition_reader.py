"""Reads one partition of the table and compares an export with it. Nothing is written."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from kiwi_sync.keys import Partition
from kiwi_sync.state.table import Item, TableReader

from kiwi_extract.compare.compare import COMPARED, Comparison, PartitionScope, compare
from kiwi_extract.compare.watermark import WATERMARK, Watermark, watermark_key, watermark_of
from kiwi_extract.records.entry import Entry

_FINGERPRINTED = ("rev", "version", "fingerprint", "gone", "expires")


@dataclass(frozen=True)
class Compared:
    """A partition as it was compared. `state`: hash of the rows and the watermark that were read."""

    comparison: Comparison
    watermark: Watermark
    state: str


@dataclass(frozen=True)
class PartitionReader:
    """Compares partitions of the table with an export. `fingerprints`: whether `state` is worked out."""

    table: TableReader
    fingerprints: bool = False

    def compare(self, partition: Partition, scope: PartitionScope, entries: Mapping[str, Entry]) -> Compared:
        """Compare the whole partition; of a delta, the rows that it names."""
        rows, watermark = self._read(partition, scope, entries)
        state = _state_of(rows, watermark) if self.fingerprints else ""
        return Compared(compare(scope, entries, rows, watermark), watermark, state)

    def compare_some(
        self, partition: Partition, scope: PartitionScope, entries: Mapping[str, Entry], sks: Collection[str]
    ) -> tuple[dict[str, Item], Comparison]:
        """Compare some rows of the partition; the rows, and what the export changes in them."""
        found = self.table.get_many([*((partition.pk, sk) for sk in sks), watermark_key(partition)])
        rows = {sk: item for (_, sk), item in found.items()}
        watermark = watermark_of(rows.pop(WATERMARK, None))
        named = {sk: entries[sk] for sk in sks if sk in entries}
        return rows, compare(scope, named, rows, watermark)

    def _read(
        self, partition: Partition, scope: PartitionScope, entries: Mapping[str, Entry]
    ) -> tuple[dict[str, Item], Watermark]:
        if scope.is_full:
            items = {str(item["sk"]): item for item in self.table.query(partition.pk, only=COMPARED)}
        else:
            keys = [(partition.pk, sk) for sk in entries]
            found = self.table.get_many([*keys, watermark_key(partition)])
            items = {sk: item for (_, sk), item in found.items()}
        watermark = watermark_of(items.pop(WATERMARK, None))
        return items, watermark


def _state_of(rows: Mapping[str, Item], watermark: Watermark) -> str:
    """Hash of all that comparing has read of a partition, and of which rows are owed something."""
    told = [
        (sk, *(row.get(name) for name in _FINGERPRINTED), "todo" in row) for sk, row in sorted(rows.items())
    ]
    text = json.dumps([told, watermark.version, watermark.unseen, dict(sorted(watermark.exempt.items()))])
    return blake2b(text.encode(), digest_size=16).hexdigest()
