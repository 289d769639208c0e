"""Keeps numbers of thousands of digits from the parser: Python does not take them, and ijson crashes."""

from kiwi_extract.texts import Readable

_BLOCK = 1024
"""Python takes 4,300 digits. More than that, cut in two by a piece's end, fill a block in one of the two."""


class TooManyDigitsError(ValueError):
    """A number (or a text) goes on for more than a thousand digits."""


class Digits:
    """A stream that refuses endless digits."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only at the end.

        Raises:
            TooManyDigitsError: too many digits among them.
        """
        pieces, left = [], size
        while left > 0 and (piece := self._stream.read(left)):
            pieces.append(piece)
            left -= len(piece)
        data = b"".join(pieces)
        if any(data[start : start + _BLOCK].isdigit() for start in range(0, len(data) - _BLOCK + 1, _BLOCK)):
            raise TooManyDigitsError
        return data
