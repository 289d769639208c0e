"""Joins an export in several objects to one: its records in the order of its parts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kiwi_sync.erp.envelope import SECTIONS, Anzahl
from kiwi_sync.erp.fields import is_blank
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import ValidationError

from kiwi_extract.reading import export as exports
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Export, RawRecord, check_completion
from kiwi_extract.reading.unite_rows import unite

_ALIKE = ("format", "connection", "export_id", "exported_at", "scope", "dry_run")


class OpenedPart(NamedTuple):
    """An opened part: its export, its object's name, and its side file's counts, which cover all parts."""

    export: Export
    name: str
    anzahl: Any = None


class Assembled:
    """All parts, read as one export."""

    def __init__(self, parts: Sequence[Callable[[], OpenedPart]]) -> None:
        self._parts = parts
        self._anzahl: Any = None
        self._speaks_of_all = False
        self.mapping: str | None = None
        self.unused: list[str] = []
        self.completion = Completion()
        self.envelope: dict[str, Any] = {}
        self.counts: dict[str, int] = dict.fromkeys(SECTIONS, 0)
        self._united = dict.fromkeys(SECTIONS, 0)
        self._spoken: frozenset[tuple[str, str]] = frozenset()

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) pairs that a full export covers; None: all sections of its Mandanten."""
        return None if self._speaks_of_all else self._spoken

    def records(self) -> Iterator[RawRecord]:
        """Every record of every part; records united from several rows come last.

        Raises:
            RejectedExportError: also if the parts do not belong to one export.
        """
        for raw in unite(self._of_parts()):
            yield self._numbered(raw) if raw.is_partial else raw
        check_completion(self.completion)

    def _numbered(self, raw: RawRecord) -> RawRecord:
        """Number and count a record whose rows may lie in several parts, once it is united."""
        place = self._united[raw.section]
        self._united[raw.section] += 1
        if not raw.deleted:
            self.counts[raw.section] += 1
            self._check_size()
        return raw._replace(place=place)

    def _of_parts(self) -> Iterator[RawRecord]:
        for number, open_part in enumerate(self._parts, start=1):
            export, name, anzahl = open_part()
            self._anzahl = anzahl or self._anzahl
            for raw in export.records():
                yield raw if raw.source else raw._replace(source=name)
            self.mapping = self.mapping or export.mapping
            self.unused += export.unused
            self.completion = self.completion.joined(export.completion)
            self._add(number, export)

    def _add(self, number: int, export: Export) -> None:
        envelope = dict(export.envelope)
        envelope.pop("teil", None)
        anzahl = envelope.pop("anzahl", None)
        envelope["dry_run"] = envelope.get("dry_run") or False
        if not self.envelope:
            self.envelope = envelope
        spoken = export.spoken
        self._check_alike(number, envelope, _ALIKE if spoken is not None else (*_ALIKE, "mandanten"))
        if spoken is None:
            self._speaks_of_all = True
        else:
            self._spoken |= spoken
            self.envelope["mandanten"] = _united(self.envelope.get("mandanten"), envelope.get("mandanten"))
        for section, count in export.counts.items():
            self.counts[section] += count
        self._check_size()
        _check_count(number, anzahl, export.counts)
        self.envelope["anzahl"] = self._anzahl

    def _check_size(self) -> None:
        if sum(self.counts.values()) > exports.MAX_RECORDS:
            raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {exports.MAX_RECORDS} records")

    def _check_alike(self, number: int, envelope: dict[str, Any], names: Sequence[str]) -> None:
        for name in names:
            if envelope.get(name) != self.envelope.get(name):
                detail = f"{name}: not the same in part {number} as in part 1"
                raise RejectedExportError(RejectedExport.PARTS_DIFFER, detail)


def _check_count(number: int, anzahl: Any, counts: Mapping[str, int]) -> None:
    """Compare a part's own counts with its content."""
    try:
        told = Anzahl.model_validate({} if is_blank(anzahl) else anzahl)
    except ValidationError:
        detail = f"anzahl: not the numbers of records, in part {number}"
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, detail) from None
    for section, count in told.model_dump(exclude_none=True).items():
        if count != counts[section]:
            detail = f"anzahl.{section}: part {number} says {count}, but {counts[section]} records are there"
            raise RejectedExportError(RejectedExport.COUNT_MISMATCH, detail)


def _united(one: Any, other: Any) -> list[Any]:
    lists = [value for value in (one, other) if isinstance(value, list | tuple)]
    return list(dict.fromkeys(mandant for value in lists for mandant in value))
