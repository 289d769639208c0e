"""Date formats as an ERP person writes them: `DD.MM.YYYY`, `YYYYMMDD`, `excel`, `iso`."""

import re
from collections.abc import Callable
from datetime import date, timedelta

EXCEL = "excel"
ISO = "iso"
ALLOWED = "allowed are YYYY, YY, MM, M, DD, D, hh, mm, ss, with signs between; or excel; or iso"
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "hh": r"(?P<hh>\d{1,2})",
    "mm": r"(?P<mm>\d{2})",
    "ss": r"(?P<ss>\d{2})",
}
_TIME = {"hh", "mm", "ss"}
_SPLIT = re.compile(r"YYYY|YY|MM|M|DD|D|hh|mm|ss|.", re.DOTALL)
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](.*))?", re.ASCII | re.DOTALL)
_MIDNIGHT = re.compile(r"[0:.,]*")
_ZONED = re.compile(r"([\d:.,]+) *(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)(?: *\[.*\])?", re.ASCII | re.IGNORECASE)
_SERIAL = re.compile(r"(\d{1,7})(?:[.,]\d{1,20})?", re.ASCII)
# Excel counts a day that never was, 29 February 1900: from 60 on, its day 0 is therefore this one.
_EXCEL_DAY_0 = date(1899, 12, 30)
_LAST_SERIAL = 2_958_465

ReadDate = Callable[[str], str | None]
"""The day as `YYYY-MM-DD`; None if the text is no such date."""


class DateFormatError(ValueError):
    """A date format that cannot be used; the text says why."""


def date_reader(form: str) -> ReadDate:
    """A reader of dates in this format; also of texts like `2024-01-31`, which have only one meaning.

    Raises:
        DateFormatError: the format does not exist.
    """
    if form == ISO:
        return _iso
    if form == EXCEL:
        return lambda text: _excel(text) or _iso(text)
    expression = _expression(form)

    def read(text: str) -> str | None:
        match = expression.fullmatch(text)
        return _day(match) if match else _iso(text)

    return read


def _expression(form: str) -> re.Pattern[str]:
    parts, groups = list[str](), list[str]()
    for token in _SPLIT.findall(form):
        piece = _TOKENS.get(token)
        if piece is None:
            if token.isalnum():
                raise DateFormatError(f"not a date format; {ALLOWED}")
            piece = re.escape(token)
        parts.append(piece)
        groups += re.findall(r"\?P<(\w+)>", piece)
    day = sorted(set(groups) - _TIME)
    if len(set(groups)) < len(groups) or day not in (["day", "month", "year"], ["day", "month", "short"]):
        # Several of one width with nothing between them could take forever.
        raise DateFormatError(
            f"a date format has day, month and year, once each, and nothing twice; {ALLOWED}"
        )
    return re.compile("".join(parts), re.ASCII)


def _day(match: re.Match[str]) -> str | None:
    found = match.groupdict()
    year = int(found["year"]) if "year" in found else _full_year(int(found["short"]))
    try:
        return date(year, int(found["month"]), int(found["day"])).isoformat()
    except ValueError:
        return None


def _full_year(short: int) -> int:
    """The full year by POSIX: 69 to 99 are in the 20th century, the rest in the 21st."""
    return short + (1900 if short >= 69 else 2000)


def _iso(text: str) -> str | None:
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    zoned = _ZONED.fullmatch(match[2] or "")
    # 2024-01-30T23:00:00Z is 31 January in Berlin: the intended day is not for us to guess.
    return match[1] if zoned is None or _MIDNIGHT.fullmatch(zoned[1]) else None


def _excel(text: str) -> str | None:
    match = _SERIAL.fullmatch(text)
    serial = int(match[1]) if match else 0
    return (_EXCEL_DAY_0 + timedelta(serial)).isoformat() if 60 < serial <= _LAST_SERIAL else None
