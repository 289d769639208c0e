"""From tables to records: what the columns tell, or the connection's Feldmapping."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kiwi_sync.observability import logger
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.document import RawRecord, RejectedExportError
from kiwi_extract.formats.identity import RowError, identity_tables, is_deleted
from kiwi_extract.formats.origin import Feldmapping, Numbering, TableMapping

RAGGED_LINE = "ragged_line"
MALFORMED_QUOTES = "malformed_quotes"
TablesFor = Callable[[str, Sequence[str]], Sequence[TableMapping]]


class Row(NamedTuple):
    """A row: where it begins, and its cells by column; or the reason why they cannot be told apart."""

    line: int
    cells: Mapping[str, Any]
    reason: str | None = None


class Table(NamedTuple):
    """A table: a CSV file, a sheet of a workbook, or a list in a foreign JSON document."""

    source: str
    columns: Sequence[str]
    rows: Iterable[Row]


class Tables:
    """An export that consists of tables."""

    def __init__(
        self, tables: Iterable[Table], feldmapping: Feldmapping | None, numbering: Numbering
    ) -> None:
        self._tables = tables
        self._tables_for: TablesFor = feldmapping.tables_for if feldmapping else _identity
        self._numbering = numbering
        self.envelope: dict[str, Any] = {}
        self.counts = numbering.counts
        self.sections: set[str] = set()

    def records(self) -> Iterator[RawRecord]:
        """Every record in order.

        Raises:
            RejectedExportError: no table is one of ours.
        """
        for table in self._tables:
            mappings = self._tables_for(table.source, table.columns)
            if not mappings:
                logger.warning("table not used", source=table.source)
                continue
            self.sections.update(mapping.section for mapping in mappings)
            for row in table.rows:
                yield from self._of_row(table.source, row, mappings)
        if not self.sections:
            raise RejectedExportError(RejectedExport.NO_TABLE, _NO_TABLE)

    def _of_row(self, source: str, row: Row, mappings: Sequence[TableMapping]) -> Iterator[RawRecord]:
        numbering = self._numbering
        for mapping in mappings:
            section = mapping.section
            if row.reason is not None:
                yield numbering.rejected(section, source, row.line, row.reason)
                continue
            try:
                record = mapping.record(row.cells)
                if record is None:
                    continue
                deleted = "geloescht" in record and is_deleted(record)
            except RowError as error:
                yield numbering.rejected(
                    section, source, row.line, error.reason, error.field, dict(error.record)
                )
                continue
            yield numbering.record(
                section, record, source, row.line, deleted=deleted, repeats=mapping.repeats
            )


def _identity(_source: str, columns: Sequence[str]) -> Sequence[TableMapping]:
    return identity_tables(columns)


_NO_TABLE = (
    "no table whose columns tell what it holds: call them as the fields of erp-export/1 "
    "(mandant, nummer, …), or write a mapping"
)
