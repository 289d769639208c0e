"""Supplements an export's own facts with those known from outside."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.erp.fields import is_number
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Origin, RawRecord, Reader

MAX_MANDANTEN = 10_000
FORMAT = "erp-export/1"


class Opened(NamedTuple):
    """An export's reader, its (perhaps refined) origin, and the version of its Feldmapping."""

    reader: Reader
    origin: Origin
    mapping: str | None


Opener = Callable[[ExitStack], Opened]
"""Opens an export; its resources are closed with the stack."""


class Completed:
    """An export of any format while it is read.

    A document with `format` states all facts itself. Any other takes its envelope from its origin. A full
    export without a list of Mandanten covers the Mandanten in it, and in each of them only the sections with
    a record: a missing file, or a Mandant missing in it, does not count as a deletion.
    """

    def __init__(self, open_reader: Opener, origin: Origin) -> None:
        self._open = open_reader
        self._origin = origin
        self._reader: Reader | None = None
        self.mapping: str | None = None
        self._seen: set[tuple[str | int, str]] = set()

    def records(self) -> Iterator[RawRecord]:
        """Every record in order. Raises RejectedExportError."""
        with ExitStack() as exits:
            self._reader, self._origin, self.mapping = self._open(exits)
            records = self._reader.records()
            for raw in records:
                yield raw
                if "format" in self._reader.envelope:
                    # It states all facts itself, so its coverage need not be found out.
                    yield from records
                if not (raw.deleted or raw.completes):
                    self._see(raw)

    def _see(self, raw: RawRecord) -> None:
        value = raw.value
        mandant = value.get("mandant") if type(value) is dict else None
        if mandant is not None and type(mandant) in _NUMBERS:
            self._seen.add((mandant, raw.section))
            if len(self._seen) > MAX_MANDANTEN:
                raise RejectedExportError(RejectedExport.TOO_COMPLEX, _TOO_MANY)

    @property
    def envelope(self) -> dict[str, Any]:
        """The export's own envelope, or its substitute."""
        own = self._reader.envelope if self._reader else {}
        if "format" in own or not self._origin.envelope:
            return own
        envelope = {**_named_after(self._origin), **self._origin.envelope, **own}
        if envelope.get("scope") == "full" and not envelope.get("mandanten"):
            envelope["mandanten"] = sorted({mandant for mandant, _ in self._spoken_of()})
        return envelope

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each section."""
        return self._reader.counts if self._reader else dict.fromkeys(SECTIONS, 0)

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) pairs that a full export covers; None: all sections of its Mandanten."""
        own = self._reader.envelope if self._reader else {}
        if "format" in own or self._reader is None:
            return None
        listed = own.get("mandanten") or self._origin.envelope.get("mandanten")
        if isinstance(listed, list | tuple):
            there = self._reader.sections
            return frozenset((str(mandant).strip(), section) for mandant in listed for section in there)
        return frozenset(self._spoken_of())

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists without any use."""
        return self._reader.unused if self._reader else ()

    @property
    def completion(self) -> Completion:
        """The wanted and the present supplementing tables."""
        return self._reader.completion if self._reader else Completion()

    def _spoken_of(self) -> set[tuple[str, str]]:
        pairs = {(str(mandant).strip(), section) for mandant, section in self._seen}
        return {(mandant, section) for mandant, section in pairs if is_number(mandant)}


_NUMBERS = frozenset({str, int})
_TOO_MANY = f"more than {MAX_MANDANTEN} Mandanten in the records"


def _named_after(origin: Origin) -> dict[str, Any]:
    """The format, and an id and a time from the file."""
    moment = origin.modified.isoformat() if origin.modified else None
    export_id = export_id_of(origin.name, moment or "", modified=origin.modified)
    return {"format": FORMAT, "export_id": export_id, "exported_at": moment}


def export_id_of(name: str, *identity: str, modified: datetime | None = None) -> str:
    """An id for an export without one: readable, and the same only for the same object.

    The time in it sorts it behind older objects of the same name: exports with the same `exported_at` are
    ordered by their ids.
    """
    readable = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)
    digest = blake2b("\n".join(identity).encode(), digest_size=4).hexdigest()
    time = f"-{modified.astimezone(UTC):%Y%m%dT%H%M%SZ}" if modified else ""
    return f"{readable[-100:].strip('-') or 'export'}{time}-{digest}"
