"""What the files say of themselves, taken together: their export, its parts, and what it is complete for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kiwi_extract.inbox.parts import split_of_place
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Completion, Export, check_completion
from kiwi_sync.erp.envelope import Teil
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import ValidationError

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.reading import Files, NotOneExportError
from kiwi_cli.check.seen import Hit, Subject
from kiwi_cli.pages import Text

_ALIKE = ("format", "connection", "exported_at", "scope", "dry_run")
"""What all parts of an export say alike, or extract refuses it: `parts_differ`."""


@dataclass
class Extent:
    """Of what an export speaks, once all its files have been read."""

    files: Files
    envelope: dict[str, Any] = field(default_factory=dict)
    """Of the first file."""
    listed: set[str] = field(default_factory=set)
    """The Mandanten that a full export lists."""
    _spoken: set[tuple[str, str]] | None = field(default_factory=set)
    """By Mandant and section; None: of all in the Mandanten."""
    _completion: Completion = field(default_factory=Completion)
    _parts: dict[int, set[int]] = field(default_factory=dict)
    """Of exports in so many parts those that are there."""

    @property
    def is_full(self) -> bool:
        """Whether what the export leaves out is gone."""
        return self.envelope.get("scope") == "full"

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is missing here: neither parts, nor what could not be read."""
        return not (self.files.unreadable or self.missing)

    def complete(self, mandant: str, section: str) -> bool:
        """Whether nothing can be missing in a list of a Mandant: a full export speaks of it, and is whole."""
        if not (self.is_full and self.is_whole and mandant in self.listed):
            return False
        return self._spoken is None or (mandant, section) in self._spoken

    def add(self, file: str, document: Export) -> Iterator[Hit]:
        """Take a file in that has been read to its end; what is wrong with it among the others.

        Raises:
            NotOneExportError: it is of another export.
            RejectedExportError: its name tells of a part that cannot be.
        """
        own = document.envelope
        self.envelope = self.envelope or own
        if own.get("export_id") != self.envelope.get("export_id"):
            raise NotOneExportError(f"{file} is of another export: check one export at a time")
        listed, spoken = own.get("mandanten"), document.spoken
        self.listed |= {str(one).strip() for one in listed} if isinstance(listed, list) else set()
        self._spoken = None if spoken is None or self._spoken is None else self._spoken | spoken
        self._completion = self._completion.joined(document.completion)
        self._add_part(file, own)
        for name in _ALIKE if spoken is not None else (*_ALIKE, "mandanten"):
            if (own.get(name) or None) != (self.envelope.get(name) or None):
                said = f"{RejectedExport.PARTS_DIFFER}: {name}"
                yield Hit(Defect.EXPORT_REFUSED, Subject(file), name, detail=Text(said, said))
                return

    def _add_part(self, file: str, envelope: Mapping[str, Any]) -> None:
        number, of = _part_of(file, envelope)
        if of > 1 and file not in self.files.named:
            self._parts.setdefault(of, set()).add(number)

    @cached_property
    def missing(self) -> list[Text]:
        """The parts that are not there, once all files have been read: names in the side file, or numbers."""
        there = {path.name for path in self.files.paths}
        missing = [Text(name, name) for name in self.files.named if name not in there]
        for of, numbers in self._parts.items():
            absent = (number for number in range(1, of + 1) if number not in numbers)
            missing += [Text(f"{number} von {of}", f"{number} of {of}") for number in absent]
        return missing

    def completion_missing(self, file: str) -> Iterator[Hit]:
        """That a table that completes another is missing, if it is."""
        try:
            check_completion(self._completion)
        except RejectedExportError as error:
            said = f"{error.reason}: {error.detail}"
            yield Hit(Defect.EXPORT_REFUSED, Subject(file), detail=Text(said, said))

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
