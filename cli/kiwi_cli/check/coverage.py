"""The export that the files are together: its envelope, its parts, and the lists that it is complete for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from kiwi_extract.inbox.parts import split_of_place
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export
from kiwi_extract.run.admission import admit
from kiwi_sync.erp.envelope import SECTIONS, Envelope, Teil
from kiwi_sync.keys import RowKind
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import ValidationError

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.files import Files, NotOneExportError
from kiwi_cli.check.seen import Hit, Subject
from kiwi_cli.pages import Text
from kiwi_cli.texts import codes

Unreadable = set[tuple[str | None, RowKind]]
"""As `Spool.unreadable`."""


@dataclass
class Coverage:
    """The reach of an export. To be asked only once all its files have been read."""

    files: Files
    admitted: Envelope | None = None
    unreadable: Unreadable = field(default_factory=set)
    """The (Mandant, kind) of records whose key could not be read: nothing of them counts as gone."""
    _ids: list[Any] = field(default_factory=list)
    _parts: dict[int, set[int]] = field(default_factory=dict)
    """The parts that are there, by the number of parts that there should be."""

    @cached_property
    def envelope(self) -> dict[str, Any]:
        """The envelope, as it was given."""
        return self.files.exports[0].envelope if self.files.exports else {}

    @property
    def is_full(self) -> bool:
        """Whether what the export leaves out is gone."""
        return self.envelope.get("scope") == "full"

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing here: neither parts, nor what could not be read."""
        return not (self.files.unreadable or self.missing)

    @cached_property
    def listed(self) -> set[str]:
        """The Mandanten that a full export lists; of one that is refused, as far as they can be read."""
        if self.admitted is not None:
            return set(self.admitted.mandanten)
        lists = (export.envelope.get("mandanten") for export in self.files.exports)
        return {str(one).strip() for named in lists if isinstance(named, list) for one in named}

    def complete(self, mandant: str, section: str) -> bool:
        """Whether nothing can be missing in a list of a Mandant: a full export speaks of it, and is whole."""
        if not (self.is_full and self.is_whole and mandant in self.listed):
            return False
        return any(one is None or (mandant, section) in one for one in self._spoken)

    @cached_property
    def _spoken(self) -> list[frozenset[tuple[str, str]] | None]:
        return [export.spoken for export in self.files.exports]

    def judges_absence(self, mandant: str, section: str) -> bool:
        """Whether extract takes what is missing in such a list for gone: not where keys cannot be read."""
        kind = SECTIONS[section]
        hidden = {(mandant, kind), (None, kind)} & self.unreadable
        return not hidden and self.complete(mandant, section)

    def add(self, file: str, document: Export) -> None:
        """Take a file in that has been read to its end.

        Raises:
            NotOneExportError: it is of another export.
            RejectedExportError: its name tells of a part that cannot be.
        """
        self._ids.append(document.envelope.get("export_id"))
        if self._ids[-1] != self._ids[0]:
            raise NotOneExportError(f"{file} is of another export: check one export at a time")
        number, of = _part_of(file, document.envelope)
        if of > 1 and file not in self.files.named:
            self._parts.setdefault(of, set()).add(number)

    def admit(self, now: datetime) -> None:
        """Let extract say whether the export may be used, if it could be read."""
        files = self.files
        if files.unreadable or files.refused:
            return
        try:
            self.admitted = admit(files.exports[0], now)
        except RejectedExportError as error:
            # A side file counts all parts together: those that are missing, too.
            counts_missing = bool(self.missing) and "anzahl" in files.side
            if not (counts_missing and error.reason is RejectedExport.COUNT_MISMATCH):
                files.refused.append((files.paths[0].name, error))

    def refusals(self) -> Iterator[Hit]:
        """Why the export would be refused as a whole."""
        for file, error in self.files.refused:
            remedy = codes().rejected_exports[error.reason].remedy
            said = f"{error.reason}: {error.detail}"
            detail = Text(f"{said}. {remedy.de}", f"{said}. {remedy.en}")
            yield Hit(Defect.EXPORT_REFUSED, Subject(file), detail=detail)

    @cached_property
    def missing(self) -> list[Text]:
        """The parts that are not there, once all files have been read: names in the side file, or numbers."""
        missing = [Text(name, name) for name in self.files.missing]
        for of, numbers in self._parts.items():
            absent = (number for number in range(1, of + 1) if number not in numbers)
            missing += [Text(f"{number} von {of}", f"{number} of {of}") for number in absent]
        return missing

    def parts_missing(self, file: str) -> Iterator[Hit]:
        """That parts are missing, if they are."""
        if self.missing:
            de, en = ", ".join(part.de for part in self.missing), ", ".join(part.en for part in self.missing)
            said = Text(f"es fehlen: {de}", f"missing: {en}")
            yield Hit(
                Defect.PARTS_MISSING, Subject(file), "dateien" if self.files.named else "teil", detail=said
            )


def _part_of(file: str, envelope: Mapping[str, Any]) -> tuple[int, int]:
    """Which part of how many a file is, as its name says, or its envelope."""
    split = split_of_place(Place(key=f"exports/check/full/{file}"), {})
    if split is not None:
        return split.number, split.of
    try:
        part = Teil.model_validate(envelope.get("teil"))
    except ValidationError:
        return 1, 1
    return part.nummer, part.von
