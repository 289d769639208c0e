"""Opens documents for the tests of the formats."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from kiwi_extract.feldmapping.feldmapping import Feldmapping, TableMapping
from kiwi_extract.feldmapping.model import ReadingOptions
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export, Origin, RawRecord
from kiwi_extract.reading.open_export import open_export
from kiwi_extract.reading.own_columns import IdentityTable

MODIFIED = datetime(2026, 11, 22, 2, tzinfo=UTC)
ORIGIN = Origin("exports/c1/full/a.csv", MODIFIED, {"connection": "c1", "scope": "full", "export_id": "a-1"})


def reading_options(encoding: Any = None, delimiter: Any = None) -> ReadingOptions:
    """Reading options, also such as a Feldmapping cannot have."""
    return ReadingOptions.model_construct(encoding=encoding, delimiter=delimiter, header_line=1)


class FakeMapping(Feldmapping):
    """A Feldmapping that knows some sources, and nothing else."""

    def __init__(
        self,
        known: Mapping[str, Sequence[TableMapping | IdentityTable]] = MappingProxyType({}),
        reading: ReadingOptions | None = None,
    ) -> None:
        self.known = known
        self.reading = reading or reading_options()
        self.asked: list[tuple[str, tuple[str, ...] | None]] = []
        self.version = "v1"
        self.file = ""

    def tables_for(
        self, source: str, columns: Sequence[str] | None, looked_at: Sequence[str] | None = None
    ) -> list[Any]:
        self.asked.append((source, None if columns is None else tuple(columns)))
        return list(self.known.get(source, []))

    def completing(self, section: str) -> list[str]:
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
