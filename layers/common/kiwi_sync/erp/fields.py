"""Readers for single fields of an ERP export (source: docs of the format, `erp-export/1`).

Every refusal has a code of its own; no refusal repeats the value, which may be personal data.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from unicodedata import category

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

NUMBER_LENGTH = 64
TEXT_LENGTH = 1000
OPEN_ENDED_YEAR = 9999
_NOT_IN_TEXTS = re.compile(r"[\x00\ud800-\udfff]")
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters: control, format (zero-width blank, soft hyphen), ends of lines and paragraphs."""
_ISO_DATE = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", re.ASCII)
_GERMAN_DATE = re.compile(r"(?P<d>\d{2})\.(?P<m>\d{2})\.(?P<y>\d{4})", re.ASCII)
EARLIEST_YEAR = 1800


def _text(value: Any) -> str:
    """A text; a JSON integer is read as its decimal text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise PydanticCustomError("not_text", "must be a text")
    if _NOT_IN_TEXTS.search(value):
        raise PydanticCustomError("control_character", "must not contain NUL or half a character")
    return value


def _number(value: Any) -> str:
    """A text that serves as a number: on one line, without invisible characters."""
    number = _text(value).strip()
    # Nearly all texts are printable: only the others need a look at each character.
    if not number.isprintable() and any(category(char) in _UNSEEN for char in number):
        raise PydanticCustomError("control_character", "must not contain control or invisible characters")
    return number


def is_number(value: str) -> bool:
    """Whether a text can serve as a number of the ERP."""
    try:
        return 0 < len(_number(value)) <= NUMBER_LENGTH
    except PydanticCustomError:
        return False


def day_of(value: Any) -> date:
    """The day that a text names.

    Raises:
        PydanticCustomError: the text names no day.
    """
    text = _text(value).strip()
    parts = _ISO_DATE.fullmatch(text) or _GERMAN_DATE.fullmatch(text)
    try:
        day = date(int(parts["y"]), int(parts["m"]), int(parts["d"])) if parts else None
    except ValueError:
        day = None
    if day is None or day.year < EARLIEST_YEAR:
        raise PydanticCustomError("not_a_date", "must be a date, YYYY-MM-DD or DD.MM.YYYY, from 1800 on")
    return day


def _coordinate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("not_a_number", "must be a number")
    try:
        return float(value)
    except OverflowError:
        raise PydanticCustomError("out_of_range", "must be a coordinate") from None


def is_blank(value: Any) -> bool:
    """Whether a value is `null` or `""`: both mean the same as a missing key."""
    return value is None or (isinstance(value, str) and not value.strip())


# A validator runs before the constraints that stand behind it, so they check the stripped text.
Number = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NUMBER_LENGTH),
    BeforeValidator(_number),
]
"""A number of the ERP, kept as text: leading zeros count."""

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=TEXT_LENGTH), BeforeValidator(_text)
]
Day = Annotated[date, BeforeValidator(day_of)]
Latitude = Annotated[float, BeforeValidator(_coordinate), Field(ge=-90, le=90)]
Longitude = Annotated[float, BeforeValidator(_coordinate), Field(ge=-180, le=180)]
