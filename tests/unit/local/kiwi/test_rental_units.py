from typing import Any

import pytest

from tests.unit.local.kiwi.helpers import ADDRESS, UNIT, Erp, without

TEXTS = ["street", "postal_code", "city", "state", "country"]


def test_an_update_changes_all_but_the_id(erp: Erp) -> None:
    erp("POST", "rental_units", UNIT)
    changed = {"external_id": "2", "name": "Flat 2", "address": None, "rental_unit_id": "u9"}
    assert erp("PUT", "rental_units/u1", changed).status_code == 200
    assert erp.content()["rental_unit"] == {
        "u1": {
            "id": "u1",
            "external_id": "2",
            "name": "Flat 2",
            "address": None,
            "organization_id": erp.organization_id,
        }
    }


@pytest.mark.parametrize("query", ["", "?include_access_points=", "?include_access_points=1"])
def test_a_list_must_say_whether_with_access_points(erp: Erp, query: str) -> None:
    answer = erp("GET", f"rental_units{query}")
    assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")
    assert answer.json()["details"][0]["field"] == "/include_access_points"
    assert answer.json()["details"][0]["location"] == "query"


def test_a_list_with_access_points(erp: Erp) -> None:
    erp("POST", "rental_units", UNIT)
    assert "access_points" in erp("GET", "rental_units?include_access_points=true").json()[0]
    assert "access_points" not in erp("GET", "rental_units?include_access_points=false").json()[0]


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("value", [None, "", "missing"])
@pytest.mark.parametrize("with_position", [True, False])
def test_an_incomplete_address_is_dropped_silently(
    erp: Erp, field: str, value: str | None, with_position: bool
) -> None:
    address = without(ADDRESS, field) if value == "missing" else ADDRESS | {field: value}
    if not with_position:
        address = without(without(address, "lat"), "lng")
    answer = erp("POST", "rental_units", UNIT | {"address": address})
    assert answer.status_code == 200
    assert answer.json()["address"] is None


@pytest.mark.parametrize("field", ["lat", "lng"])
@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("update", [True, False])
def test_an_address_without_a_position_breaks_kiwi(erp: Erp, field: str, missing: bool, update: bool) -> None:
    body = UNIT | {"address": without(ADDRESS, field) if missing else ADDRESS | {field: None}}
    if update:
        erp("POST", "rental_units", UNIT)
    request = ("PUT", "rental_units/u1") if update else ("POST", "rental_units")
    before = erp.content()
    assert erp.error(*request, body) == (500, "UNEXPECTED_ERROR")
    assert erp.content() == before


@pytest.mark.parametrize("change", [{"postal_code": "12345678901"}, {"country": "DEU"}, {"country": "D"}])
def test_a_bad_address_is_refused(erp: Erp, change: dict[str, str]) -> None:
    error = erp.error("POST", "rental_units", UNIT | {"address": ADDRESS | change})
    assert error == (400, "ADDRESS_INVALID_ERROR")


@pytest.mark.parametrize("change", [{"postal_code": "1234567890"}, {"lat": 0, "lng": 0}, {"planet": "E"}])
def test_a_good_address_is_kept_whole(erp: Erp, change: dict[str, Any]) -> None:
    answer = erp("POST", "rental_units", UNIT | {"address": ADDRESS | change})
    assert answer.status_code == 200
    assert answer.json()["address"] == without(ADDRESS | change, "planet")


@pytest.mark.parametrize("address", ["Müllerstraße 1", [], ADDRESS | {"lat": "52"}, ADDRESS | {"city": 1}])
def test_an_address_of_another_type_is_refused(erp: Erp, address: Any) -> None:
    assert erp.error("POST", "rental_units", UNIT | {"address": address}) == (422, "VALIDATION_ERROR")
