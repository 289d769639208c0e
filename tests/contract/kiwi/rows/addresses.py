"""Addresses: dropped, refused, broken by, kept once for all, and raced for."""

from typing import Any

from tests.contract.kiwi.client import Kiwi, error, fields
from tests.contract.kiwi.objects import ADDRESS, ADDRESS_TEXTS, UNIT, Body, another, without
from tests.contract.kiwi.table import assumes, states

COORDINATES = ("lat", "lng")
BROKEN = (500, "UNEXPECTED_ERROR")
REFUSED = (400, "ADDRESS_INVALID_ERROR")


def at(key: str, address: Any) -> Body:
    """A unit at this address."""
    return another("rental_units", key, address=address)


@states("`address` = `street`, `postal_code`, `city`, `state`, `country`, `lat`, `lng`.")
def a_whole_address(kiwi: Kiwi) -> None:
    assert kiwi.unit()["address"] == ADDRESS
    assert kiwi.ok("POST", "rental_units", at("u2", ADDRESS | {"planet": "Earth"}))["address"] == ADDRESS
    assert kiwi.ok("GET", "rental_units/u2")["address"] == ADDRESS


@states("`postal_code` (at most 10): a longer one is 400 `ADDRESS_INVALID_ERROR`.")
def length_of_the_postal_code(kiwi: Kiwi) -> None:
    kiwi.ok("POST", "rental_units", at("u1", ADDRESS | {"postal_code": "1" * 10}))
    assert kiwi.refused("POST", "rental_units", at("u2", ADDRESS | {"postal_code": "1" * 11})) == REFUSED


@states("`street`, `city` and `state` (each at most 255): longer texts are 400 `ADDRESS_INVALID_ERROR`.")
def length_of_the_other_texts(kiwi: Kiwi) -> None:
    for field in ("street", "city", "state"):
        kiwi.ok("POST", "rental_units", at(field, ADDRESS | {field: "ü" * 255}))
        assert kiwi.refused("POST", "rental_units", at("long", ADDRESS | {field: "x" * 256})) == REFUSED


@states("`country` (at most 2): one letter is taken, three are 400 `ADDRESS_INVALID_ERROR`.")
def length_of_the_country(kiwi: Kiwi) -> None:
    assert kiwi.ok("POST", "rental_units", at("u1", ADDRESS | {"country": "D"}))["address"]["country"] == "D"
    assert kiwi.refused("POST", "rental_units", at("u2", ADDRESS | {"country": "DEU"})) == REFUSED


@states("A missing street, postal_code, city, state or country: the address is **dropped silently**, 200.")
def a_missing_text(kiwi: Kiwi) -> None:
    for field in ADDRESS_TEXTS:
        for missing in ((field,), (field, *COORDINATES)):
            key = "-".join(missing).replace("_", "-")
            answer = kiwi.ok("POST", "rental_units", at(key, without(ADDRESS, *missing)))
            assert answer["address"] is None


@states('An empty street, postal_code, city, state or country: 200, `"address": null`.')
def an_empty_text(kiwi: Kiwi) -> None:
    kiwi.unit()
    for field in ADDRESS_TEXTS:
        address = ADDRESS | {field: ""}
        key = f"empty-{field.replace('_', '-')}"
        assert kiwi.ok("POST", "rental_units", at(key, address))["address"] is None
        kiwi.ok("PUT", "rental_units/u1", UNIT)
        assert kiwi.ok("PUT", "rental_units/u1", UNIT | {"address": address})["address"] is None


@states("`null` in a text or a coordinate: 422.")
def null_in_an_address(kiwi: Kiwi) -> None:
    kiwi.ok("POST", "rental_units", at("known", ADDRESS))
    for field in ADDRESS:
        answer = kiwi("POST", "rental_units", UNIT | {"address": ADDRESS | {field: None}})
        assert fields(answer) == [(f"/address/{field}", "body")]
        answer = kiwi("PUT", "rental_units/known", UNIT | {"address": ADDRESS | {field: None}})
        assert fields(answer) == [(f"/address/{field}", "body")]
    incomplete = without(ADDRESS, "street") | {"lat": None}
    assert fields(kiwi("POST", "rental_units", at("u2", incomplete))) == [("/address/lat", "body")]


@assumes("An address of another type: 422.")
def an_address_of_another_type(kiwi: Kiwi) -> None:
    wrong: tuple[Any, ...] = ("Müllerstraße 1", [], 1, ADDRESS | {"lat": "north"}, ADDRESS | {"city": 1})
    for address in wrong:
        assert kiwi.refused("POST", "rental_units", at("u1", address)) == (422, "VALIDATION_ERROR")


@states("`lat` or `lng` missing: 500 if the address is new.")
def a_missing_coordinate_of_a_new_address(kiwi: Kiwi) -> None:
    kiwi.unit(address=None)
    for missing in (("lat",), ("lng",), COORDINATES):
        address = without(ADDRESS, *missing)
        assert kiwi.refused("POST", "rental_units", at("u2", address)) == BROKEN
        assert kiwi.refused("PUT", "rental_units/u1", UNIT | {"address": address}) == BROKEN
    assert kiwi.embedded.content()["rental_unit"].keys() == {"u1"}
    assert kiwi.ok("GET", "rental_units/u1")["address"] is None


@states("`lat` or `lng` missing: 200 if the address is known, with the coordinates that it has.")
def a_missing_coordinate_of_a_known_address(kiwi: Kiwi) -> None:
    kiwi.unit()
    for missing in (("lat",), ("lng",), COORDINATES):
        answer = kiwi.ok("POST", "rental_units", at("-".join(missing), without(ADDRESS, *missing)))
        assert answer["address"] == ADDRESS


@states("**An address is kept once for all units of all organizations**: coordinates that came first stay.")
def the_first_coordinates_stay(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour()
    kiwi.unit()
    moved = ADDRESS | {"lat": 1, "lng": 2}
    assert kiwi.ok("POST", "rental_units", at("u2", moved))["address"] == ADDRESS
    assert neighbour.unit(address=moved)["address"] == ADDRESS


@states("Later coordinates are dropped silently, also on `PUT`.")
def later_coordinates_on_an_update(kiwi: Kiwi) -> None:
    kiwi.unit()
    moved = UNIT | {"address": ADDRESS | {"lat": 1.5, "lng": 2.5}}
    assert kiwi.ok("PUT", "rental_units/u1", moved)["address"] == ADDRESS
    assert kiwi.ok("GET", "rental_units/u1")["address"] == ADDRESS


@states("The coordinates that came first stay for ever, whoever has gone.")
def coordinates_outlive_their_unit(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("DELETE", "rental_units/u1")
    assert kiwi.unit(address=ADDRESS | {"lat": 1, "lng": 2})["address"] == ADDRESS


@states("An address is keyed by the five texts: another text is another address.")
def another_text_is_another_address(kiwi: Kiwi) -> None:
    kiwi.unit()
    for field in ADDRESS_TEXTS:
        text = "AT" if field == "country" else ADDRESS[field].swapcase() + " "
        address = ADDRESS | {field: text, "lat": 1.5, "lng": 2.5}
        key = f"other-{field.replace('_', '-')}"
        assert kiwi.ok("POST", "rental_units", at(key, address))["address"] == address


@states("Coordinates are rounded to 10 decimals.")
def coordinates_are_rounded(kiwi: Kiwi) -> None:
    address = kiwi.unit(address=ADDRESS | {"lat": 52.12345678915, "lng": 0})["address"]
    assert (address["lat"], address["lng"]) == (round(52.12345678915, 10), 0)


@states(
    "**Two units of one house created at the same moment**: the one that loses the race for the address gets "
    "400 `ADDRESS_INVALID_ERROR`, although its address is valid."
)
def two_units_of_one_house_at_once(kiwi: Kiwi) -> None:
    kiwi.embedded.shared.addresses.race = 1
    answers = kiwi.together(*(create(f"u{number}", ADDRESS) for number in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert [error(answer) for answer in answers if answer.status_code == 400] == [REFUSED]
    assert len(kiwi.embedded.content()["rental_unit"]) == 1


@states("The request that has lost the race for an address is 200 a moment later.")
def a_moment_later(kiwi: Kiwi) -> None:
    kiwi.embedded.shared.addresses.race = 1
    kiwi.together(*(create(f"u{number}", ADDRESS) for number in range(2)))
    (winner,) = kiwi.embedded.content()["rental_unit"]
    loser = "u1" if winner == "u0" else "u0"
    assert kiwi.ok("POST", "rental_units", at(loser, ADDRESS))["address"] == ADDRESS


@states("8 units of one house at once: 34 of 80 refused, so some and not all of those that come later.")
def eight_units_at_once(kiwi: Kiwi) -> None:
    kiwi.embedded.shared.addresses.race = 0.5
    statuses = []
    for house in range(10):
        address = ADDRESS | {"street": f"Street {house}"}
        answers = kiwi.together(*(create(f"u{house}-{number}", address) for number in range(8)))
        statuses += [answer.status_code for answer in answers]
    assert {200, 400} == {*statuses}
    assert 15 <= statuses.count(400) <= 55


def create(key: str, address: Body) -> tuple[str, str, Body]:
    """A request for `Kiwi.together`."""
    return "POST", "rental_units", at(key, address)
