"""Reads plain records, the vast majority, without the models, in a fifth of the time.

The result is the same as the models', or none: then the models are used. It is never more lenient.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

import orjson
from kiwi_sync.erp.fields import NUMBER_LENGTH, OPEN_ENDED_YEAR, TEXT_LENGTH, day_of
from kiwi_sync.erp.models import TENANTS
from kiwi_sync.keys import RowKind, escape
from pydantic_core import PydanticCustomError

Json = Mapping[str, Any]
Plain = tuple[str, str, str]
"""A plain record: its Mandant, its row's sort key, and its JSON as written by the models."""

_ADDRESS = ("strasse", "hausnummer", "plz", "ort", "bundesland", "land")
_UNIT = ("mandant", "wirtschaftseinheit", "nummer", "bezeichnung", *_ADDRESS)
_TENANT = ("mandant", "nummer", "vorname", "nachname", "firma", "email")
_OPEN_ENDED = str(OPEN_ENDED_YEAR)


def plain(kind: RowKind, value: Any) -> Plain | None:
    """The record, if it is plain: texts without outer blanks, known types, nothing to repair."""
    if type(value) is not dict:
        return None
    try:
        return _READERS[kind](value)
    except (KeyError, TypeError):
        # A required field is missing, or is no text.
        return None


def _unit(value: Json) -> Plain | None:
    record: dict[str, Any] | None = _texts(value, _UNIT)
    if record is None:
        return None
    house = record["wirtschaftseinheit"]
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        number = value.get(name)
        if type(number) is float and -limit <= number <= limit:
            record[name] = number
        elif number is not None and number != "":
            return None
    if len(house) > NUMBER_LENGTH:
        return None
    return _plain(record, f"{escape(house)}#{escape(record['nummer'])}")


def _tenant(value: Json) -> Plain | None:
    record = _texts(value, _TENANT)
    return None if record is None else _plain(record, escape(record["nummer"]))


def _lease(value: Json) -> Plain | None:
    mandant, nummer, unit, tenants = (
        value["mandant"],
        value["nummer"],
        value["verwaltungseinheit"],
        value["mieter"],
    )
    if type(unit) is not dict or type(tenants) is not list or not 0 < len(tenants) <= TENANTS:
        return None
    house, number = unit["wirtschaftseinheit"], unit["nummer"]
    numbers = [mandant, nummer, house, number, *tenants]
    if not all(numbers) or not _are_plain(numbers, NUMBER_LENGTH) or len(set(tenants)) < len(tenants):
        return None
    begin, end = _day(value["beginn"]), value.get("ende")
    if begin is None:
        return None
    home = {"wirtschaftseinheit": house, "nummer": number}
    record = {
        "mandant": mandant,
        "nummer": nummer,
        "verwaltungseinheit": home,
        "mieter": tenants,
        "beginn": begin,
    }
    if end is not None and end != "":
        end = _day(end)
        if end is None or end < begin:
            return None
        if not end.startswith(_OPEN_ENDED):
            record["ende"] = end
    return _plain(record, escape(nummer))


_READERS: Mapping[RowKind, Callable[[Json], Plain | None]] = {
    RowKind.VERWALTUNGSEINHEIT: _unit,
    RowKind.MIETER: _tenant,
    RowKind.MIETVERTRAG: _lease,
}


def _plain(record: Json, sk: str) -> Plain | None:
    mandant = record["mandant"]
    if len(mandant) > NUMBER_LENGTH or len(record["nummer"]) > NUMBER_LENGTH:
        return None
    return mandant, sk, orjson.dumps(record).decode()


def _texts(value: Json, names: tuple[str, ...]) -> dict[str, str] | None:
    """The texts of these fields, without missing ones; None if one of them is not plain."""
    record: dict[str, str] = {}
    for name in names:
        text = value.get(name)
        if text:
            record[name] = text
        elif text is not None and text != "":
            return None
    return record if _are_plain(record.values(), TEXT_LENGTH) else None


def _are_plain(texts: Collection[str], length: int) -> bool:
    """Whether all are short texts of visible characters with inner blanks only. One check for all."""
    joined = "|".join(texts)
    return (
        joined.isprintable()
        and (len(joined) <= length or max(map(len, texts)) <= length)
        and " |" not in joined
        and "| " not in joined
        and joined[:1] != " "
        and joined[-1:] != " "
    )


@lru_cache(maxsize=2**15)
def _day(text: str) -> str | None:
    """The day as the models write it. Cached: there are few different days."""
    if type(text) is not str:
        return None
    try:
        return day_of(text).isoformat()
    except PydanticCustomError:
        return None
