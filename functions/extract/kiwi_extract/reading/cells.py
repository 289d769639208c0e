"""The cells of a workbook as a person sees them."""

import re
from datetime import date, datetime, time
from typing import Any

from kiwi_extract.feldmapping.faults import BadCell

EXCEL_ERROR = "excel_error"
NUMBER_UNCLEAR = "number_unclear"
_EXACT = 10**15
"""From here on Excel has lost digits of a number."""
_UNSEEN = re.compile(r"\[\$-[^\]]*\]|\[[A-Za-z]+ ?\d*\]|[_*].")
"""In a format: language, colour, gaps."""
_BLANKS = re.compile(r"^(?:\\? )+|(?:\\? )+$")
_PLAIN = re.compile(r"General|@|(?:[#?, ]|\\ )*0?(?:\.[0#?]+)?", re.IGNORECASE)
"""Formats that put no zero in front of a number, and nothing else."""

Cell = str | BadCell


def shown(cell: Any) -> Cell:
    """What a person sees in a cell. Of a formula: its last result, nothing if none was saved."""
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
    # Zeros among other signs: which number a person sees there is more than can be told.
    return text.zfill(len(form)) if set(form) == {"0"} and value >= 0 else BadCell(NUMBER_UNCLEAR)


def _form(number_format: str) -> str:
    """The format for positive numbers, without what cannot be seen of it."""
    return _BLANKS.sub("", _UNSEEN.sub("", number_format.partition(";")[0]))
