"""Coordinates in tables: with a decimal comma or point."""

import re

_COORDINATE = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,30})?", re.ASCII)


def coordinate(text: str) -> float | None:
    """The number; None if the text is no coordinate."""
    return float(text.replace(",", ".")) if _COORDINATE.fullmatch(text) else None
