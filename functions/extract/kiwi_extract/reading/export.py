"""The origin of an export, and the common interface of its readers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError

MAX_RECORDS = 3_000_000
"""The most records of one export: about as many as one invocation can read and store on its disk."""


class RawRecord(NamedTuple):
    """A record as written in the document, in the words of `erp-export/1`.

    `source`, `line`: file or sheet, and the line or row in it, from 1; None in a JSON document. `repeats`:
    several records with one key make one, as its table says; `completes`: it only supplements others of its
    key. `reason`, `field`: the fault found by the reader, if any.
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

    @property
    def is_partial(self) -> bool:
        """Whether other rows may belong to the same record."""
        return self.repeats or self.completes


class Completion(NamedTuple):
    """Supplementing tables by name: those `wanted` by the tables read so far, those `met` by a file."""

    wanted: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()

    @property
    def missing(self) -> frozenset[str]:
        """The wanted tables without any file, sheet or list."""
        return self.wanted - self.met

    def joined(self, other: "Completion") -> "Completion":
        """The union of two parts of an export."""
        return Completion(self.wanted | other.wanted, self.met | other.met)


@dataclass(frozen=True)
class Origin:
    """The outside facts about an export: the file's name, its time, a substitute for the envelope.

    `encoding`: the text's encoding, if it is certain (a message is UTF-8).
    """

    name: str = ""
    modified: datetime | None = None
    envelope: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None


class Export(Protocol):
    """An export while it is read: everything is complete when `records` has ended."""

    @property
    def envelope(self) -> dict[str, Any]:
        """The envelope as given."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each section."""
        ...

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) pairs that a full export covers; None: all sections of its Mandanten."""
        ...

    @property
    def mapping(self) -> str | None:
        """The version of the Feldmapping in use; None: no Feldmapping."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists without any use; empty if the format has no tables."""
        ...

    @property
    def completion(self) -> Completion:
        """The wanted and the present supplementing tables."""
        ...

    def records(self) -> Iterator[RawRecord]:
        """Every record in order. Raises RejectedExportError if the whole export is unusable."""
        ...


class Reader(Protocol):
    """A reader of one format. `sections`: those with a list or table, even an empty one; not of deletions."""

    @property
    def envelope(self) -> dict[str, Any]:
        """The facts found around the records; empty if the format has no place for them."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """The number of records in each section."""
        ...

    @property
    def sections(self) -> set[str]:
        """The sections with a list or table."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists without any use; empty if the format has no tables."""
        ...

    @property
    def completion(self) -> Completion:
        """The wanted and the present supplementing tables."""
        ...

    def records(self) -> Iterator[RawRecord]:
        """Every record in order."""
        ...


class Numbering:
    """Numbers and counts records across all files of an export."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(SECTIONS, 0)
        self._deleted = dict.fromkeys(SECTIONS, 0)
        self._read = 0

    def place(self, section: str, deleted: bool) -> int:
        """The next record's number. Raises RejectedExportError if there are too many."""
        counts = self._deleted if deleted else self.counts
        place = counts[section]
        self._read += 1
        if self._read > MAX_RECORDS:
            raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {MAX_RECORDS} records")
        counts[section] = place + 1
        return place

    def numbered(self, raw: RawRecord) -> RawRecord:
        """The record with its number. Raises RejectedExportError if there are too many."""
        return RawRecord(raw.section, self.place(raw.section, raw.deleted), *raw[2:])

    def rejected(
        self,
        section: str,
        source: str | None,
        line: int,
        reason: str,
        at: str | None = None,
        value: Any = None,
    ) -> RawRecord:
        """The next record, unusable. `value`: its readable part, `at`: the field at fault."""
        raw = RawRecord(section, 0, False, value, source, line, reason=reason, field=at)
        return self.numbered(raw)


def check_completion(completion: Completion) -> None:
    """Raise RejectedExportError if a wanted supplementing table is missing."""
    if completion.missing:
        detail = f"no file, sheet or list for a supplementing table: {', '.join(sorted(completion.missing))}"
        raise RejectedExportError(RejectedExport.NO_TABLE, detail)
