"""One record, field by field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.oracle import Expected, expected_content
from tests.unit.oracle.small import MANDANTEN, Json, full, lease, person, unit

HOUSE: Json = {
    "strasse": "Große Gasse",
    "hausnummer": 7,
    "plz": "50678",
    "ort": "Köln",
    "bundesland": "NRW",
    "latitude": 0,
    "longitude": -180,
}


def _expected(time_zone: str = "Europe/Berlin", separator: str = "-", **lists: Any) -> Expected:
    document = full(1, **lists)
    return expected_content([document], separator=separator, mandanten=MANDANTEN, time_zone=time_zone)


def _agreements(**fields: Any) -> dict[str, Any]:
    people = [person("1"), person("2"), person("3", email=None)]
    return dict(_expected(u=[unit()], m=people, v=[lease(**fields)]).rental_agreements)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"bezeichnung": "  Laden "}, "Laden"),
        ({"bezeichnung": " "}, "Große Gasse 7, Köln"),
        ({"bezeichnung": None, "hausnummer": None}, "Große Gasse, Köln"),
        ({"bezeichnung": None, "ort": ""}, "Große Gasse 7"),
        ({"bezeichnung": None, "strasse": None}, "Köln"),
        ({"bezeichnung": None, "strasse": None, "ort": None}, "0001-100-1"),
    ],
)
def test_name_of_a_unit(fields: Json, name: str) -> None:
    assert _expected(u=[unit(**(HOUSE | fields))]).rental_units["0001-100-1"]["name"] == name


def test_address_of_a_unit() -> None:
    assert _expected(u=[unit(**HOUSE)]).rental_units["0001-100-1"]["address"] == {
        "street": "Große Gasse 7",
        "postal_code": "50678",
        "city": "Köln",
        "state": "NRW",
        "country": "DE",
        "lat": 0.0,
        "lng": -180.0,
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"strasse": None},
        {"plz": ""},
        {"plz": "12345678901"},
        {"strasse": "S" * 254},
        {"ort": "O" * 256},
        {"bundesland": "B" * 256},
        {"ort": None},
        {"bundesland": " "},
        {"land": "DEU"},
        {"land": "D1"},
        {"latitude": ""},
        {"longitude": None},
    ],
)
def test_an_address_is_whole_or_not_there(fields: Json) -> None:
    assert _expected(u=[unit(**(HOUSE | fields))]).rental_units["0001-100-1"]["address"] is None


@pytest.mark.parametrize(
    ("field", "email"),
    [
        ("x@\uab70.Example.org", "x@\u13a0.example.org"),
        ("a" * 65 + "@b.de; " + "b" * 64 + "@b.de", "b" * 64 + "@b.de"),
        (" Erika@Example.ORG ", "erika@example.org"),
        ("kaputt; erika@example.org,max@example.org", "erika@example.org"),
        ("a@wohnbau.test,b@example.org", "b@example.org"),
        ("x@HÄUSER.example.net", "x@häuser.example.net"),
    ],
)
def test_email(field: str, email: str) -> None:
    assert _expected(m=[person(email=field)]).tenants["0001-1"]["email_address"] == email


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (None, "no_email"),
        ("", "no_email"),
        (" ; , ", "no_email"),
        ("nein", "invalid_email"),
        (4711, "invalid_email"),
        ("a@b@c; @", "invalid_email"),
    ],
)
def test_no_email(field: Any, reason: str) -> None:
    expected = _expected(m=[person(email=field)])
    assert expected.tenants == {}
    assert expected.skipped == {("tenant", "0001-1", reason)}


@pytest.mark.parametrize(
    ("fields", "first_name", "last_name"),
    [
        ({"vorname": "Jörg", "nachname": "Weiß", "firma": "Weiß GmbH"}, "Jörg", "Weiß"),
        ({"nachname": None, "firma": "Weiß GmbH"}, "", "Weiß GmbH"),
        ({"vorname": "Jörg", "nachname": None, "firma": "Weiß GmbH"}, "Jörg", ""),
        ({"nachname": None}, "", ""),
    ],
)
def test_names_of_a_tenant(fields: Json, first_name: str, last_name: str) -> None:
    tenant = _expected(m=[person(**fields)]).tenants["0001-1"]
    assert (tenant["first_name"], tenant["last_name"]) == (first_name, last_name)


@pytest.mark.parametrize("beginn", ["2026-07-01", "01.07.2026", " 2026-07-01 "])
def test_a_lease_begins_with_its_day(beginn: str) -> None:
    start = datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert _agreements(beginn=beginn)["0001-1-1"]["start_at"] == start


@pytest.mark.parametrize("ende", [None, "", "31.12.9999", "9999-01-01"])
def test_a_lease_without_end(ende: str | None) -> None:
    assert _agreements(ende=ende)["0001-1-1"]["end_at"] == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_a_lease_may_end_on_its_first_day() -> None:
    agreement = _agreements(beginn="2026-01-01", ende="01.01.2026")["0001-1-1"]
    assert agreement["end_at"] == datetime(2026, 1, 1, 22, 59, 59, tzinfo=UTC)


def test_the_time_zone_is_a_setting() -> None:
    expected = _expected("America/New_York", u=[unit()], m=[person()], v=[lease(ende="2026-07-01")])
    assert expected.rental_agreements["0001-1-1"]["start_at"] == datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert expected.rental_agreements["0001-1-1"]["end_at"] == datetime(2026, 7, 2, 3, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "fields",
    [
        {"beginn": None},
        {"beginn": "2026-02-30"},
        {"beginn": "1.7.2026"},
        {"beginn": "2026-7-1"},
        {"beginn": "20260701"},
        {"beginn": "0001-01-01"},
        {"beginn": "2026-01-02", "ende": "2026-01-01"},
        {"ende": "99.99.9999"},
        {"mieter": []},
        {"mieter": "1"},
        {"mieter": ["1", None]},
        {"mieter": [1.0]},
        {"verwaltungseinheit": None},
        {"verwaltungseinheit": {"nummer": "1"}},
    ],
)
def test_a_bad_lease(fields: Json) -> None:
    assert _agreements(**fields) == {}


def test_a_lease_has_an_agreement_with_each_tenant() -> None:
    assert set(_agreements(mieter=["2", "1", 2, " 1"])) == {"0001-1-1", "0001-1-2"}
    assert set(_agreements(mieter=["3", "1"])) == {"0001-1-1"}


def test_why_an_agreement_is_skipped() -> None:
    elsewhere = {"wirtschaftseinheit": "100", "nummer": "9"}
    leases = [lease("1", mieter=["2"]), lease("2", verwaltungseinheit=elsewhere, mieter=["1", "2"])]
    expected = _expected(u=[unit()], m=[person(), unit("1", mandant="0002")], v=leases)
    assert expected.rental_agreements == {}
    assert {skip for skip in expected.skipped if skip[0] == "rental_agreement"} == {
        ("rental_agreement", "0001-1-2", "tenant_not_synchronized"),
        ("rental_agreement", "0001-2-1", "unit_unknown"),
        ("rental_agreement", "0001-2-2", "tenant_not_synchronized"),
    }


def test_the_longest_numbers() -> None:
    assert "0001|100|" + "ü" * 64 in _expected(separator="|", u=[unit("ü" * 64)]).rental_units
