"""Reads JSON piece by piece: the standard library's scanner decodes one value after the other.

Only the way between values is ours: commas, colons and the brackets around decoded values.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_PARTS = 20_000
"""The most parts of one value: far beyond any record and any list of Mandanten."""
MAX_TEXT = 2**20
"""The most characters of one value that is decoded as a whole."""

_MARGIN = 16
"""Longer than any token but a text: a fault this close to the end may vanish with the next characters."""
_BLANKS = re.compile(r"[ \t\n\r]*")
_COMMA = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")


class BrokenJsonError(ValueError):
    """The text is not JSON, or is cut off."""


class TooComplexError(ValueError):
    """The text is nested too deep, or one value is too large; the message says which."""


def _refuse_constant(name: str) -> NoReturn:
    raise BrokenJsonError(name)


# Neither is in the stubs. Both are C, and json.loads itself is built on them.
_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder(parse_constant=_refuse_constant))[
    "scan_once"
]
_scan_text: Callable[[str, int], tuple[str, int]] = vars(json.decoder)["scanstring"]


class JsonText:
    """A JSON text, seen through a window. Each method begins at the next value, and ends behind it."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._ended = False
        self._depth = 0

    def peek(self) -> str:
        """The next character that is not blank; none at the end."""
        while True:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]  # matches always
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._read_on()

    def value(self) -> Any:
        """The next value, as a whole."""
        if not self.peek():
            raise BrokenJsonError
        while True:
            try:
                value, end = _scan(self._text, self._at)
            except StopIteration as stop:
                self._read_on_after(stop.value)
            except json.JSONDecodeError as error:
                self._read_on_after(error.pos)
            except RecursionError:
                raise _too_deep() from None
            else:
                # A number at the very end may continue with a decimal point and an exponent.
                if self._ended or end + _MARGIN < len(self._text):
                    self._check(value, end)
                    self._at = end
                    return value
                self._read_on()

    def values(self) -> Iterator[Any]:
        """The elements of the list that begins here, one by one."""
        for _ in self._inside("[", "]"):
            yield self.value()
            while (comma := _COMMA.match(self._text, self._at)) and comma.end() < len(self._text):
                self._at = comma.end()
                yield self.value()

    def keys(self) -> Iterator[str]:
        """The keys of the object that begins here. The caller reads each value before the next key."""
        for _ in self._inside("{", "}"):
            if self.peek() != '"':
                raise BrokenJsonError
            key = str(self.value())
            self._take(":")
            yield key

    def skip(self) -> None:
        """Skip the next value, however large it is."""
        begins = self.peek()
        try:
            value, end = _scan(self._text, self._at)
        except RecursionError:
            raise _too_deep() from None
        except (StopIteration, json.JSONDecodeError):
            pass
        else:
            if end + _MARGIN < len(self._text):
                self._check_depth(value, end)
                self._at = end
                return
        if begins == "{":
            for _ in self.keys():
                self.skip()
        elif begins == "[":
            for _ in self._inside("[", "]"):
                self.skip()
        else:
            self.value()

    def _inside(self, opens: str, closes: str) -> Iterator[None]:
        """Stops before each member of the list or object that begins here."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep()
        self._take(opens)
        if self.peek() != closes:
            yield
            while self.peek() == ",":
                self._at += 1
                yield
        self._take(closes)
        self._depth -= 1

    def _take(self, char: str) -> None:
        if self.peek() != char:
            raise BrokenJsonError
        self._at += 1

    def _read_on_after(self, fault: int) -> None:
        """Read on, unless the fault remains whatever follows."""
        if self._ended or not (fault + _MARGIN >= len(self._text) or self._is_open_text(fault)):
            raise BrokenJsonError
        self._read_on()

    def _is_open_text(self, at: int) -> bool:
        """Whether a text begins here that does not end in the window."""
        if self._text[at] != '"':
            return False
        try:
            _scan_text(self._text, at + 1)
        except json.JSONDecodeError:
            return True
        return False

    def _read_on(self) -> None:
        """Drop the text already read, and double the window of the rest: no value is begun often."""
        left = len(self._text) - self._at
        if left > MAX_TEXT:
            raise TooComplexError("a value of more than a mebibyte")
        pieces, more = [self._text[self._at :]], 0
        while more <= left:
            piece = next(self._pieces, "")
            if not piece:
                self._ended = True
                break
            pieces.append(piece)
            more += len(piece)
        self._text, self._at = "".join(pieces), 0

    def _check(self, value: Any, end: int) -> None:
        length = end - self._at
        if length > MAX_PARTS:
            if length > MAX_TEXT:
                raise TooComplexError("a value of more than a mebibyte")
            if _parts(value) > MAX_PARTS:
                raise TooComplexError(f"a value of more than {MAX_PARTS} parts")
        self._check_depth(value, end)

    def _check_depth(self, value: Any, end: int) -> None:
        """Check the depth; counting brackets is cheap, and nearly always enough."""
        left = MAX_DEPTH - self._depth
        brackets = self._text.count("{", self._at, end) + self._text.count("[", self._at, end)
        if brackets > left and levels(value) > left:
            raise _too_deep()


def _too_deep() -> TooComplexError:
    return TooComplexError(f"nested deeper than {MAX_DEPTH} levels")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _parts(value: Any) -> int:
    """The number of values and keys in a value."""
    count, left = 0, [value]
    while left:
        one = left.pop()
        count += 2 if isinstance(one, dict) else 1
        left += _inner(one)
    return count


def levels(value: Any) -> int:
    """The depth of lists and objects in a value."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in _inner(one)]
    return depth
