"""Reads a workbook as ERPs' users export it: each sheet is a table, and what counts is what a person sees."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError

from kiwi_sync.rules.reasons import RejectedExport
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kiwi_extract.document import RejectedExportError
from kiwi_extract.formats.csv_table import MAX_COLUMNS, unique_columns
from kiwi_extract.formats.origin import ReadingOptions
from kiwi_extract.formats.packed import Budget
from kiwi_extract.formats.tables import RAGGED_LINE, Row, Table

WORKBOOK = "xl/workbook.xml"
MAX_ROWS = 300_000
"""Rows of all sheets: openpyxl reads some ten thousand in a second, and an invocation has minutes."""
MAX_STRINGS = 64 * 2**20
"""Bytes of the texts, which openpyxl holds in memory."""
_STRINGS = "xl/sharedStrings.xml"
_EXACT = 10**15
"""From here on a float has lost digits of a number."""
_DAMAGED = (
    # What openpyxl raises over a damaged workbook is whatever happens to it.
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
    zipfile.BadZipFile,
    zlib.error,
)


def xlsx_tables(
    archive: zipfile.ZipFile, source: str, budget: Budget, options: ReadingOptions | None = None
) -> Iterator[Table]:
    """The sheets of a workbook that are not empty: `file.xlsx#sheet`.

    Raises:
        RejectedExportError: it is damaged, or larger than can be read.
    """
    _check_size(archive, budget)
    try:
        book = load_workbook(cast("IO[bytes]", archive.fp), read_only=True, data_only=True, keep_links=False)
        sheets = [(str(sheet.title), iter(sheet.iter_rows())) for sheet in book.worksheets]
    except _DAMAGED:
        raise _broken() from None
    limit = _Limit()
    first = options.header_line if options else 1
    for title, rows in sheets:
        rest = _read(rows, limit)
        header = next((row for row in rest if row[0] >= first), None)
        if header is not None:
            columns = unique_columns([_text(cell) for cell in header[1]])
            while not columns[-1]:
                # As wide as the widest row.
                columns.pop()
            yield Table(f"{source}#{title}", [name for name in columns if name], _rows(rest, columns))


def _check_size(archive: zipfile.ZipFile, budget: Budget) -> None:
    for member in archive.infolist():
        budget.take(member.file_size)
        if member.filename == _STRINGS and member.file_size > MAX_STRINGS:
            raise RejectedExportError(RejectedExport.TOO_LARGE, "a workbook with too many texts; send CSV")


class _Limit:
    """Counts the rows of all sheets."""

    def __init__(self) -> None:
        self._left = MAX_ROWS

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            detail = f"a workbook of more than {MAX_ROWS} rows; send CSV"
            raise RejectedExportError(RejectedExport.TOO_LARGE, detail)


def _read(rows: Iterator[Any], limit: _Limit) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that are not empty, with their numbers."""
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows, None)
            if cells is None:
                return
            filled = any(cell.value is not None for cell in cells)
        except _DAMAGED:
            raise _broken() from None
        if filled:
            limit.take()
            if len(cells) > MAX_COLUMNS:
                raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"more than {MAX_COLUMNS} columns")
            yield number, cells


def _rows(rows: Iterator[tuple[int, Sequence[Any]]], columns: Sequence[str]) -> Iterator[Row]:
    width = len(columns)
    for number, cells in rows:
        texts = [_text(cell) for cell in cells]
        if any(texts[width:]):
            yield Row(number, {}, RAGGED_LINE)
        elif any(texts):
            yield Row(number, {name: text for name, text in zip(columns, texts, strict=False) if name})


def _text(cell: Any) -> str:
    """What a person sees in the cell."""
    value = cell.value
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "WAHR" if value else "FALSCH"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    if isinstance(value, int):
        return _padded(value, cell)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _padded(number: int, cell: Any) -> str:
    """A number with the leading zeros that its format shows."""
    form = str(cell.number_format)
    return str(number).zfill(len(form)) if set(form) == {"0"} and number >= 0 else str(number)


def _broken() -> RejectedExportError:
    detail = "the workbook is damaged, or not as Excel writes it; save it anew, or send CSV"
    return RejectedExportError(RejectedExport.XLSX_BROKEN, detail)
