"""The required result of the sample exports, worked out by hand."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.oracle import Expected, expected_content

EXPORTS = Path(__file__).parents[3] / "events" / "exports"
OPEN_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def _load(name: str) -> Any:
    return json.loads((EXPORTS / f"{name}.json").read_text(encoding="utf-8"))


def _expected(*names: str, mandanten: tuple[str, ...] = ("0001", "0002"), separator: str = "-") -> Expected:
    return expected_content([_load(name) for name in names], separator=separator, mandanten=mandanten)


@pytest.fixture(scope="module")
def after_full() -> Expected:
    return _expected("full")


@pytest.fixture(scope="module")
def after_delta() -> Expected:
    return _expected("full", "delta")


def test_a_unit_with_its_address(after_full: Expected) -> None:
    assert after_full.rental_units["0001-100-0001"] == {
        "name": "Wohnung 1. OG links",
        "address": {
            "street": "Lindenstraße 12a",
            "postal_code": "10969",
            "city": "Berlin",
            "state": "Berlin",
            "country": "DE",
            "lat": 52.5031,
            "lng": 13.3967,
        },
    }


@pytest.mark.parametrize(
    ("external_id", "name"),
    [
        ("0001-100-0012", "Lindenstraße 12a, Berlin"),
        ("0001-120-0008", "0001-120-0008"),
        ("0002-210-0001", "Wohnung EG links (Café)"),
        ("0002-220-0001", "Wohnung EG links"),
    ],
)
def test_names_of_units(after_full: Expected, external_id: str, name: str) -> None:
    assert after_full.rental_units[external_id]["name"] == name


@pytest.mark.parametrize(
    "external_id",
    ["0001-120-0001", "0001-120-0004", "0001-120-0005", "0002-210-0004", "0002-220-0002", "0002-220-0003"],
)
def test_an_address_of_which_a_part_is_missing_is_dropped(after_full: Expected, external_id: str) -> None:
    assert after_full.rental_units[external_id]["address"] is None


def test_the_country_is_germany_unless_it_is_said(after_full: Expected) -> None:
    for external_id in ("0002-210-0006", "0002-210-0007"):
        address = after_full.rental_units[external_id]["address"]
        assert address is not None
        assert address["country"] == "DE"


def test_integers_are_texts(after_full: Expected) -> None:
    address = after_full.rental_units["0002-200-0011"]["address"]
    assert address is not None
    assert address["street"] == "Severinstraße 88"
    assert "0002-5010" in after_full.tenants
    assert after_full.rental_agreements["0002-200-0006-01-5008"]["tenant"] == "0002-5008"


@pytest.mark.parametrize(
    ("external_id", "email", "first_name", "last_name"),
    [
        ("0001-4711", "erika@example.org", "Erika", "Mustermann"),
        ("0001-4722", "zoe.vanderheide@mail.example.org", "Zoë", "van der Heide"),
        ("0001-4730", "buero@suessmilch.example.com", "", "Bäckerei Süßmilch GmbH"),
        ("0002-5005", "martin@tischlerei-biessmann.example.com", "Martin", "Bießmann"),
        ("0002-5007", "jens@häusler.example.net", "Jens", "Häusler"),
        ("0002-5008", "post@thuelen.example.net", "", "Hausverwaltung von Thülen & Söhne KG"),
    ],
)
def test_tenants(after_full: Expected, external_id: str, email: str, first_name: str, last_name: str) -> None:
    wanted = {"email_address": email, "first_name": first_name, "last_name": last_name}
    assert after_full.tenants[external_id] == wanted


def test_dates_of_leases(after_full: Expected) -> None:
    agreements = after_full.rental_agreements
    assert agreements["0001-100-0001-03-4712"] == {
        "tenant": "0001-4712",
        "rental_unit": "0001-100-0001",
        "start_at": datetime(2023, 12, 31, 23, tzinfo=UTC),
        "end_at": OPEN_END,
    }
    assert agreements["0001-100-0002-01-4713"]["start_at"] == datetime(2019, 3, 31, 22, tzinfo=UTC)
    assert agreements["0001-100-0002-01-4713"]["end_at"] == OPEN_END
    assert agreements["0002-200-0005-01-5007"]["end_at"] == datetime(2027, 6, 30, 21, 59, 59, tzinfo=UTC)
    assert agreements["0001-100-0001-02-4739"]["end_at"] == datetime(2023, 12, 31, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "skipped",
    [
        ("tenant", "0001-4714", "no_email"),
        ("tenant", "0001-4719", "no_email"),
        ("tenant", "0002-5027", "no_email"),
        ("tenant", "0001-4718", "invalid_email"),
        ("tenant", "0001-4721", "invalid_email"),
        ("rental_agreement", "0001-100-0002-01-4714", "tenant_not_synchronized"),
        ("rental_agreement", "0001-100-0003-02-4715", "tenant_not_synchronized"),
        ("rental_agreement", "0001-110-0009-01-4799", "tenant_not_synchronized"),
        ("rental_agreement", "0002-230-0001-01-5031", "unit_unknown"),
    ],
)
def test_skipped(after_full: Expected, skipped: tuple[str, str, str]) -> None:
    assert skipped in after_full.skipped


def test_a_tenant_without_email_holds_back_nobody_else(after_full: Expected) -> None:
    assert "0001-100-0002-01-4713" in after_full.rental_agreements
    assert "0001-100-0003-02-4716" in after_full.rental_agreements


def test_two_who_share_an_address(after_full: Expected) -> None:
    assert after_full.email_contenders == [{"0001-4724", "0001-4725"}]
    assert set(after_full.contested_tenants) == {"0001-4724", "0001-4725"}
    assert set(after_full.contested_agreements) == {"0001-100-0010-01-4724", "0001-100-0011-01-4725"}


@pytest.mark.parametrize("external_id", ["0001-110-0010", "0002-210-0013"])
def test_bad_units_are_not_there(after_full: Expected, external_id: str) -> None:
    assert external_id not in after_full.rental_units


def test_bad_tenants_and_leases_are_not_there(after_full: Expected) -> None:
    assert "0002-5033" not in after_full.tenants
    bad = {"0001-110-0010-01-4743", "0002-200-0012-01-5032"}
    assert not bad & (set(after_full.rental_agreements) | {name for _, name, _ in after_full.skipped})


def test_a_mandant_that_is_not_selected_is_not_there(after_delta: Expected) -> None:
    everything = [*after_delta.rental_units, *after_delta.tenants, *after_delta.rental_agreements]
    assert not [name for name in everything if name.startswith("0003")]
    assert "0003-300-0001" in _expected("full", mandanten=("0003",)).rental_units


def test_numbers(after_full: Expected, after_delta: Expected) -> None:
    def count(expected: Expected) -> tuple[int, int, int]:
        return len(expected.rental_units), len(expected.tenants), len(expected.rental_agreements)

    assert count(after_full) == (57, 54, 57)
    assert count(after_delta) == (56, 53, 58)


def test_moves(after_delta: Expected) -> None:
    agreements = after_delta.rental_agreements
    assert agreements["0001-110-0002-01-4728"]["end_at"] == datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
    assert agreements["0001-100-0012-01-4728"]["rental_unit"] == "0001-100-0012"
    assert "0002-200-0004-01-5006" not in agreements
    assert agreements["0002-210-0011-01-5006"]["start_at"] == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert agreements["0001-110-0004-01-4731"]["rental_unit"] == "0001-110-0009"


def test_what_is_new(after_delta: Expected) -> None:
    assert after_delta.rental_units["0002-220-0005"]["name"] == "Maisonette Rückgebäude"
    assert after_delta.tenants["0002-5034"]["first_name"] == "Leïla"
    assert after_delta.rental_agreements["0002-220-0005-01-5034"]["end_at"] == OPEN_END


def test_addresses_that_appear_and_vanish(after_full: Expected, after_delta: Expected) -> None:
    assert "0002-5012" not in after_full.tenants
    assert after_delta.tenants["0002-5012"]["email_address"] == "oskar.gruenewald@example.org"
    assert "0002-200-0009-01-5012" in after_delta.rental_agreements
    assert "0001-110-0003-01-4729" in after_full.rental_agreements
    assert ("tenant", "0001-4729", "no_email") in after_delta.skipped
    assert "0001-110-0003-01-4730" in after_delta.rental_agreements


def test_what_the_delta_changes(after_delta: Expected) -> None:
    assert after_delta.tenants["0001-4723"]["last_name"] == "Jäger-Kühn"
    assert after_delta.rental_units["0001-100-0012"]["name"] == "Wohnung Dachgeschoß rechts"
    assert after_delta.rental_units["0001-120-0001"]["address"] is not None


def test_what_the_delta_takes_away(after_delta: Expected) -> None:
    assert not {"0001-120-0007", "0002-210-0012"} & set(after_delta.rental_units)
    assert not {"0001-4739", "0002-5032"} & set(after_delta.tenants)
    assert "0001-100-0001-02-4739" not in after_delta.rental_agreements


def test_the_delta_adds_no_contest(after_full: Expected, after_delta: Expected) -> None:
    assert after_delta.email_contenders == after_full.email_contenders
    assert set(after_delta.contested_tenants) == set(after_full.contested_tenants)


@pytest.mark.parametrize("separator", ["-", "_", ".", "/", "|"])
def test_no_separator_makes_an_external_id_come_twice(separator: str) -> None:
    expected = _expected("full", "delta", separator=separator)
    assert not any(expected.external_id_contenders.values())
    assert separator.join(("0001", "100-0001-03", "4711")) in expected.rental_agreements
