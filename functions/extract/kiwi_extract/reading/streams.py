"""Streams of bytes with a look ahead, decoded piece by piece."""

import codecs
from collections.abc import Iterator
from typing import Protocol

PIECE = 2**16


class Readable(Protocol):
    """A stream to read piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


class Peekable:
    """A stream that shows its next bytes without reading them."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The next `size` bytes; fewer only at the end."""
        pieces, left = [self._ahead], size - len(self._ahead)
        while left > 0 and (piece := self._stream.read(max(left, PIECE))):
            pieces.append(piece)
            left -= len(piece)
        self._ahead = b"".join(pieces)
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        if not self._ahead:
            return self._stream.read(size)
        taken, self._ahead = self._ahead[:size], self._ahead[size:]
        return taken


_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def unicode_encoding(head: bytes) -> str | None:
    """The encoding shown by the first bytes: a byte order mark, or the NULs of UTF-16."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    even, odd = head[0:64:2], head[1:64:2]
    if odd and not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if even and not any(even) and all(odd[: len(even)]) else None


def decoded(stream: Readable, encoding: str) -> Iterator[str]:
    """The text, decoded strictly, in pieces that are never empty. Raises UnicodeDecodeError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := stream.read(PIECE):
        if text := decoder.decode(piece):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text
