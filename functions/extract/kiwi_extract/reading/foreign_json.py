"""Reads foreign JSON by the connection's Feldmapping: its lists are tables, their items become records."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import orjson
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.json_stream import JsonText, TooComplexError
from kiwi_extract.reading.ndjson import BLANKS, NOT_JSON_LINE, lines
from kiwi_extract.reading.streams import Readable, decoded
from kiwi_extract.reading.tables import SourceTable, TableRow

LOOKED_AT = 100
"""The number of rows whose keys make the columns: empty values are often left out."""
LISTS_AT = 4
"""The deepest level of a list."""


def foreign_tables(stream: Readable, source: str, encoding: str) -> Iterator[SourceTable]:
    """The lists of a document as tables, named by their keys (`data.items`); the document itself by `source`.

    Raises:
        RejectedExportError: the document is not JSON, or is too complex.
    """
    try:
        text = JsonText(decoded(stream, encoding))
        yield from _tables(text, source, "", 1)
        if text.peek():
            raise ValueError("something behind the document")
    except TooComplexError as error:
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, str(error)) from None
    except ValueError:
        raise RejectedExportError(RejectedExport.NOT_JSON, "not JSON, or cut off") from None


def _tables(text: JsonText, source: str, path: str, depth: int) -> Iterator[SourceTable]:
    begins = text.peek()
    if begins == "[":
        yield from _table(path or source, _rows(text))
    elif begins == "{" and depth <= LISTS_AT:
        for key in text.keys():  # noqa: SIM118 - no dictionary
            yield from _tables(text, source, f"{path}.{key}" if path else key, depth + 1)
    else:
        text.skip()


def foreign_lines(stream: Readable, source: str) -> Iterator[SourceTable]:
    """A file with one JSON object per line, as a table."""
    return _table(source, _rows_of_lines(stream))


def _table(source: str, rows: Iterator[TableRow]) -> Iterator[SourceTable]:
    first = list(islice(rows, LOOKED_AT))
    columns = dict.fromkeys(name for row in first for name in row.cells)
    yield SourceTable(source, None, chain(first, rows), list(columns))
    # An unwanted table was left unread; the rest begins at its end.
    for _ in rows:
        pass


def _rows(text: JsonText) -> Iterator[TableRow]:
    for place, value in enumerate(text.values(), start=1):
        yield _row(place, value)


def _rows_of_lines(stream: Readable) -> Iterator[TableRow]:
    for line, content in enumerate(lines(stream), start=1):
        if content.strip(BLANKS):
            try:
                yield _row(line, orjson.loads(content))
            except orjson.JSONDecodeError:
                yield TableRow(line, {}, NOT_JSON_LINE)


def _row(place: int, value: Any) -> TableRow:
    return TableRow(place, value) if isinstance(value, dict) else TableRow(place, {}, "not_an_object")
