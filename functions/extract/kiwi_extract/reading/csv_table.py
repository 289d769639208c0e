"""Reads a CSV. Encoding and delimiter are detected, or given by the Feldmapping."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.model import ReadingOptions
from kiwi_extract.reading.csv_encoding import text_of
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.streams import Peekable
from kiwi_extract.reading.tables import MALFORMED_QUOTES, RAGGED_LINE, SourceTable, TableRow

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
MAX_COLUMNS = 1000
MAX_LINE = 2**20
_QUOTED = re.compile(r'"[^"]*"')
_TOLD = re.compile(r"sep=(.)", re.IGNORECASE)
_BREAK = re.compile(r"\r\n|\r|\n")
_AS_TEXT = '="'
"""Excel's notation for a number to be kept as it is: `="0001"`."""
_DOS_END = "\x1a"


class Lines(Iterator[str]):
    """The lines of a text with their ends; knows whether the last one was taken."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._lines = _lines(pieces)
        self.ended = False

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        return line


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines that end as in any system, and nowhere else: csv takes each line for a whole record."""
    rest = ""
    for piece in pieces:
        # The last line may continue in the next piece, or its end may: \r and \n.
        *whole, rest = io.StringIO(rest + piece, newline="")
        if rest.endswith("\n"):
            whole.append(rest)
            rest = ""
        yield from whole
        if len(rest) > MAX_LINE:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, "a line of more than a mebibyte")
    if rest:
        yield rest


def csv_table(
    stream: Peekable, source: str, encoding: str | None, options: ReadingOptions | None
) -> SourceTable:
    """The table in a CSV.

    Raises:
        RejectedExportError: encoding or delimiter are in doubt, or the header is missing.
    """
    told = options.encoding if options else None
    lines = Lines(_without_dos_end(text_of(stream, encoding or told)))
    skipped = sum(1 for _ in islice(lines, options.header_line - 1)) if options else 0
    header, before = _header_line(lines)
    before += skipped
    delimiter: str | None = options.delimiter if options else None
    sep = _TOLD.fullmatch(header.strip("\r\n\ufeff "))
    if sep:
        delimiter = delimiter or _known(sep[1], before)
        header, more = _header_line(lines)
        before += more
    delimiter = delimiter or _delimiter(header, before)
    reader = csv.reader(_chain(header, lines), delimiter=delimiter, strict=True)
    try:
        names = next(reader)
    except (csv.Error, StopIteration):
        detail = f"line {before}: a header that cannot be read"
        raise RejectedExportError(RejectedExport.CSV_BROKEN, detail) from None
    columns = unique_columns(_unwrapped(names))
    return SourceTable(source, [name for name in columns if name], _rows(reader, lines, columns, before - 1))


def _without_dos_end(pieces: Iterator[str]) -> Iterator[str]:
    """The text without the end mark of DOS programs."""
    held = ""
    for piece in pieces:
        if not held and _DOS_END not in piece:
            yield piece
            continue
        held += piece
        end = held.find(_DOS_END, len(held.rstrip(f"{_DOS_END} \t\r\n")))
        if end:
            yield held if end < 0 else held[:end]
        held = "" if end < 0 else held[end:]
        if len(held) > MAX_LINE:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, "a line of more than a mebibyte")


def _chain(header: str, lines: Lines) -> Iterator[str]:
    yield header
    yield from lines


def _header_line(lines: Lines) -> tuple[str, int]:
    """The first line that is not empty, and the number of lines up to it."""
    for count, line in enumerate(lines, start=1):
        if line.strip():
            return line, count
    raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, "the file is empty")


def _known(delimiter: str, line: int) -> str:
    if delimiter not in DELIMITERS:
        detail = f"line {line}: sep= names no delimiter; allowed are {', '.join(DELIMITERS.values())}"
        raise RejectedExportError(RejectedExport.DELIMITER_DOUBTFUL, detail)
    return delimiter


def _delimiter(header: str, line: int) -> str:
    """The most frequent delimiter between the names of the columns."""
    bare = _QUOTED.sub("", header)
    counts = {delimiter: bare.count(delimiter) for delimiter in DELIMITERS}
    most = max(counts.values())
    if not most:
        return ";"
    found = [delimiter for delimiter, count in counts.items() if count == most]
    if len(found) > 1:
        names = " or ".join(DELIMITERS[delimiter] for delimiter in found)
        detail = f"line {line}: {names}, each {most} times; name the right one as `delimiter` in the mapping"
        raise RejectedExportError(RejectedExport.DELIMITER_DOUBTFUL, detail)
    return found[0]


def unique_columns(names: Sequence[str]) -> list[str]:
    """The columns' names; nameless columns are not read. Raises RejectedExportError for a repeated name."""
    columns = [name.strip().lstrip("\ufeff") for name in names]
    if len(columns) > MAX_COLUMNS:
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"more than {MAX_COLUMNS} columns")
    first: dict[str, int] = {}
    for place, name in enumerate(columns, start=1):
        if name and first.setdefault(name, place) != place:
            detail = f"columns {first[name]} and {place} have the same name"
            raise RejectedExportError(RejectedExport.NO_TABLE, detail)
    return columns


def _rows(reader: "CsvReader", lines: Lines, columns: list[str], before: int) -> Iterator[TableRow]:
    """The rows. `before`: lines in front of the header."""
    width, blank = len(columns), "" in columns
    while True:
        begins = before + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _malformed(reader, lines, begins, before)
            continue
        if before + reader.line_num > begins and _has_swallowed(cells, width, reader.dialect.delimiter):
            raise _swallowing(begins)
        if len(cells) != width:
            if not any(map(str.strip, cells)):
                continue
            if len(cells) < width or any(cells[width:]):
                yield TableRow(begins, {}, RAGGED_LINE)
                continue
        row = dict(zip(columns, _unwrapped(cells), strict=False))
        if blank:
            row.pop("", None)
        if any(map(str.strip, row.values())):
            yield TableRow(begins, row)


def _unwrapped(cells: list[str]) -> list[str]:
    if _AS_TEXT not in "|".join(cells):
        return cells
    return [
        cell[2:-1].replace('""', '"')
        if cell.startswith(_AS_TEXT) and cell.endswith('"') and len(cell) > 2
        else cell
        for cell in cells
    ]


def _has_swallowed(cells: list[str], width: int, delimiter: str) -> bool:
    """Whether a cell contains a whole line: two stray quotation marks make one cell of everything between."""
    for place, cell in enumerate(cells):
        for line in _BREAK.split(cell)[1:]:
            count = line.count(delimiter)
            if count >= max(width - 1, 1):
                return True
            # The second mark may stand within the swallowed line, which then continues behind this cell.
            if count == place > 1 and line.startswith(cells[0] + delimiter):
                return True
    return False


def _malformed(reader: "CsvReader", lines: Lines, begins: int, before: int) -> TableRow:
    """A row with wrong quotation marks. Raises RejectedExportError if they may have swallowed other lines."""
    if lines.ended or before + reader.line_num > begins:
        raise _swallowing(begins)
    return TableRow(begins, {}, MALFORMED_QUOTES)


def _swallowing(line: int) -> RejectedExportError:
    detail = f"line {line}: a quotation mark is opened and not closed; a mark within a text is doubled"
    return RejectedExportError(RejectedExport.CSV_BROKEN, detail)
