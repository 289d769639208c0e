"""Reads an export document as a stream: the envelope, then one record after the other, in bounded memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Numbering, RawRecord
from kiwi_extract.reading.json_stream import JsonText, TooComplexError
from kiwi_extract.reading.streams import Peekable, Readable, decoded, unicode_encoding

DELETIONS = "geloescht"
ENVELOPE_KEYS = frozenset(
    {"format", "connection", "export_id", "exported_at", "scope", "mandanten", "anzahl", "teil", "dry_run"}
)

_OTHER_VALUES = frozenset('["-0123456789tfn')
"""The first characters of JSON values other than objects."""
_KNOWN = ENVELOPE_KEYS | frozenset(SECTIONS) | {DELETIONS}


@dataclass
class ErpJson:
    """A JSON document while it is read: `envelope` and `counts` are complete when `records` has ended."""

    stream: Readable
    encoding: str | None = None
    """The text's encoding, if it is known."""
    envelope: dict[str, Any] = field(default_factory=dict)
    sections: set[str] = field(default_factory=set)
    """The present lists, even empty ones; those of deletions do not count."""
    mapping: None = None
    """No Feldmapping: the document is in our own words."""
    spoken: None = None
    """All sections of its Mandanten: in `erp-export/1` a missing list is an empty list."""
    unused: Sequence[str] = ()
    """Nothing: the document has no tables."""
    completion: Completion = field(default_factory=Completion)
    _numbering: Numbering = field(default_factory=Numbering, init=False)

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each section."""
        return self._numbering.counts

    def records(self) -> Iterator[RawRecord]:
        """Every record, in the document's order.

        Raises:
            RejectedExportError: not JSON, cut off, too complex, too large, or not shaped as an export.
        """
        stream = Peekable(self.stream)
        encoding = self.encoding or unicode_encoding(stream.peek(64)) or "utf-8"
        try:
            yield from self._top(JsonText(decoded(stream, encoding)))
        except TooComplexError as error:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, str(error)) from None
        except ValueError:
            # Without the parser's words, which quote the document.
            raise RejectedExportError(RejectedExport.NOT_JSON, _not_json(self.counts)) from None

    def _top(self, text: JsonText) -> Iterator[RawRecord]:
        if text.peek() in _OTHER_VALUES:
            raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, "the document is not an object")
        seen: set[str] = set()
        for name in text.keys():  # noqa: SIM118 - no dictionary
            if name in _KNOWN:
                _note(name, name, seen)
            if name in SECTIONS:
                yield from self._section(text, name, deleted=False)
            elif name == DELETIONS:
                yield from self._deletions(text)
            elif name in ENVELOPE_KEYS:
                self.envelope[name] = text.value()
            else:
                text.skip()
        if text.peek():
            raise ValueError("something behind the document")

    def _deletions(self, text: JsonText) -> Iterator[RawRecord]:
        if text.peek() != "{":
            _check_nothing(text, f"{DELETIONS}: must be an object")
            return
        seen: set[str] = set()
        for name in text.keys():  # noqa: SIM118 - no dictionary
            if name in SECTIONS:
                _note(name, f"{DELETIONS}.{name}", seen)
                yield from self._section(text, name, deleted=True)
            else:
                text.skip()

    def _section(self, text: JsonText, name: str, *, deleted: bool) -> Iterator[RawRecord]:
        if not deleted:
            self.sections.add(name)
        if text.peek() != "[":
            _check_nothing(text, f"{name}: must be a list")
            return
        for value in text.values():
            yield RawRecord(name, self._numbering.place(name, deleted), deleted, value)


def _check_nothing(text: JsonText, fault: str) -> None:
    """Check that a value other than a list or an object is empty."""
    if text.peek() in {"[", "{"} or text.value() not in (None, ""):
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, fault)


def _note(name: str, shown: str, seen: set[str]) -> None:
    """Note a key, and refuse a repeated one: nobody knows which value counts. Skipped keys are not noted."""
    if name in seen:
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, f"{shown}: appears twice")
    seen.add(name)


def _not_json(counts: Mapping[str, int]) -> str:
    """The refusal of a document that is not JSON, with the number of the last readable record."""
    read = ", ".join(f"{count} {section}" for section, count in counts.items() if count)
    return f"not JSON in UTF-8, or cut off; records begun before that: {read or 'none'}"
