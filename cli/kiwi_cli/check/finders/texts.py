"""Texts that have suffered on their way: lost umlauts, wrong encodings, changes by Excel."""

import re
from collections.abc import Iterator

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Flaw

NUMBER_FIELDS = frozenset({"mandant", "nummer", "wirtschaftseinheit", "plz", "hausnummer"})
_NAMES = frozenset({"vorname", "nachname", "strasse", "ort", "bundesland", "firma"})

# Nearly all texts have none of these, and are done with at once.
_SUSPICIOUS = re.compile(
    "[\x00-\x1f\x7f-\xa0?#&@\"'\\-+„”Ÿš™á§ÃÂâ\u00ad\u2000-\u200f\u2060\ufeff\ufffd]|  |[.,]0$|\\d[.]\\s?[A-Z]"
)
_LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_LOST = re.compile(rf"[{_LETTER}]\?[{_LETTER}]|(?:^|[\s-])\?[a-zäöüß]|\ufffd")
_LOST_IN_EMAIL = re.compile(r"[?\ufffd][^@]*@")
_LOST_AT_END = re.compile(r"[a-zäöü]\?(?=\s|-|$)")
# The last two lines: of DOS and Mac, where ” is ö, „ is ä and á or § is ß, but not behind a word in “quotes”.
_MOJIBAKE = re.compile(
    "[ÃÂ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|[\x80-\x9f]"
    rf"|[{_LETTER}][„”Ÿ][a-zäöü]|[{_LETTER}]„(?=\s|-|$)|^[^\"„“”]*[{_LETTER}]”(?=\s|-|$)"
    r"|^[„š][a-zäöü]+$|(?:^|[\s-])™[a-zäöü]|[Ss]tra[á§]e"
)
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,5}|#x[0-9A-Fa-f]{2,4});")
_ODD_BLANK = re.compile("[\x00-\x1f\x7f\u00a0\u00ad\u2000-\u200f\u2028\u2029\u2060\ufeff]|  ")
_EXCEL_ERROR = re.compile(r"#(?:NV|N/A|REF!|BEZUG!|WERT!|VALUE!|NAME\?|DIV/0!|NULL!|ZAHL!|NUM!)|#{3,}")
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE)
_POINT_ZERO = re.compile(r"\d+[.,]0")
_POINTED = frozenset({"nummer", "wirtschaftseinheit"})
"""Fields whose values may have points: only all of them together tell what 1.0 is (see numbers)."""
_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.[^\s@.]{2,}")
_EXCEL_DATE = re.compile(
    r"\d{1,2}\.\s?(?:Jan|Feb|Mrz|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\.?(?:\s?\d{2,4})?"
    r"|\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|\d{4}-\d{2}-\d{2} 00:00:00"
)
# Written just so: there are people called Null, Na, Ka and Leer.
_NULLS = frozenset(
    {
        "NULL",
        "null",
        "(null)",
        "None",
        "nan",
        "NaN",
        "N/A",
        "n/a",
        "n.a.",
        "k.A.",
        "k.a.",
        "k. A.",
        "-",
        "--",
        ".",
    }
    | {"(leer)", "(Leer)", "undefined", "keine", "kein", "keine Angabe", "ohne Angabe"}
)
_HEADINGS = frozenset(
    [
        "mandant",
        "nummer",
        "nr",
        "nr.",
        "mieternr",
        "mieternummer",
        "mandantennummer",
        "vertragsnummer",
        "vertragsnr",
        "wirtschaftseinheit",
        "we",
        "einheit",
        "einheitsnummer",
    ]
)
_SUMS = frozenset({"summe", "gesamt", "gesamtsumme", "total", "summen", "endsumme", "anzahl"})


def text_flaws(field: str, value: str) -> Iterator[Flaw]:
    """The flaws of a text. `field`: the name of the field that it stands in, without its path."""
    stripped = value.strip()
    if is_null(stripped):
        yield Flaw(Defect.NULL_AS_TEXT, field, value)
    elif _SUSPICIOUS.search(stripped):
        yield from (Flaw(defect, field, value) for defect in _suffered(field, stripped))


def is_null(value: str) -> bool:
    """Whether a text stands for an empty field."""
    return value in _NULLS


def misplaced(values: dict[str, object]) -> Defect | None:
    """Whether a record is no record but a heading or a line of totals."""
    keys = {str(values.get(name) or "").strip().casefold() for name in ("mandant", "nummer")}
    if keys <= _HEADINGS:
        return Defect.HEADING_AS_RECORD
    return Defect.SUMMARY_AS_RECORD if keys & _SUMS else None


def _suffered(field: str, value: str) -> Iterator[Defect]:
    is_number = field in NUMBER_FIELDS
    if _EXCEL_ERROR.fullmatch(value) or (is_number and _excel_number(field, value)):
        yield Defect.EXCEL_ARTEFACT
    if is_number and _EXCEL_DATE.fullmatch(value):
        yield Defect.EXCEL_DATE
    if _has_lost(field, value):
        yield Defect.LOST_UMLAUT
    if _MOJIBAKE.search(value):
        yield Defect.MOJIBAKE
    if _ENTITY.search(value):
        yield Defect.HTML_ENTITY
    if _ODD_BLANK.search(value):
        yield Defect.ODD_WHITESPACE
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        yield Defect.QUOTES_AROUND
    if field != "email" and _EMAIL.search(value):
        yield Defect.EMAIL_ELSEWHERE


def _has_lost(field: str, value: str) -> bool:
    if field == "email":
        return _LOST_IN_EMAIL.search(value) is not None
    return bool(_LOST.search(value) or (field in _NAMES and _LOST_AT_END.search(value)))


def _excel_number(field: str, value: str) -> bool:
    return bool(_EXPONENT.fullmatch(value)) or (field not in _POINTED and is_point_zero(value))


def is_point_zero(value: str) -> bool:
    """Whether a value is what Excel makes of a whole number."""
    return _POINT_ZERO.fullmatch(value) is not None
