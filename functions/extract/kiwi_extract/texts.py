"""Keeps endless texts from the parser, which would hold them in memory whole."""

import re
from typing import Protocol

MAX_TEXT = 2**20
"""Bytes of a text as it stands in the document: far more than any text of an export has."""
_ESCAPED = re.compile(rb"\\.", re.DOTALL)


class Readable(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


class EndlessTextError(ValueError):
    """A text goes on for more than a mebibyte."""


class CutTextError(ValueError):
    """The stream ends within a text."""


class Texts:
    """A stream that refuses endless texts, and a cut one, which the parser overlooks behind a document."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._cut = b""
        self._inside = False
        self._length = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes.

        Raises:
            EndlessTextError: a text that has begun goes on for too long.
            CutTextError: the end comes within one.
        """
        piece = self._stream.read(size)
        if not piece and size and self._inside:
            raise CutTextError
        bare = _ESCAPED.sub(b"..", self._cut + piece)
        # A backslash that is left over escapes the first byte of the next piece.
        self._cut = b"\\" if bare.endswith(b"\\") else b""
        bare = bare.removesuffix(b"\\")
        before, *between = bare.split(b'"')
        if self._inside and self._length + len(before) > MAX_TEXT:
            raise EndlessTextError
        self._length = len(between[-1]) if between else self._length + len(before)
        self._inside ^= len(between) % 2 == 1
        return piece
