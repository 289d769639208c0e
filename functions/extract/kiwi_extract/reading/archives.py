"""Unpacks gzip while reading, and ZIP from the disk. The unpacked size is bounded."""

import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import IO

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.streams import PIECE, Readable

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
MAX_UNPACKED = 2**30
"""The largest unpacked export in bytes: more than one invocation can read."""
MAX_FILES = 100
MAX_DIRECTORY = 2**20
"""The largest directory of a ZIP in bytes; it is held in memory."""
_EOCD = b"PK\x05\x06"
_EOCD_LENGTH = 22


class Budget:
    """The unpacked bytes that are still allowed, over all files of an export."""

    def __init__(self) -> None:
        self._left = MAX_UNPACKED

    def take(self, size: int) -> None:
        """Take bytes from the budget. Raises RejectedExportError if it is exceeded."""
        self._left -= size
        if self._left < 0:
            text = f"more than {MAX_UNPACKED // 2**20} MiB when unpacked"
            raise RejectedExportError(RejectedExport.TOO_LARGE, text)


class Gunzipped:
    """The content of a gzip, which may be several gzips in a row."""

    def __init__(self, stream: Readable, budget: Budget) -> None:
        self._stream = stream
        self._budget = budget
        self._unpacker = zlib.decompressobj(wbits=31)
        self._packed = b""
        self._begun = False

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end. Raises RejectedExportError for a damaged or cut-off gzip."""
        while True:
            if not self._packed:
                self._packed = self._stream.read(PIECE)
                if not self._packed:
                    if self._begun:
                        raise _broken("the gzip is cut off")
                    return b""
            if not self._begun:
                # Some writers fill up with NULs after the end.
                self._packed = self._packed.lstrip(b"\0")
                if not self._packed:
                    continue
            if out := self._unpacked(size):
                self._budget.take(len(out))
                return out

    def _unpacked(self, size: int) -> bytes:
        self._begun = True
        try:
            out = self._unpacker.decompress(self._packed, size)
        except zlib.error:
            raise _broken("the gzip is damaged") from None
        self._packed = self._unpacker.unconsumed_tail
        if self._unpacker.eof:
            self._packed = self._unpacker.unused_data
            self._unpacker, self._begun = zlib.decompressobj(wbits=31), False
        return out


@contextmanager
def on_disk(stream: Readable, budget: Budget) -> Iterator[IO[bytes]]:
    """The whole stream as a temporary file, for formats that need random access."""
    with tempfile.TemporaryFile() as file:
        while piece := stream.read(2**20):
            budget.take(len(piece))
            file.write(piece)
        file.seek(0)
        yield file


def opened_zip(file: IO[bytes]) -> zipfile.ZipFile:
    """The ZIP in a file. Raises RejectedExportError if it is damaged, or has too many files."""
    _check_directory(file)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise _broken("the ZIP is damaged or cut off") from None
    if len(archive.infolist()) > MAX_FILES:
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"a ZIP of more than {MAX_FILES} files")
    return archive


def _check_directory(file: IO[bytes]) -> None:
    end = file.seek(0, 2)
    file.seek(max(0, end - 2**16 - _EOCD_LENGTH))
    tail = file.read()
    at = tail.rfind(_EOCD)
    if at >= 0 and int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise RejectedExportError(RejectedExport.TOO_COMPLEX, f"a ZIP of more than {MAX_FILES} files")
    file.seek(0)


class Member:
    """One file of a ZIP, as a stream."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> None:
        self._open: Callable[[], AbstractContextManager[IO[bytes]]] = lambda: archive.open(member)
        self._stream: IO[bytes] | None = None
        self._budget = budget

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end. Raises RejectedExportError if it cannot be unpacked."""
        try:
            if self._stream is None:
                self._stream = self._open().__enter__()
            piece = self._stream.read(size)
        except RuntimeError:
            # Also NotImplementedError: a compression that nobody uses.
            raise _broken("the ZIP has a password, or is packed in an unusual way") from None
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError):
            raise _broken("the ZIP is damaged or cut off") from None
        self._budget.take(len(piece))
        return piece


def _broken(detail: str) -> RejectedExportError:
    return RejectedExportError(RejectedExport.PACKED_BROKEN, f"{detail}; pack and upload it again")
