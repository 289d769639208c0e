"""The cells of a workbook as a person sees them."""

import re
from datetime import date, datetime, time
from typing import Any

from kiwi_extract.feldmapping.faults import BadCell

EXCEL_ERROR = "excel_error"
NUMBER_UNCLEAR = "number_unclear"
_EXACT = 10**15
"""The first number at which Excel has lost digits."""
_UNSEEN = re.compile(r"\[\$-[^\]]*\]|\[[A-Za-z]+ ?\d*\]|[_*].")
"""Invisible parts of a format: language, colour, gaps."""
_BLANKS = re.compile(r"^(?:\\? )+|(?:\\? )+$")
_PLAIN = re.compile(r"General|@|(?:[#?, ]|\\ )*0?(?:\.[0#?]+)?", re.IGNORECASE)
"""Formats of plain digits, without leading zeros."""

Cell = str | BadCell


def shown(cell: Any) -> Cell:
    """The text that a person sees in a cell. A formula shows its last saved result, else nothing."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        return BadCell(EXCEL_ERROR)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "WAHR" if value else "FALSCH"
    if isinstance(value, int | float):
        return _number(value, cell)
    return _moment(value)


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, cell: Any) -> Cell:
    """A number with the leading zeros that its format shows."""
    if abs(value) >= _EXACT:
        return BadCell(NUMBER_UNCLEAR)
    if value != int(value):
        return str(value)
    form, text = _form(str(cell.number_format)), str(int(value))
    if _PLAIN.fullmatch(form):
        return text
    # Zeros among other characters: the number that a person sees cannot be told.
    return text.zfill(len(form)) if set(form) == {"0"} and value >= 0 else BadCell(NUMBER_UNCLEAR)


def _form(number_format: str) -> str:
    """The format for positive numbers, without its invisible parts."""
    return _BLANKS.sub("", _UNSEEN.sub("", number_format.partition(";")[0]))
