"""Coordinates that KIWI keeps: a row's memory of them, and their difference from the ERP's."""

from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.kiwi.models import Address, FoundObject, Kind, RentalUnit, Tenant, read_found
from kiwi_sync.rules.action import Action, Actual, Wish, judged, made, next_action, seen
from kiwi_sync.rules.hashes import former_hash_of, hash_of
from kiwi_sync.rules.kept_coordinates import agree, coordinates_of
from kiwi_sync.rules.reasons import Notice, Reason

ADDRESS = Address(
    street="Torstr. 1", postal_code="10119", city="Berlin", state="Berlin", country="DE", lat=52.5, lng=13.4
)
UNIT = RentalUnit(external_id="e", name="n", address=ADDRESS)
KEPT = Notice.COORDINATES_KEPT.value
latitudes = st.floats(min_value=-90, max_value=90)
longitudes = st.floats(min_value=-180, max_value=180)


def at(lat: float, lng: float) -> RentalUnit:
    return UNIT.model_copy(update={"address": ADDRESS.model_copy(update={"lat": lat, "lng": lng})})


def found(payload: RentalUnit) -> FoundObject:
    return FoundObject(kind=Kind.RENTAL_UNIT, id="u", payload=payload)


def rounded(number: float, how: str) -> float:
    return float(Decimal(repr(number)).quantize(Decimal("1e-10"), how))


@given(latitudes, longitudes, st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_what_kiwi_has_rounded_agrees(lat: float, lng: float, how: str) -> None:
    kept = coordinates_of(found(at(rounded(lat, how), rounded(lng, how))))
    assert kept is not None
    assert agree(kept, ADDRESS.model_copy(update={"lat": lat, "lng": lng}))


@given(latitudes, longitudes, st.sampled_from([2e-10, -2e-10, 1e-6, 1.0]))
def test_another_place_does_not_agree(lat: float, lng: float, off: float) -> None:
    address = ADDRESS.model_copy(update={"lat": lat, "lng": lng})
    for other in (at(lat + off, lng), at(lat, lng + off)):
        kept = coordinates_of(found(other))
        assert kept is not None
        assert not agree(kept, address)


@pytest.mark.parametrize("gap", ["lat", "lng"])
def test_an_address_without_coordinates_agrees_with_none(gap: str) -> None:
    address = {**ADDRESS.model_dump(), gap: None}
    kept = coordinates_of(read_found(Kind.RENTAL_UNIT, {**UNIT.model_dump(), "id": "u", "address": address}))
    assert kept is not None
    assert not agree(kept, ADDRESS)


def test_nothing_is_remembered_where_there_is_no_address() -> None:
    tenant = Tenant(external_id="e", email_address="a@b.de", first_name="", last_name="")
    assert coordinates_of(None) is None
    assert coordinates_of(found(UNIT.model_copy(update={"address": None}))) is None
    assert coordinates_of(FoundObject(kind=Kind.TENANT, id="t", payload=tenant)) is None


@given(latitudes, longitudes)
def test_coordinates_alone_are_never_sent(lat: float, lng: float) -> None:
    wish = Wish(payload=at(lat, lng))
    for actual in (made(wish, UNIT, "u", Actual(), frozenset()), seen(wish, found(UNIT), Actual())):
        assert next_action(wish, actual) is Action.NOTHING


@given(latitudes, longitudes)
def test_the_notice_stands_as_long_as_they_differ(lat: float, lng: float) -> None:
    wish = Wish(payload=at(lat, lng))
    for before in (Actual(), Actual(noticed=frozenset({KEPT, "other"}))):
        there = made(wish, at(lat, lng), "u", before, frozenset(), found(UNIT))
        differs = abs(lat - 52.5) >= 1e-10 or abs(lng - 13.4) >= 1e-10
        assert (KEPT in judged(wish, there).noticed) == differs
        assert judged(wish, there).noticed - {KEPT} == before.noticed - {KEPT}
        assert judged(wish, there) == judged(wish, judged(wish, there))
        assert KEPT not in judged(Wish(payload=UNIT), there).noticed


@pytest.mark.parametrize(
    ("wish", "actual"),
    [
        (Wish(reason=Reason.GONE), Actual("u", hash_of(UNIT), coordinates="1.0 2.0")),
        (Wish(payload=UNIT.model_copy(update={"address": None})), Actual("u", coordinates="1.0 2.0")),
        (Wish(payload=UNIT), Actual("u", "of another address", coordinates="1.0 2.0")),
        (Wish(payload=UNIT), Actual("u", hash_of(UNIT))),
        (Wish(payload=UNIT), Actual()),
    ],
)
def test_no_notice_where_nothing_can_be_said(wish: Wish, actual: Actual) -> None:
    assert judged(wish, replace(actual, noticed=frozenset({KEPT}))).noticed == frozenset()


def test_what_is_gone_from_kiwi_has_no_coordinates() -> None:
    actual = Actual("u", "h", doors="[]", noticed=frozenset({KEPT, "doors_removed"}), coordinates="1.0 2.0")
    assert actual.gone == Actual(doors="[]", noticed=frozenset({"doors_removed"}))


def test_a_hash_of_earlier_releases_counts() -> None:
    earlier = Actual("u", former_hash_of(UNIT))
    assert former_hash_of(UNIT) != hash_of(UNIT)
    assert next_action(Wish(payload=UNIT), earlier) is Action.NOTHING
    assert next_action(Wish(payload=UNIT.model_copy(update={"name": "m"})), earlier) is Action.UPDATE
