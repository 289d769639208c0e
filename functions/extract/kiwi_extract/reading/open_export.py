"""Opens an export of any format. The content tells the format, never the name."""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.feldmapping.model import ReadingOptions
from kiwi_extract.reading.archives import GZIP, ZIP, Budget, Gunzipped, Member, on_disk, opened_zip
from kiwi_extract.reading.csv_table import csv_table
from kiwi_extract.reading.erp_json import DELETIONS, ENVELOPE_KEYS, ErpJson
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export, Numbering, Origin, Reader
from kiwi_extract.reading.foreign_json import foreign_lines, foreign_tables
from kiwi_extract.reading.ndjson import TYPES, Ndjson, Recoded
from kiwi_extract.reading.opened_export import Completed, Opened
from kiwi_extract.reading.side_file import SIDE_FILE, side_file
from kiwi_extract.reading.streams import Peekable, Readable, unicode_encoding
from kiwi_extract.reading.tables import SourceTable, Tables
from kiwi_extract.reading.xlsx import WORKBOOK, xlsx_tables

FeldmappingOf = Callable[[str], Feldmapping | None]
HEAD = 2**20
"""The characters of a document in which its format must show."""
MAX_PACKED = 3
"""The most layers of packing: a gzip of a ZIP of workbooks."""
_OFFICE_97 = b"\xd0\xcf\x11\xe0"
_OURS = '"erp-export/'


def open_export(
    stream: Readable, origin: Origin, feldmapping_of: FeldmappingOf, *, whole: bool = True
) -> Export:
    """An export in JSON, NDJSON, CSV or XLSX, packed or not; faults are reported while it is read.

    `feldmapping_of`: the Feldmapping of a connection, if it has one. A document in `erp-export/1` never needs
    it; for all others the origin must tell the connection. In a part of an export (not `whole`) the rows of
    one record are not united, since others may be in another part.
    """

    def opened(exits: ExitStack) -> Opened:
        opening = _Opening(origin, feldmapping_of, exits, whole)
        reader = opening.reader(Peekable(stream))
        return Opened(reader, opening.origin, opening.mapping.version if opening.mapping else None)

    return Completed(opened, origin)


@dataclass
class _Opening:
    """The shared state of opening all files of an export."""

    origin: Origin
    feldmapping_of: FeldmappingOf
    exits: ExitStack
    whole: bool
    budget: Budget = field(default_factory=Budget)
    numbering: Numbering = field(default_factory=Numbering)
    source: str = ""
    """The name of the file at hand: the one inside a ZIP, if it is the only one."""
    mapping: Feldmapping | None = None
    """The connection's Feldmapping, once it was asked for."""
    _asked: bool = False

    def reader(self, stream: Peekable) -> Reader:
        """The reader of a whole export."""
        self.source = _source(self.origin.name)
        for _ in range(MAX_PACKED):
            stream = self._unpacked(stream)
            if stream.peek(4) not in ZIP:
                return self._text(stream)
            archive = self._archive(stream)
            members = self._members(archive)
            if WORKBOOK in archive.namelist() or len(members) != 1:
                return self._tables(self._zipped(archive, members))
            self.source = _source(members[0].filename)
            stream = Peekable(Member(archive, members[0], self.budget))
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, "packed too often")

    def _text(self, stream: Peekable) -> Reader:
        encoding = self.origin.encoding or unicode_encoding(stream.peek(64)) or "utf-8"
        head = _head(stream, encoding)
        source = self.source
        if head.startswith("{") and _is_ndjson(head):
            first = _first_line(head)
            is_ours = _is_typed(first) or "format" in first or first.keys() <= ENVELOPE_KEYS
            if is_ours or ("typ" in first and self._feldmapping() is None):
                anzahl = self.origin.envelope.get("anzahl")
                return Ndjson(Recoded(stream, encoding), source, self.numbering, anzahl)
            return self._tables(foreign_lines(Recoded(stream, encoding), source))
        if head.startswith("{") and (_OURS in head or self._feldmapping() is None):
            return ErpJson(stream, encoding=encoding)
        return self._tables(self._table_or_lists(stream, source, head, encoding))

    def _tables(self, tables: Iterator[SourceTable]) -> Tables:
        return Tables(tables, self._feldmapping(), self.numbering, whole=self.whole)

    def _table_or_lists(
        self, stream: Peekable, source: str, head: str, encoding: str
    ) -> Iterator[SourceTable]:
        if head.startswith(("{", "[")):
            yield from foreign_tables(stream, source, encoding)
        elif not head:
            raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, "the file is empty")
        elif stream.peek(4) == _OFFICE_97:
            raise RejectedExportError(RejectedExport.UNKNOWN_FORMAT, "an old Excel file; save it as XLSX")
        else:
            yield csv_table(stream, source, self.origin.encoding, self._reading())

    def _zipped(self, archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[SourceTable]:
        if WORKBOOK in archive.namelist():
            yield from xlsx_tables(archive, self.source, self.budget, self._reading())
            return
        for member in members:
            stream = self._unpacked(Peekable(Member(archive, member, self.budget)))
            if stream.peek(4) in ZIP:
                inner = self._archive(stream)
                if WORKBOOK not in inner.namelist():
                    raise RejectedExportError(RejectedExport.UNKNOWN_FORMAT, "a ZIP in a ZIP")
                yield from xlsx_tables(inner, _source(member.filename), self.budget, self._reading())
                continue
            encoding = unicode_encoding(stream.peek(64)) or "utf-8"
            head = _head(stream, encoding)
            if head.startswith("{") and (_OURS in head or _is_ndjson(head)):
                detail = "a ZIP holds one export, or the tables of one; send each export by itself"
                raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, detail)
            yield from self._table_or_lists(stream, _source(member.filename), head, encoding)

    def _unpacked(self, stream: Peekable) -> Peekable:
        for _ in range(MAX_PACKED):
            if stream.peek(2) != GZIP:
                return stream
            stream = Peekable(Gunzipped(stream, self.budget))
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, "packed too often")

    def _archive(self, stream: Peekable) -> zipfile.ZipFile:
        file = self.exits.enter_context(on_disk(stream, self.budget))
        return self.exits.enter_context(opened_zip(file))

    def _members(self, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        """The files of a ZIP that are exports or tables. Reads the substitute for the envelope at once."""
        files = [
            member
            for member in archive.infolist()
            if not member.is_dir()
            and not member.filename.startswith("__MACOSX/")
            and not _name(member.filename).startswith(".")
        ]
        if len(files) == 1:
            return files
        for member in files:
            if _name(member.filename) == SIDE_FILE:
                side = side_file(Member(archive, member, self.budget), strict=True)
                self.origin = replace(self.origin, envelope={**self.origin.envelope, **side})
                files.remove(member)
                break
        return files

    def _reading(self) -> ReadingOptions | None:
        mapping = self._feldmapping()
        return mapping.reading if mapping else None

    def _feldmapping(self) -> Feldmapping | None:
        connection = self.origin.envelope.get("connection")
        if not self._asked and isinstance(connection, str):
            self.mapping, self._asked = self.feldmapping_of(connection), True
        return self.mapping


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _source(path: str) -> str:
    """The name of a table's file: without folders, and without the extension of packing."""
    name = _name(path)
    return name[:-3] if name.casefold().endswith(".gz") else name


def _head(stream: Peekable, encoding: str) -> str:
    """The beginning of the text, without leading blanks: a long one only if it may be JSON."""
    for size in (2**16, HEAD):
        head = stream.peek(size).decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n")
        if not head.startswith("{"):
            return head
    return head


def _first_line(head: str) -> dict[str, Any]:
    """The object in the first line; an empty one without such a line."""
    try:
        value = json.loads(head.partition("\n")[0])
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_typed(first: Mapping[str, Any]) -> bool:
    typ = first.get("typ")
    return isinstance(typ, str) and typ in TYPES


def _is_ndjson(head: str) -> bool:
    """Whether the first line is a whole object, and not the whole export."""
    first, rest = _first_line(head), head.partition("\n")[2].lstrip()
    if _is_typed(first):
        return True
    lists = any(isinstance(first.get(name), list | dict) for name in (*SECTIONS, DELETIONS))
    # Any text after an envelope counts as lines: the first of them may be broken.
    is_envelope = first.keys() <= ENVELOPE_KEYS and bool(rest)
    return bool(first) and not lists and (is_envelope or rest.startswith("{"))
