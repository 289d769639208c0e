"""Turns tables into records, by their column names or the connection's Feldmapping."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kiwi_sync.observability import logger
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.faults import FeldmappingError, RowError
from kiwi_extract.feldmapping.feldmapping import Feldmapping, TableMapping
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Numbering, RawRecord, check_completion
from kiwi_extract.reading.own_columns import IdentityTable, identity_tables, is_deleted
from kiwi_extract.reading.unite_rows import unite

RAGGED_LINE = "ragged_line"
MALFORMED_QUOTES = "malformed_quotes"
MAX_UNUSED = 100
"""The most names of unused tables that are kept: a JSON document may have any number of lists."""


class TableRow(NamedTuple):
    """A row: its line, and its cells by column; or the reason why the cells cannot be separated."""

    line: int
    cells: Mapping[str, Any]
    reason: str | None = None


class SourceTable(NamedTuple):
    """A table: a CSV file, a sheet of a workbook, or a list in a foreign JSON document.

    `columns`: None for a list, whose records may lack keys; `looked_at`: keys that some of them have.
    """

    source: str
    columns: Sequence[str] | None
    rows: Iterable[TableRow]
    looked_at: Sequence[str] = ()


class Tables:
    """An export that consists of tables."""

    def __init__(
        self,
        tables: Iterable[SourceTable],
        feldmapping: Feldmapping | None,
        numbering: Numbering,
        *,
        whole: bool = True,
    ) -> None:
        """`whole`: not a part of an export, so that all rows of a record are in it."""
        self._whole = whole
        self._tables = tables
        self._feldmapping = feldmapping
        self._numbering = numbering
        self.envelope: dict[str, Any] = {}
        self.counts = numbering.counts
        self.sections: set[str] = set()
        """Sections of tables that do not only supplement or delete: a full export would empty the others."""
        self._is_ours = False
        self.unused: list[str] = []
        """The first of the files, sheets and lists without any use."""
        self.completion = Completion()

    def records(self) -> Iterator[RawRecord]:
        """Every record in order; records united from several rows come last.

        Raises:
            RejectedExportError: no table is usable, or one contradicts the Feldmapping.
        """
        # Only a Feldmapping can declare rows to be parts of records.
        unites = self._feldmapping is not None and self._whole
        for raw in unite(self._rows()) if unites else self._rows():
            yield raw if raw.is_partial and not unites else self._numbering.numbered(raw)
        if not self._is_ours:
            raise RejectedExportError(RejectedExport.NO_TABLE, _NO_TABLE)
        if self._whole:
            check_completion(self.completion)

    def _rows(self) -> Iterator[RawRecord]:
        for table in self._tables:
            mappings = self._mappings_for(table)
            if not mappings:
                logger.warning("table not used", source=table.source)
                if len(self.unused) < MAX_UNUSED:
                    self.unused.append(table.source)
                continue
            self._use(mappings)
            for row in table.rows:
                for mapping in mappings:
                    record = _record(table.source, row, mapping)
                    if record is not None:
                        yield record

    def _use(self, mappings: Sequence[TableMapping | IdentityTable]) -> None:
        self._is_ours = True
        sections = {mapping.section for mapping in mappings if not (mapping.completes or mapping.deleted)}
        self.sections |= sections
        if self._feldmapping is not None:
            wanted = {name for section in sections for name in self._feldmapping.completing(section)}
            met = {mapping.named for mapping in mappings if mapping.completes}
            self.completion = self.completion.joined(Completion(frozenset(wanted), frozenset(met)))

    def _mappings_for(self, table: SourceTable) -> Sequence[TableMapping | IdentityTable]:
        if self._feldmapping is None:
            return identity_tables(table.looked_at if table.columns is None else table.columns)
        try:
            return self._feldmapping.tables_for(table.source, table.columns, table.looked_at)
        except FeldmappingError as error:
            file = f"{self._feldmapping.file}, " if self._feldmapping.file else ""
            raise RejectedExportError(RejectedExport.COLUMN_MISSING, f"{file}{error}") from None


def _record(source: str, row: TableRow, mapping: TableMapping | IdentityTable) -> RawRecord | None:
    """The record of a row, not numbered yet; None if it is left out."""
    value, reason, at, deleted = None, row.reason, None, mapping.deleted
    if reason is None:
        try:
            value = mapping.record(row.cells)
            if value is None:
                return None
            deleted = deleted or ("geloescht" in value and is_deleted(value))
        except RowError as error:
            value, reason, at = dict(error.record), error.reason, error.field
    return RawRecord(
        mapping.section,
        0,
        deleted,
        value,
        source,
        row.line,
        mapping.repeats,
        reason,
        at,
        mapping.completes,
    )


_NO_TABLE = (
    "no table whose columns tell what it holds: call them as the fields of erp-export/1 "
    "(mandant, nummer, …), or write a mapping"
)
