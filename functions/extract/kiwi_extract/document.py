"""Reads an export document as a stream: the envelope, and one record after the other, in bounded memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

import ijson
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.digits import Digits
from kiwi_extract.halves import Halves
from kiwi_extract.texts import MAX_TEXT, EndlessTextError, Texts

DELETIONS = "geloescht"
ENVELOPE_KEYS = frozenset(
    {"format", "connection", "export_id", "exported_at", "scope", "mandanten", "anzahl"}
)
MAX_DEPTH = 32
MAX_EVENTS = 20_000
"""JSON events of one value: far beyond any record and any list of Mandanten."""
MAX_RECORDS = 3_000_000
"""Records of one export: about as many as one invocation can read, and can put on its disk."""

_KNOWN = ENVELOPE_KEYS | frozenset(SECTIONS) | {DELETIONS}
_TOO_LONG = "a value of more than a mebibyte"

Event = tuple[str, Any]


class RejectedExportError(Exception):
    """The export is refused whole; nothing of it may change anything."""

    def __init__(self, reason: RejectedExport, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class RawRecord(NamedTuple):
    """A record as it stands in the document, in the words of `erp-export/1`.

    `source`, `line`: file or sheet, and the line or row in it, from 1; None in a JSON document. `repeats`:
    several of one key are one record, as its table says; `completes`: it only adds to others of its key.
    `reason`, `field`: why it cannot be used, if its reader says so.
    """

    section: str
    place: int
    deleted: bool
    value: Any
    source: str | None = None
    line: int | None = None
    repeats: bool = False
    reason: str | None = None
    field: str | None = None
    completes: bool = False


@dataclass
class Document:
    """A document while it is read: `envelope` and `counts` are whole when `records` has ended."""

    stream: IO[bytes]
    envelope: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SECTIONS, 0))
    _read: int = field(default=0, init=False)

    def records(self) -> Iterator[RawRecord]:
        """Every record, in the document's order.

        Raises:
            RejectedExportError: it is not JSON, cut off, too complex, too large, or not shaped as an export.
        """
        try:
            yield from self._top(_limited(ijson.basic_parse(Digits(Texts(Halves(self.stream))))))
        except EndlessTextError:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, _TOO_LONG) from None
        except (ijson.JSONError, ValueError, ArithmeticError):
            # Without the parser's words, which quote the document. Arithmetic: an exponent beyond Decimal.
            raise RejectedExportError(RejectedExport.NOT_JSON, _not_json(self.counts)) from None

    def _top(self, events: Iterator[Event]) -> Iterator[RawRecord]:
        if next(events)[0] != "start_map":
            raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, "the document is not an object")
        seen: set[str] = set()
        for event, name in events:
            if event == "end_map":
                continue
            if name in _KNOWN:
                _note(name, name, seen)
            if name in SECTIONS:
                yield from self._section(events, name, deleted=False)
            elif name == DELETIONS:
                yield from self._deletions(events)
            elif name in ENVELOPE_KEYS:
                self.envelope[name] = _value(next(events), events)
            else:
                _skip(next(events), events)

    def _deletions(self, events: Iterator[Event]) -> Iterator[RawRecord]:
        event, value = next(events)
        if event == "null" or value == "":
            return
        if event != "start_map":
            raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, f"{DELETIONS}: must be an object")
        seen: set[str] = set()
        for event, name in events:
            if event == "end_map":
                return
            if name in SECTIONS:
                _note(name, f"{DELETIONS}.{name}", seen)
                yield from self._section(events, name, deleted=True)
            else:
                _skip(next(events), events)

    def _section(self, events: Iterator[Event], name: str, *, deleted: bool) -> Iterator[RawRecord]:
        event, value = next(events)
        if event == "null" or value == "":
            return
        if event != "start_array":
            raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, f"{name}: must be a list")
        for place, first in enumerate(iter(lambda: next(events), ("end_array", None))):
            if not deleted:
                self.counts[name] += 1
            self._read += 1
            if self._read > MAX_RECORDS:
                raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {MAX_RECORDS} records")
            yield RawRecord(name, place, deleted, _value(first, events))


def _note(name: str, shown: str, seen: set[str]) -> None:
    """Note a key; which of two values counts is nobody's guess. What is skipped anyway is not noted."""
    if name in seen:
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, f"{shown}: stands there twice")
    seen.add(name)


def _not_json(counts: Mapping[str, int]) -> str:
    """Where the document stopped to be JSON, as far as its records tell."""
    read = ", ".join(f"{count} {section}" for section, count in counts.items() if count)
    return f"not JSON in UTF-8, or cut off; records begun before that: {read or 'none'}"


def _limited(events: Iterator[Event]) -> Iterator[Event]:
    """The events, but no deeper than any export is."""
    depth = 0
    for event in events:
        if event[0] in {"start_map", "start_array"}:
            depth += 1
            if depth > MAX_DEPTH:
                raise RejectedExportError(
                    RejectedExport.TOO_COMPLEX, f"nested deeper than {MAX_DEPTH} levels"
                )
        elif event[0] in {"end_map", "end_array"}:
            depth -= 1
        yield event


def _value(first: Event, events: Iterator[Event]) -> Any:
    """The value that begins with `first`."""
    if first[0] not in {"start_map", "start_array"}:
        return first[1]
    builder = ijson.ObjectBuilder()
    for event, value in _extent(first, events):
        builder.event(event, value)
    return builder.value


def _skip(first: Event, events: Iterator[Event]) -> None:
    depth = _step(first)
    while depth:
        depth += _step(next(events))


def _extent(first: Event, events: Iterator[Event]) -> Iterator[Event]:
    """The events of one value."""
    yield first
    depth, length = 1, 0
    for _ in range(MAX_EVENTS):
        event = next(events)
        depth += _step(event)
        length += len(event[1]) if isinstance(event[1], str) else 0
        if length > MAX_TEXT:
            raise RejectedExportError(RejectedExport.TOO_COMPLEX, _TOO_LONG)
        yield event
        if not depth:
            return
    raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"a value of more than {MAX_EVENTS} parts")


def _step(event: Event) -> int:
    return {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}.get(event[0], 0)
