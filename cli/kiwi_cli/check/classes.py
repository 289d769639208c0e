"""The class of a value: enough to find the mistake by, and nothing of the value itself."""

import re
from datetime import date
from typing import Any

from kiwi_cli.check.counted import counted
from kiwi_cli.pages import Text

_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(.*)", re.ASCII | re.DOTALL)
_DECIMAL = re.compile(r"[+-]?\d*(?P<point>[.,])\d+", re.ASCII)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2060\ufeff]")


def value_class(field: str, value: Any) -> Text:
    """The class of a field's value, in words."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return Text("leer", "empty")
    if isinstance(value, str):
        return _text(field, value.strip())
    if isinstance(value, list):
        return _of("Liste mit", "list of", len(value), Text("Eintrag", "entry"), Text("Einträgen", "entries"))
    if isinstance(value, dict):
        return _of("Objekt mit", "object of", len(value), Text("Feld", "field"), Text("Feldern", "fields"))
    return _number(value)


def _of(de: str, en: str, count: int, one: Text, more: Text) -> Text:
    """Something with a number of parts."""
    parts = counted(count, one, more)
    return Text(f"{de} {parts.de}", f"{en} {parts.en}")


def _number(value: Any) -> Text:
    if isinstance(value, bool):
        return Text("wahr oder falsch", "true or false")
    if isinstance(value, int):
        return _digits(str(abs(value)), Text("ganze Zahl", "integer"))
    return Text("Zahl mit Nachkommastellen", "number with decimals")


def _text(field: str, value: str) -> Text:
    if field == "email":
        return _with(_length(value), _email(value))
    if field in {"beginn", "ende"}:
        return _date(value) or _with(_length(value), Text("kein Datum", "no date"))
    if value.isdecimal() and value.isascii():
        return _digits(value, Text("Text", "text"))
    if match := _DECIMAL.fullmatch(value):
        comma = match["point"] == ","
        return Text(
            "Dezimalzahl mit Komma, als Text" if comma else "Dezimalzahl als Text",
            "number with a decimal comma, as a text" if comma else "number with decimals, as a text",
        )
    return _date(value) or _with(_length(value), _trait(value))


def _length(value: str) -> Text:
    one, more = Text("Zeichen", "character"), Text("Zeichen", "characters")
    return _of("Text aus", "text of", len(value), one, more)


def _digits(digits: str, what: Text) -> Text:
    zeros = digits.startswith("0") and len(digits) > 1
    one, more = Text("Ziffer", "digit"), Text("Ziffern", "digits")
    length = _of(f"{what.de} aus", f"{what.en} of", len(digits), one, more)
    return _with(length, Text("mit führender Null", "with a leading zero") if zeros else None)


def _with(one: Text, other: Text | None) -> Text:
    return Text(f"{one.de}, {other.de}", f"{one.en}, {other.en}") if other else one


def _trait(value: str) -> Text | None:
    """The striking trait of a text, if it has one."""
    if _INVISIBLE.search(value):
        return Text("mit unsichtbaren Zeichen", "with invisible characters")
    if "?" in value or "\ufffd" in value:
        return Text("mit Fragezeichen", "with question marks")
    if "@" in value:
        return Text("mit @", "with @")
    if any(letter.isdigit() for letter in value):
        return Text("mit Ziffern", "with digits")
    return None


def _date(value: str) -> Text | None:
    """A text that looks like a date; None if it does not."""
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    one, glue, month, last, rest = match.groups()
    year, day = (last, one) if glue == "." else (one, last)
    like = Text("wie ein Datum", "like a date")
    if not 1 <= int(month) <= 12:
        return _with(like, Text(f"Monat {int(month)}", f"month {int(month)}"))
    if rest:
        return _with(like, Text("mit Uhrzeit oder Anhang", "with a time or an appendix"))
    if (len(year), len(month), len(day)) != (4, 2, 2):
        return _with(like, Text("nicht JJJJ-MM-TT oder TT.MM.JJJJ", "not YYYY-MM-DD or DD.MM.YYYY"))
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return _with(like, Text(f"Tag {int(day)} gibt es nicht", f"day {int(day)} does not exist"))
    known = Text("", "") if glue != "/" else Text(", mit Schrägstrichen", ", with slashes")
    return Text(f"Datum im Jahr {year}{known.de}", f"date in the year {year}{known.en}")


def _email(value: str) -> Text | None:
    """The striking trait of an e-mail address, if it has one."""
    local, _, domain = value.rpartition("@")
    found = {
        Text("@ fehlt", "@ missing"): "@" not in value,
        Text("mehrere @", "several @"): value.count("@") > 1,
        Text("mit Leerzeichen", "with a blank"): any(letter.isspace() for letter in value),
        Text("nichts vor dem @", "nothing before the @"): not local,
        Text("Domain ohne Punkt", "domain without a dot"): "." not in domain,
        Text("Punkt am Rand oder doppelt", "a dot at an end or twice"): bool(
            re.search(r"^\.|\.$|\.\.|\.@|@\.", value)
        ),
        Text("mit Umlaut oder Sonderzeichen", "with an umlaut or a special character"): not value.isascii(),
        Text("reservierte Domain", "a reserved domain"): bool(
            re.search(r"\.(test|invalid|localhost|local|example)$", domain, re.IGNORECASE)
        ),
    }
    return next((text for text, is_so in found.items() if is_so), None)
