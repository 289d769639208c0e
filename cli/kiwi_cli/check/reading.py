"""Reads the files of an export, as extract does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.inbox.parts import files_of
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export, Origin, RawRecord
from kiwi_extract.reading.open_export import FILES, SIDE_FILE, is_side_file, open_export, side_file
from kiwi_extract.reading.streams import Peekable
from kiwi_extract.reading.unite_rows import unite

from kiwi_cli.check.settings import CheckSettings

Advance = Callable[[int], None]
"""Is told how many bytes more have been read."""
Ended = Callable[[str, Export], None]
"""Is told of each file that could be read to its end."""
NO_ID = "check"
"""Stands for the id of an export that has none of its own."""


class NotOneExportError(Exception):
    """The files are not those of one export."""


@dataclass
class Files:
    """The files of one export. `unreadable`: why some of them could not be read, once all have been."""

    paths: Sequence[Path]
    settings: CheckSettings
    scope: str
    feldmapping: Feldmapping | None
    advance: Advance
    unreadable: list[tuple[str, RejectedExportError]] = field(default_factory=list)
    side: dict[str, Any] = field(default_factory=dict)
    """What a side file among them says."""
    named: list[str] = field(default_factory=list)
    """Of which files the export consists, if a side file says so."""

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
        return unite(self._all(exports, ended))

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

    def _all(self, exports: Sequence[Path], ended: Ended) -> Iterator[RawRecord]:
        for path in exports:
            try:
                with path.open("rb") as stream:
                    document = self._opened(path, stream)
                    for raw in document.records():
                        yield raw._replace(source=source_of(path.name, raw.source))
                    ended(path.name, document)
            except RejectedExportError as error:
                self.unreadable.append((path.name, error))

    def _opened(self, path: Path, stream: IO[bytes]) -> Export:
        # What the bucket's key says of an export that does not say it of itself.
        said = {"connection": self.settings.connection, "scope": self.scope, "export_id": NO_ID, **self.side}
        said.pop("anzahl", None)  # counts all files together
        origin = Origin(path.name, self.settings.now, said)
        told = _Told(stream, self.advance)
        # The rows of one record may lie in several files.
        return open_export(told, origin, lambda _connection: self.feldmapping, whole=False)


def source_of(file: str, within: str | None) -> str:
    """How a file, or what lies within it, is called in the report."""
    if not within:
        return file
    return within if within.startswith(file) else f"{file}: {within}"


class _Told:
    """A stream that tells how much of it has been read."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        self._stream = stream
        self._advance = advance

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        piece = self._stream.read(size)
        self._advance(len(piece))
        return piece
