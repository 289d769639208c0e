"""Patterns that split a text: `{wirtschaftseinheit}-{nummer}`, matched in one pass, never backwards.

A regular expression can take forever on a text written by somebody else. Here each piece ends at the first
occurrence of the next literal, so the time is that of reading the text.
"""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")
_NAME = re.compile(r"[^\W\d]\w{0,39}")
_KINDS = "{name}, {name:digits}, {name:4} (so many characters) or {name:long} (as much as possible)"


class PatternError(ValueError):
    """A pattern that cannot be used; the text says why."""


@dataclass(frozen=True)
class _Piece:
    """A named piece: `digits`, a fixed `length`, or (both unset) everything before the next literal."""

    name: str
    length: int = 0
    digits: bool = False
    longest: bool = False

    @property
    def ends_itself(self) -> bool:
        return self.digits or self.length > 0


class Pattern:
    """Named pieces with literals between them."""

    def __init__(self, text: str) -> None:
        """Raises PatternError if the text is no pattern."""
        self._parts = _parse(text)
        self.names = [part.name for part in self._parts if isinstance(part, _Piece)]
        if not self.names:
            raise PatternError(f"has no piece; a piece is {_KINDS}")
        if len(set(self.names)) < len(self.names):
            raise PatternError("two pieces have the same name")
        for part, following in zip(self._parts, self._parts[1:], strict=False):
            if isinstance(part, _Piece) and isinstance(following, _Piece) and not part.ends_itself:
                raise PatternError(f"nothing says where {{{part.name}}} ends; put a literal after it")

    def take(self, text: str, name: str) -> str | None:
        """The piece of this name; None if the text does not fit the pattern."""
        found: str | None = None
        at = 0
        for number, part in enumerate(self._parts):
            if isinstance(part, str):
                if not text.startswith(part, at):
                    return None
                at += len(part)
                continue
            end = self._end(text, at, number, part)
            if end is None:
                return None
            if part.name == name:
                found = text[at:end]
            at = end
        return found if at == len(text) else None

    def _end(self, text: str, at: int, number: int, piece: _Piece) -> int | None:
        if piece.length:
            return at + piece.length if at + piece.length <= len(text) else None
        if piece.digits:
            end = at
            while end < len(text) and "0" <= text[end] <= "9":
                end += 1
            return end if end > at else None
        if number + 1 == len(self._parts):
            return len(text)
        literal = str(self._parts[number + 1])
        end = text.rfind(literal, at) if piece.longest else text.find(literal, at)
        return end if end >= 0 else None


def _parse(text: str) -> "list[str | _Piece]":
    parts: list[str | _Piece] = []
    for token in _TOKEN.finditer(text):
        if token[0] in {"{{", "}}"} or token[0][0] not in "{}":
            literal = token[0][0] if token[0] in {"{{", "}}"} else token[0]
            if parts and isinstance(parts[-1], str):
                literal = str(parts.pop()) + literal
            parts.append(literal)
        elif token[1] is None:
            raise PatternError("a brace stands alone; a brace that is meant is written {{ or }}")
        else:
            parts.append(_piece(token[1]))
    return parts


def _piece(text: str) -> _Piece:
    name, _, kind = text.partition(":")
    if not _NAME.fullmatch(name):
        raise PatternError(f"a piece is {_KINDS}")
    if kind.isascii() and kind.isdigit() and 0 < int(kind[:5]) <= 1000:
        return _Piece(name, length=int(kind[:5]))
    if kind not in {"", "digits", "long"} or text.endswith(":"):
        raise PatternError(f"a piece is {_KINDS}")
    return _Piece(name, digits=kind == "digits", longest=kind == "long")
