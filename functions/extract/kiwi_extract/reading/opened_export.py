"""Completes what an export says of itself with what is known from outside."""

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
    """An export's reader, its origin, which may be better known now, and the version of its Feldmapping."""

    reader: Reader
    origin: Origin
    mapping: str | None


Opener = Callable[[ExitStack], Opened]
"""Opens an export; what it is opened for is closed with the stack."""


class Completed:
    """An export of any format while it is read.

    A document with `format` says all of itself. Any other has its envelope from its origin. A full export
    that does not list its Mandanten speaks of those that are in it, and in each of them only of the sections
    that have a record there: a file that is missing, or a Mandant in it, is not taken for a deletion.
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
                    # It says all of itself: what it speaks of need not be found out.
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
        """What stands around the records, or stands in for it."""
        own = self._reader.envelope if self._reader else {}
        if "format" in own or not self._origin.envelope:
            return own
        envelope = {**_named_after(self._origin), **self._origin.envelope, **own}
        if envelope.get("scope") == "full" and not envelope.get("mandanten"):
            envelope["mandanten"] = sorted({mandant for mandant, _ in self._spoken_of()})
        return envelope

    @property
    def counts(self) -> dict[str, int]:
        """Records of each section."""
        return self._reader.counts if self._reader else dict.fromkeys(SECTIONS, 0)

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) that a full export speaks of; None: of all in its Mandanten."""
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
        """Files, sheets and lists that nothing was read from."""
        return self._reader.unused if self._reader else ()

    @property
    def completion(self) -> Completion:
        """Which tables that complete others are wanted, and which are there."""
        return self._reader.completion if self._reader else Completion()

    def _spoken_of(self) -> set[tuple[str, str]]:
        pairs = {(str(mandant).strip(), section) for mandant, section in self._seen}
        return {(mandant, section) for mandant, section in pairs if is_number(mandant)}


_NUMBERS = frozenset({str, int})
_TOO_MANY = f"more than {MAX_MANDANTEN} Mandanten in the records"


def _named_after(origin: Origin) -> dict[str, Any]:
    """The format, and id and time by the file."""
    moment = origin.modified.isoformat() if origin.modified else None
    export_id = export_id_of(origin.name, moment or "", modified=origin.modified)
    return {"format": FORMAT, "export_id": export_id, "exported_at": moment}


def export_id_of(name: str, *identity: str, modified: datetime | None = None) -> str:
    """An id for an export that has none: readable, and the same for the same object alone.

    With its time it sorts behind those of older objects of the same name: two exports of one `exported_at`
    are ordered by their ids.
    """
    readable = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)
    digest = blake2b("\n".join(identity).encode(), digest_size=4).hexdigest()
    time = f"-{modified.astimezone(UTC):%Y%m%dT%H%M%SZ}" if modified else ""
    return f"{readable[-100:].strip('-') or 'export'}{time}-{digest}"
