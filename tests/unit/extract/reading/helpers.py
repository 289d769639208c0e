"""Opens documents for the tests of the formats."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from kiwi_extract.reading.erp_json import RawRecord, RejectedExportError
from kiwi_extract.reading.export import Export, Feldmapping, Origin, TableMapping
from kiwi_extract.reading.open_export import open_export

MODIFIED = datetime(2026, 11, 22, 2, tzinfo=UTC)
ORIGIN = Origin("exports/c1/full/a.csv", MODIFIED, {"connection": "c1", "scope": "full", "export_id": "a-1"})


@dataclass
class Reading:
    """What a Feldmapping says of reading."""

    encoding: str | None = None
    delimiter: str | None = None
    header_line: int = 1


@dataclass
class FakeMapping:
    """A Feldmapping that knows some sources, and nothing else."""

    known: dict[str, Sequence[TableMapping]] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    asked: list[tuple[str, tuple[str, ...] | None]] = field(default_factory=list)
    version: str = "v1"
    file: str = ""

    def tables_for(
        self, source: str, columns: Sequence[str] | None, looked_at: Sequence[str] | None = None
    ) -> Sequence[TableMapping]:
        self.asked.append((source, None if columns is None else tuple(columns)))
        return self.known.get(source, [])

    def completing(self, section: str) -> Sequence[str]:
        return [one.named for tables in self.known.values() for one in tables if one.completes]


class Dripping(io.BytesIO):
    """Gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or 0, 7))


def opened(
    content: bytes, origin: Origin = ORIGIN, mapping: Feldmapping | None = None, *, drips: bool = False
) -> tuple[list[RawRecord], Export]:
    """The records, and the export that has been read to its end."""
    stream = Dripping(content) if drips else io.BytesIO(content)
    export = open_export(stream, origin, lambda _connection: mapping)
    return list(export.records()), export


def values(content: bytes, origin: Origin = ORIGIN, mapping: Feldmapping | None = None) -> list[Any]:
    return [raw.value for raw in opened(content, origin, mapping)[0]]


def refused(
    content: bytes, origin: Origin = ORIGIN, mapping: Feldmapping | None = None
) -> RejectedExportError:
    with pytest.raises(RejectedExportError) as caught:
        opened(content, origin, mapping)
    return caught.value
