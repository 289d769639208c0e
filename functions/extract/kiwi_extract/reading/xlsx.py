"""Reads a workbook exported by an ERP's users: each sheet is a table, with the values that a person sees."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError

from kiwi_sync.rules.reasons import RejectedExport
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kiwi_extract.feldmapping.model import ReadingOptions
from kiwi_extract.reading.archives import Budget
from kiwi_extract.reading.cells import Cell, shown
from kiwi_extract.reading.csv_table import MAX_COLUMNS, unique_columns
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.tables import RAGGED_LINE, SourceTable, TableRow

WORKBOOK = "xl/workbook.xml"
MAX_ROWS = 300_000
"""The most rows of all sheets: openpyxl reads some ten thousand a second, and an invocation has minutes."""
MAX_STRINGS = 64 * 2**20
"""The most bytes of texts, which openpyxl holds in memory."""
MAX_WALKED = 2**22
"""The most rows to pass through, even empty ones: four sheets of Excel's full length."""
_STRINGS = "xl/sharedStrings.xml"
_DAMAGED = (
    # A damaged workbook makes openpyxl raise any of these.
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)


def xlsx_tables(
    archive: zipfile.ZipFile, source: str, budget: Budget, options: ReadingOptions | None = None
) -> Iterator[SourceTable]:
    """The sheets of a workbook that are not empty: `file.xlsx#sheet`.

    Raises:
        RejectedExportError: the workbook is damaged, or too large.
    """
    _check_size(archive, budget)
    try:
        book = load_workbook(cast("IO[bytes]", archive.fp), read_only=True, data_only=True, keep_links=False)
        sheets = [(str(sheet.title), _whole(sheet)) for sheet in book.worksheets]
    except _DAMAGED:
        raise _broken() from None
    limit = _Limit()
    first = options.header_line if options else 1
    for title, rows in sheets:
        rest = _read(rows, limit)
        columns = next((names for line in rest if line[0] >= first and (names := _columns(line[1]))), None)
        if columns is not None:
            yield SourceTable(f"{source}#{title}", [name for name in columns if name], _rows(rest, columns))


def _whole(sheet: Any) -> Iterator[Any]:
    """All rows of a sheet. Ignores the sheet's own size, which is often outdated and would cut rows off."""
    sheet.reset_dimensions()
    return iter(sheet.iter_rows())


def _columns(cells: Sequence[Cell]) -> list[str]:
    """The names in a header; none if all cells are blank."""
    columns = unique_columns([cell if isinstance(cell, str) else "" for cell in cells])
    while columns and not columns[-1]:
        columns.pop()
    return columns


def _check_size(archive: zipfile.ZipFile, budget: Budget) -> None:
    for member in archive.infolist():
        budget.take(member.file_size)
        if member.filename == _STRINGS and member.file_size > MAX_STRINGS:
            raise RejectedExportError(RejectedExport.TOO_LARGE, "a workbook with too many texts; send CSV")


class _Limit:
    """Counts the rows of all sheets: those with content, and all that are passed through."""

    def __init__(self) -> None:
        self._filled = MAX_ROWS
        self._walked = MAX_WALKED

    def walk(self) -> None:
        self._walked -= 1
        if self._walked < 0:
            detail = f"cells so far down that more than {MAX_WALKED} rows lie above them; delete them"
            raise RejectedExportError(RejectedExport.TOO_LARGE, detail)

    def take(self) -> None:
        self._filled -= 1
        if self._filled < 0:
            detail = f"a workbook of more than {MAX_ROWS} rows; send CSV"
            raise RejectedExportError(RejectedExport.TOO_LARGE, detail)


def _read(rows: Iterator[Any], limit: _Limit) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows that are not empty, with their numbers, in any width."""
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
            if row is None:
                return
            cells = [shown(cell) for cell in row]
        except _DAMAGED:
            raise _broken() from None
        limit.walk()
        while cells and _is_blank(cells[-1]):
            cells.pop()
        if cells:
            limit.take()
            if len(cells) > MAX_COLUMNS:
                raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"more than {MAX_COLUMNS} columns")
            yield number, cells


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _rows(rows: Iterator[tuple[int, Sequence[Cell]]], columns: Sequence[str]) -> Iterator[TableRow]:
    width = len(columns)
    for number, cells in rows:
        if len(cells) > width:
            yield TableRow(number, {}, RAGGED_LINE)
        else:
            filled = zip_longest(columns, cells, fillvalue="")
            yield TableRow(number, {str(name): cell for name, cell in filled if name})


def _broken() -> RejectedExportError:
    detail = "the workbook is damaged, or not as Excel writes it; save it anew, or send CSV"
    return RejectedExportError(RejectedExport.XLSX_BROKEN, detail)
