"""One file of an export, for extract's reading of the whole."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from kiwi_extract.reading.export import Completion, Export, RawRecord
from kiwi_sync.erp.envelope import SECTIONS

Ended = Callable[[str, Export], None]
"""Is told of each file that could be read to its end."""
Opening = Callable[[Path, IO[bytes]], Export]


class ExportFile:
    """An export in a file that is open only while it is read; its records name the file as their source."""

    def __init__(self, path: Path, opening: Opening, ended: Ended) -> None:
        self.name = path.name.encode("utf-8", "replace").decode()
        self.is_read = False
        """Whether it could be read to its end."""
        self._path = path
        self._opening = opening
        self._ended = ended
        self._export: Export | None = None

    @property
    def is_begun(self) -> bool:
        """Whether somebody has begun to read it."""
        return self._export is not None

    def records(self) -> Iterator[RawRecord]:
        """Every record in order. Raises RejectedExportError."""
        with self._path.open("rb") as stream:
            self._export = self._opening(self._path, stream)
            for raw in self._export.records():
                yield raw._replace(source=source_of(self.name, raw.source))
        self._ended(self.name, self._export)
        self.is_read = True

    @property
    def envelope(self) -> dict[str, Any]:
        """The envelope, or what stands in for it."""
        return self._export.envelope if self._export else {}

    @property
    def counts(self) -> dict[str, int]:
        """Records of each section."""
        return self._export.counts if self._export else dict.fromkeys(SECTIONS, 0)

    @property
    def spoken(self) -> frozenset[tuple[str, str]] | None:
        """The (Mandant, section) that a full export speaks of; None: of all in its Mandanten."""
        return self._export.spoken if self._export else frozenset()

    @property
    def mapping(self) -> str | None:
        """The version of the Feldmapping that it is read with."""
        return self._export.mapping if self._export else None

    @property
    def unused(self) -> Sequence[str]:
        """Files, sheets and lists that nothing was read from."""
        return self._export.unused if self._export else ()

    @property
    def completion(self) -> Completion:
        """Which tables that complete others are wanted, and which are there."""
        return self._export.completion if self._export else Completion()


def source_of(file: str, within: str | None) -> str:
    """How a file, or what lies within it, is called in the report."""
    if not within:
        return file
    return within if within.startswith(file) else f"{file}: {within}"
