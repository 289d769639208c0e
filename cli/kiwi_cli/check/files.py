"""Reads the files of an export, as extract does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.inbox.joined_export import Assembled, OpenedPart
from kiwi_extract.inbox.parts import files_of
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export, Origin, RawRecord
from kiwi_extract.reading.open_export import open_export
from kiwi_extract.reading.side_file import FILES, SIDE_FILE, is_side_file, side_file
from kiwi_extract.reading.streams import Peekable
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_cli.check.export_file import Ended, ExportFile
from kiwi_cli.check.settings import CheckSettings

Advance = Callable[[int], None]
"""Is told how many bytes more have been read."""
NO_ID = "check"
"""Stands for the id of an export that has none of its own."""


class NotOneExportError(Exception):
    """The files are not those of one export."""


@dataclass
class Files:
    """The files of one export, and what their reading has brought."""

    paths: Sequence[Path]
    settings: CheckSettings
    scope: str
    feldmapping: Feldmapping | None
    advance: Advance
    unreadable: list[tuple[str, RejectedExportError]] = field(default_factory=list)
    """The files that cannot be read as an export, and why."""
    refused: list[tuple[str, RejectedExportError]] = field(default_factory=list)
    """Why the files are no export together, and the file where it shows."""
    exports: list[Export] = field(default_factory=list)
    """The export; several if reading broke off and began again behind the file where it did."""
    side: dict[str, Any] = field(default_factory=dict)
    """The content of a side file among them."""
    named: list[str] = field(default_factory=list)
    """The files of which the export consists, if a side file says so."""

    def records(self, ended: Ended) -> Iterator[RawRecord]:
        """Every record, its `source` being the file, and the sheet or the file in it that it stands in.

        Raises:
            NotOneExportError: there is none among them, one is there twice, or is not named in the side file.
        """
        if len({path.resolve() for path in self.paths}) < len(self.paths):
            raise NotOneExportError("a file is given twice")
        exports = [path for path in self.paths if not self._is_side(path)]
        if not exports:
            raise NotOneExportError(
                f"{SIDE_FILE} only says what others are: give the files of the export, too"
            )
        self._name()
        if self.named and (others := [path.name for path in exports if path.name not in self.named]):
            raise NotOneExportError(f"{', '.join(others)}: not among the {FILES} of {SIDE_FILE}")
        return self._all(exports, ended)

    def _name(self) -> None:
        try:
            self.named = files_of(self.side)
        except RejectedExportError as error:
            self.unreadable.append((SIDE_FILE, error))

    def _is_side(self, path: Path) -> bool:
        """Whether a file only says what the others are."""
        if path.name != SIDE_FILE:
            return False
        with path.open("rb") as stream:
            if not is_side_file(Peekable(stream)):
                return False
            stream.seek(0)
            self.side = side_file(stream)
        return True

    def _all(self, paths: Sequence[Path], ended: Ended) -> Iterator[RawRecord]:
        side = dict(self.side)
        if len(paths) == 1 and not self.named:
            file = ExportFile(paths[0], partial(self._opened, side=side, whole=True), ended)
            yield from self._read(file, [file])
            return
        anzahl = side.pop("anzahl", None)  # counts all files together
        left = [ExportFile(path, partial(self._opened, side=side, whole=False), ended) for path in paths]
        while left:
            # Extract would stop at the first refusal; a person wants to know of the others, too.
            parts = [partial(OpenedPart, file, file.name, anzahl) for file in left]
            yield from self._read(Assembled(parts), left)
            left = [file for file in left if not file.is_begun]

    def _read(self, export: Export, files: Sequence[ExportFile]) -> Iterator[RawRecord]:
        self.exports.append(export)
        try:
            yield from export.records()
        except RejectedExportError as error:
            last = [file for file in files if file.is_begun][-1]
            incomplete = error.reason is RejectedExport.NO_TABLE and last.completion.missing
            (self.refused if last.is_read or incomplete else self.unreadable).append((last.name, error))

    @property
    def missing(self) -> list[str]:
        """The files that the side file names, and that are not there."""
        there = {path.name for path in self.paths}
        return [name for name in self.named if name not in there]

    def _opened(self, path: Path, stream: IO[bytes], side: Mapping[str, Any], *, whole: bool) -> Export:
        # What the bucket's key says of an export that does not say it of itself.
        said = {"connection": self.settings.connection, "scope": self.scope, "export_id": NO_ID, **side}
        origin = Origin(path.name, self.settings.now, said)
        told = _CountedStream(stream, self.advance)
        # Where there are several, the rows of one record may lie in several files.
        return open_export(told, origin, lambda _connection: self.feldmapping, whole=whole)


class _CountedStream:
    """A stream that tells how much of it has been read."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        self._stream = stream
        self._advance = advance

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        piece = self._stream.read(size)
        self._advance(len(piece))
        return piece
