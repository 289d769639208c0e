"""Reads NDJSON: one record per line, the envelope in the first line."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.faults import RowError
from kiwi_extract.reading.erp_json import ENVELOPE_KEYS
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Numbering, RawRecord
from kiwi_extract.reading.json_stream import MAX_DEPTH, MAX_TEXT, levels
from kiwi_extract.reading.own_columns import is_deleted
from kiwi_extract.reading.streams import Readable, decoded

NOT_JSON_LINE = "not_json_line"
UNKNOWN_TYP = "unknown_typ"
TYPES = {
    **{section: section for section in SECTIONS},
    "verwaltungseinheit": "verwaltungseinheiten",
    "mietvertrag": "mietvertraege",
}
"""The values of `typ`, with the section that each means."""
_BLOCK = 2**18
BLANKS = b" \t\r\n\x1a"
"""Blanks, and the end marks of DOS programs."""
_TYP = re.compile(rb'"typ"[ \t]*:[ \t]*"([a-z]{1,30})"')


class Ndjson:
    """An export with one record per line. An unreadable line is one rejected record."""

    def __init__(
        self, stream: Readable, source: str | None, numbering: Numbering, anzahl: Any = None
    ) -> None:
        """`anzahl`: from the substitute for the envelope, unless the first line has it."""
        self._stream = stream
        self._source = source
        self._numbering = numbering
        self._anzahl = anzahl
        self._unknown = 0
        """Lines of unknown kind: rejected in each section."""
        self.envelope: dict[str, Any] = {}
        self.sections: set[str] = set()
        self.unused: Sequence[str] = ()
        self.completion = Completion()

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each section, without lines of unknown kind: `anzahl` shows the gap."""
        anzahl, left = self.envelope.get("anzahl", self._anzahl), self._unknown
        counts = {section: count - left for section, count in self._numbering.counts.items()}
        for section, count in counts.items():
            told = anzahl.get(section) if isinstance(anzahl, dict) else None
            if type(told) is int and told > count:
                counts[section] = min(told, count + left)
                left -= counts[section] - count
        return counts

    def records(self) -> Iterator[RawRecord]:
        """Every record in order."""
        first = True
        for line, content in enumerate(lines(self._stream), start=1):
            try:
                value = orjson.loads(content)
            except orjson.JSONDecodeError:
                if content.strip(BLANKS):
                    yield from self._unreadable(content, line, NOT_JSON_LINE)
                continue
            if first and isinstance(value, dict) and "typ" not in value:
                self.envelope |= {name: value[name] for name in ENVELOPE_KEYS & value.keys()}
            elif (record := self._record(content, value, line)) is not None:
                yield record
            else:
                yield from self._unreadable(content, line, UNKNOWN_TYP)
            first = False

    def _record(self, content: bytes, value: Any, line: int) -> RawRecord | None:
        """The record in a line; None if the line does not tell its kind."""
        typ = value.get("typ") if isinstance(value, dict) else None
        section = TYPES.get(typ) if isinstance(typ, str) else None
        if section is None:
            return None
        source, numbering = self._source, self._numbering
        if content.count(b"{") + content.count(b"[") > MAX_DEPTH and levels(value) > MAX_DEPTH:
            return numbering.rejected(section, source, line, NOT_JSON_LINE)
        try:
            deleted = "geloescht" in value and is_deleted(value)
        except RowError as error:
            return numbering.rejected(section, source, line, error.reason, error.field, error.record)
        if not deleted:
            self.sections.add(section)
        return RawRecord(section, numbering.place(section, deleted), deleted, value, source, line)

    def _unreadable(self, content: bytes, line: int, reason: str) -> Iterator[RawRecord]:
        """Reject a line under its visible kind, else under all kinds: then no record of any kind is gone."""
        typ = _TYP.search(content)
        section = TYPES.get(typ[1].decode()) if typ else None
        self._unknown += section is None
        for one in [section] if section else SECTIONS:
            yield self._numbering.rejected(one, self._source, line, reason, "typ")


def lines(stream: Readable) -> Iterator[bytes]:
    """The lines, without their ends. Raises RejectedExportError if one is longer than a mebibyte."""
    rest = b""
    while block := stream.read(_BLOCK):
        first, *others = block.split(b"\n")
        rest += first
        if others:
            yield rest
            yield from others[:-1]
            rest = others[-1]
        if len(rest) > MAX_TEXT:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, "a line of more than a mebibyte")
    if rest := rest.rstrip(BLANKS):
        yield rest


class Recoded:
    """A text stream in any encoding of Unicode, as UTF-8 without a byte order mark."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._stream = stream
        self._text = decoded(stream, encoding) if encoding != "utf-8" else None

    def read(self, size: int, /) -> bytes:
        """Some bytes; none at the end."""
        if self._text is None:
            return self._stream.read(size)
        try:
            return next(self._text, "").encode("utf-8", errors="surrogatepass")
        except UnicodeDecodeError:
            raise RejectedExportError(
                RejectedExport.NOT_JSON, "not in the encoding that it begins with"
            ) from None
