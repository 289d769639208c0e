"""What is known of an export from outside, and what its readers have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError

MAX_RECORDS = 3_000_000
"""Records of one export: about as many as one invocation can read, and can put on its disk."""


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

    @property
    def is_partial(self) -> bool:
        """Whether other rows may be parts of the same record."""
        return self.repeats or self.completes


class Completion(NamedTuple):
    """Such tables by their names: `wanted` by the tables that were read, and `met` by a file."""

    wanted: frozenset[str] = frozenset()
    met: frozenset[str] = frozenset()

    @property
    def missing(self) -> frozenset[str]:
        """Those that no file, sheet or list is for."""
        return self.wanted - self.met

    def joined(self, other: "Completion") -> "Completion":
        """Of two parts of an export together."""
        return Completion(self.wanted | other.wanted, self.met | other.met)


@dataclass(frozen=True)
class Origin:
    """What is known from outside: the file's name, its time, what stands in for the envelope.

    `encoding`: of the text, where it is known for certain (a message is UTF-8).
    """

    name: str = ""
    modified: datetime | None = None
    envelope: Mapping[str, Any] = field(default_factory=dict)
    encoding: str | None = None


class Export(Protocol):
    """An export while it is read: all but `records` is whole when `records` has ended."""

    @property
    def envelope(self) -> dict[str, Any]:
        """What stands around the records, as it was given."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """Records of each section."""
        ...

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) that a full export speaks of at all; None: of all in its Mandanten."""
        ...

    @property
    def mapping(self) -> str | None:
        """The version of the Feldmapping that it is read with; None: with none."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists that nothing was read from; empty if the format has no tables."""
        ...

    @property
    def completion(self) -> Completion:
        """Which tables that complete others are wanted, and which are there."""
        ...

    def records(self) -> Iterator[RawRecord]:
        """Every record in order. Raises RejectedExportError if the export cannot be used as a whole."""
        ...


class Reader(Protocol):
    """Reads one format. `sections`: those that it has a list or table for, be it empty; not of deletions."""

    @property
    def envelope(self) -> dict[str, Any]:
        """What it has found around the records; empty if the format has no place for it."""
        ...

    @property
    def counts(self) -> dict[str, int]:
        """Records of each section."""
        ...

    @property
    def sections(self) -> set[str]:
        """The sections that it has a list or table for."""
        ...

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists that nothing was read from; empty if the format has no tables."""
        ...

    @property
    def completion(self) -> Completion:
        """Which tables that complete others are wanted, and which are there."""
        ...

    def records(self) -> Iterator[RawRecord]:
        """Every record in order."""
        ...


class Numbering:
    """Numbers records across all files of an export, and counts them."""

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
        """The next record, which cannot be used. `value`: what can be read of it, `at`: its fault's field."""
        raw = RawRecord(section, 0, False, value, source, line, reason=reason, field=at)
        return self.numbered(raw)


def check_completion(completion: Completion) -> None:
    """Raise RejectedExportError if what completes others is missing."""
    if completion.missing:
        detail = f"no file, sheet or list for what completes others: {', '.join(sorted(completion.missing))}"
        raise RejectedExportError(RejectedExport.NO_TABLE, detail)
