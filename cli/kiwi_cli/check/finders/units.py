"""Units whose address KIWI would not get, or that lie elsewhere."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kiwi_sync.erp.models import Verwaltungseinheit
from kiwi_sync.rules.mapping import POSTAL_CODE_LENGTH, TEXT_LENGTH, street_of
from kiwi_sync.rules.reasons import Notice

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Flaw

_STATES = frozenset(
    [
        "baden wuerttemberg",
        "bayern",
        "berlin",
        "brandenburg",
        "bremen",
        "hamburg",
        "hessen",
        "mecklenburg vorpommern",
        "niedersachsen",
        "nordrhein westfalen",
        "rheinland pfalz",
        "saarland",
        "sachsen",
        "sachsen anhalt",
        "schleswig holstein",
        "thueringen",
        "bw",
        "by",
        "be",
        "bb",
        "hb",
        "hh",
        "he",
        "mv",
        "ni",
        "nw",
        "nrw",
        "rp",
        "sl",
        "sn",
        "st",
        "sh",
        "th",
        "bawue",
        "lsa",
        "mvp",
        "nds",
        "rlp",
        "freistaat bayern",
        "freistaat sachsen",
        "freistaat thueringen",
        "freie hansestadt bremen",
        "freie und hansestadt hamburg",
    ]
)
"""As `_is_state` spells them. KIWI takes any text, so this only catches slips."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_Box = tuple[float, float, float, float]
_GERMANY: _Box = (47.2, 55.1, 5.8, 15.1)
_EUROPE: _Box = (34.0, 72.0, -25.0, 45.0)
_NUMBER_AT_END = re.compile(r"\s(\d+\s?[a-zA-Z]?)(?:\s?[-/+]\s?\d+\s?[a-zA-Z]?)?$")


def unit_flaws(unit: Verwaltungseinheit, notice: Notice | None) -> Iterator[Flaw]:
    """The flaws of a unit. `notice`: the reason why KIWI would not take its address."""
    yield from _whole(unit, notice)
    yield from _place(unit)
    if unit.strasse:
        yield from _house(unit, unit.strasse)
    country = (unit.land or "DE").upper()
    is_german = country in {"DE", "D", "DEUTSCHLAND", "GERMANY"}
    if notice is Notice.ADDRESS_NOT_ACCEPTED and not re.fullmatch("[A-Z]{2}", country):
        yield Flaw(Defect.COUNTRY_ODD, "land", unit.land)
    if notice is Notice.ADDRESS_NOT_ACCEPTED:
        yield from _long(unit)
    if unit.plz and _is_odd(unit.plz, is_german=is_german):
        yield Flaw(Defect.PLZ_ODD, "plz", unit.plz)
    if is_german:
        yield from _german(unit)


def _whole(unit: Verwaltungseinheit, notice: Notice | None) -> Iterator[Flaw]:
    if notice is not Notice.ADDRESS_INCOMPLETE:
        if not (unit.strasse or unit.plz or unit.ort):
            yield Flaw(Defect.ADDRESS_NONE, "strasse")
        return
    for field in ("strasse", "plz", "ort"):
        if not getattr(unit, field):
            yield Flaw(Defect.ADDRESS_INCOMPLETE, field)
    if not unit.bundesland:
        yield Flaw(Defect.STATE_MISSING, "bundesland")
    if unit.latitude is None or unit.longitude is None:
        yield Flaw(Defect.COORDINATES_MISSING, "latitude" if unit.latitude is None else "longitude")


def _long(unit: Verwaltungseinheit) -> Iterator[Flaw]:
    texts = {"strasse": street_of(unit), "ort": unit.ort, "bundesland": unit.bundesland}
    for field, text in texts.items():
        if text and len(text) > TEXT_LENGTH:
            yield Flaw(Defect.ADDRESS_TOO_LONG, field, text)


def _place(unit: Verwaltungseinheit) -> Iterator[Flaw]:
    if unit.latitude is None or unit.longitude is None:
        return
    box = _GERMANY if (unit.land or "DE").upper() == "DE" else _EUROPE
    if unit.latitude == 0 and unit.longitude == 0:
        yield Flaw(Defect.COORDINATES_ZERO, "latitude", unit.latitude)
    elif _within(_GERMANY, unit.longitude, unit.latitude):
        yield Flaw(Defect.COORDINATES_SWAPPED, "latitude", unit.latitude)
    elif not _within(box, unit.latitude, unit.longitude):
        yield Flaw(Defect.COORDINATES_OUTSIDE, "latitude", unit.latitude)


def _within(box: _Box, latitude: float, longitude: float) -> bool:
    south, north, west, east = box
    return south <= latitude <= north and west <= longitude <= east


def _house(unit: Verwaltungseinheit, street: str) -> Iterator[Flaw]:
    at_end = _NUMBER_AT_END.search(street)
    if unit.hausnummer:
        number = unit.hausnummer.replace(" ", "").casefold()
        if at_end and at_end[0].replace(" ", "").casefold() == number:
            yield Flaw(Defect.HOUSE_NUMBER_TWICE, "hausnummer", unit.hausnummer)
    elif at_end:
        yield Flaw(Defect.HOUSE_NUMBER_IN_STREET, "strasse", street)
    elif not any(letter.isdigit() for letter in street):  # in Mannheim the streets are numbers
        yield Flaw(Defect.HOUSE_NUMBER_MISSING, "hausnummer")


def _is_odd(plz: str, *, is_german: bool) -> bool:
    return len(plz) > POSTAL_CODE_LENGTH or (is_german and not re.fullmatch(r"[0-9]{5}", plz))


@lru_cache(maxsize=4096)
def _is_state(name: str) -> bool:
    plain = re.sub(r"[\s-]+", " ", name.casefold().translate(_SPELT_OUT))
    return plain.removeprefix("de ").removeprefix("land ") in _STATES


def _german(unit: Verwaltungseinheit) -> Iterator[Flaw]:
    if unit.ort and re.search(r"\b[0-9]{5}\b", unit.ort):
        yield Flaw(Defect.PLZ_IN_ORT, "ort", unit.ort)
    if unit.bundesland and not _is_state(unit.bundesland):
        yield Flaw(Defect.STATE_ODD, "bundesland", unit.bundesland)
