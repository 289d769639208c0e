"""Halves of characters: the parser would make a question mark of one, and of a number another number."""

import re

from kiwi_extract.texts import Readable

_ESCAPES = re.compile(
    rb"""
    \\ (?: \\                                                           # a backslash: no escape follows
         | u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}    # both halves
         | (?P<cut> (?: u [0-9a-fA-F]{0,3} )? \Z                        # perhaps the rest comes
                  | u[dD][89abAB][0-9a-fA-F]{2} (?: \\ (?: u [0-9a-fA-F]{0,3} )? )? \Z )
         | (?P<half> u[dD][89a-fA-F][0-9a-fA-F]{2} ) )
    """,
    re.VERBOSE,
)
_NUL = rb"\u0000"
"""Takes as many bytes, and makes a text as invalid as half a character does."""


class Halves:
    """A stream in which NUL stands for every escaped half of a character."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._cut = b""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes and a few; none at the end."""
        while piece := self._stream.read(size):
            data, self._cut = self._cut + piece, b""
            if whole := _ESCAPES.sub(self._mended, data):
                return whole
        rest, self._cut = self._cut, b""
        return rest

    def _mended(self, escape: re.Match[bytes]) -> bytes:
        if escape["cut"] is not None:
            self._cut = escape[0]
            return b""
        return _NUL if escape["half"] is not None else escape[0]
