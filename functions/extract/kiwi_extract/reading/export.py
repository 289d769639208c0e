"""What is known of an export from outside, and what its readers have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading import erp_json
from kiwi_extract.reading.completion import Completion
from kiwi_extract.reading.erp_json import RawRecord, RejectedExportError


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


class TableMapping(Protocol):
    """How the rows of a table become the records of one section."""

    @property
    def section(self) -> str:
        """`verwaltungseinheiten`, `mieter` or `mietvertraege`."""
        ...

    @property
    def named(self) -> str:
        """Where it stands in the mapping, and for which files: for people."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether several rows of one key are one record."""
        ...

    @property
    def completes(self) -> bool:
        """Whether the rows only add to records that another table has."""
        ...

    @property
    def deleted(self) -> bool:
        """Whether the rows name what is deleted."""
        ...

    def record(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record; None if the row is left out. Raises RowError if it cannot be mapped."""
        ...


class ReadingOptions(Protocol):
    """What a Feldmapping says of how files are to be read; None: found out."""

    @property
    def encoding(self) -> str | None:
        """Name of an encoding."""
        ...

    @property
    def delimiter(self) -> str | None:
        """What stands between the cells of a CSV."""
        ...

    @property
    def header_line(self) -> int:
        """The line or row with the names of the columns, from 1; what stands before it is not read."""
        ...


class Feldmapping(Protocol):
    """Which tables hold what, and how."""

    @property
    def reading(self) -> ReadingOptions:
        """How files are to be read."""
        ...

    @property
    def version(self) -> str:
        """Tells this state of the mapping from others."""
        ...

    @property
    def file(self) -> str:
        """Where it lies, for people; empty if it is not known."""
        ...

    def tables_for(
        self, source: str, columns: Sequence[str] | None, looked_at: Sequence[str] | None = None
    ) -> Sequence[TableMapping]:
        """What is read from a file, sheet or list; nothing: it is not used.

        `columns`: None for a list, whose records may lack keys; `looked_at`: those that some have.
        Raises FeldmappingError if the mapping names columns that are not there.
        """
        ...

    def completing(self, section: str) -> Sequence[str]:
        """How the tables are `named` that complete others of a section."""
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
        if self._read > erp_json.MAX_RECORDS:
            raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {erp_json.MAX_RECORDS} records")
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
