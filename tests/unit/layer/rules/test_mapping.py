"""From the ERP's records to KIWI's desired content: units, tenants and ids."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import Address, RentalUnit, Tenant
from kiwi_sync.rules.ids import SEPARATORS
from kiwi_sync.rules.mapping import external_id_of, rental_unit, tenant
from kiwi_sync.rules.reasons import Notice, Reason

from tests.unit.layer.samples import connection, lease, person, unit

NEEDED = ("strasse", "plz", "ort", "bundesland", "latitude", "longitude")
NOWHERE: dict[str, Any] = dict.fromkeys(NEEDED)
LINDEN = Address(
    street="Lindenstraße 12a",
    postal_code="10969",
    city="Berlin",
    state="Berlin",
    country="DE",
    lat=52.5031,
    lng=13.3967,
)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_external_ids(separator: str) -> None:
    here = connection(separator=separator)
    keys = [unit().key("c"), person().key("c"), lease().agreement_key("c", "4711")]
    assert [external_id_of(key, here) for key in keys] == [
        separator.join(("0001", "100", "0001")),
        separator.join(("0001", "4711")),
        separator.join(("0001", "100-0001-03", "4711")),
    ]


def test_the_external_id_has_the_numbers_unescaped() -> None:
    assert external_id_of(RowKey.parse("c/mieter/0%2F1/4%237%25"), connection()) == "0/1-4#7%"


def test_a_whole_unit() -> None:
    made, notice = rental_unit(unit(), "0001-100-0001")
    assert made == RentalUnit(external_id="0001-100-0001", name="Wohnung 1. OG links", address=LINDEN)
    assert notice is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "Lindenstraße 12a, Berlin"),
        ({"hausnummer": ""}, "Lindenstraße, Berlin"),
        ({"ort": None}, "Lindenstraße 12a"),
        ({"hausnummer": None, "ort": None}, "Lindenstraße"),
        ({"strasse": None}, "Berlin"),
        ({"strasse": " ", "ort": " "}, "external"),
        ({"strasse": None, "ort": None, "plz": "10969"}, "external"),
    ],
)
@pytest.mark.parametrize("bezeichnung", [None, "", "  "])
def test_the_name_of_a_unit_without_bezeichnung(
    fields: dict[str, Any], name: str, bezeichnung: str | None
) -> None:
    made, _ = rental_unit(unit(bezeichnung=bezeichnung, **fields), "external")
    assert (made.name, made.external_id) == (name, "external")


def test_the_street_has_no_number_and_the_country_is_germany_if_not_said() -> None:
    made, notice = rental_unit(unit(hausnummer=None, land=""), "e")
    assert made.address == LINDEN.model_copy(update={"street": "Lindenstraße"})
    assert notice is None


def test_a_land_that_is_said() -> None:
    made, _ = rental_unit(unit(land="AT"), "e")
    assert made.address is not None
    assert made.address.country == "AT"


def test_coordinates_may_be_nought() -> None:
    made, notice = rental_unit(unit(latitude=0, longitude=0), "e")
    assert made.address is not None
    assert (made.address.lat, made.address.lng, notice) == (0.0, 0.0, None)


@pytest.mark.parametrize("missing", NEEDED)
def test_an_address_that_lacks_a_part_is_none_at_all(missing: str) -> None:
    made, notice = rental_unit(unit(**{missing: None}), "e")
    assert (made.address, notice) == (None, Notice.ADDRESS_INCOMPLETE)


@pytest.mark.parametrize(
    "fields",
    [
        {"plz": "D-10969 Berlin"},
        {"land": "DEU"},
        {"land": "D1"},
        {"land": "ß"},
        {"strasse": "S" * 256, "hausnummer": None},
        {"strasse": "S" * 253, "hausnummer": "1a"},
        {"ort": "O" * 256},
        {"bundesland": "ß" * 256},
    ],
)
def test_an_address_that_kiwi_would_not_take(fields: dict[str, Any]) -> None:
    made, notice = rental_unit(unit(**fields), "e")
    assert (made.address, notice) == (None, Notice.ADDRESS_NOT_ACCEPTED)
    made, notice = rental_unit(unit(**fields, latitude=None), "e")
    assert (made.address, notice) == (None, Notice.ADDRESS_INCOMPLETE)


def test_a_postal_code_of_ten_characters_is_taken() -> None:
    made, _ = rental_unit(unit(plz="1234567890"), "e")
    assert made.address is not None


LONGEST = {"street": 255, "postal_code": 10, "city": 255, "state": 255}
lengths = st.one_of(st.integers(1, 300), st.sampled_from([9, 10, 11, 254, 255, 256, 1000]))


@given(st.lists(lengths, min_size=4, max_size=4), st.none() | st.integers(1, 12))
def test_what_is_sent_is_as_long_as_kiwi_takes_it(long: list[int], number: int | None) -> None:
    street, plz, ort, bundesland = ("x" * one for one in long)
    hausnummer = None if number is None else "1" * number
    fields = {"strasse": street, "plz": plz, "ort": ort, "bundesland": bundesland}
    made, notice = rental_unit(unit(**fields, hausnummer=hausnummer), "e")
    long[0] += 0 if number is None else number + 1
    fits = all(one <= limit for one, limit in zip(long, LONGEST.values(), strict=True))
    assert (made.address is not None) == fits
    assert notice == (None if fits else Notice.ADDRESS_NOT_ACCEPTED)


@pytest.mark.parametrize("fields", [{}, {"land": "DE"}, {"hausnummer": "1"}, {"bundesland": "Berlin"}])
def test_no_address_at_all_is_no_notice(fields: dict[str, Any]) -> None:
    made, notice = rental_unit(unit(**(NOWHERE | fields)), "e")
    assert (made.address, notice) == (None, None)


@pytest.mark.parametrize("there", list(product([True, False], repeat=len(NEEDED))))
def test_all_seven_parts_or_nothing(there: tuple[bool, ...]) -> None:
    absent = {name: None for name, is_there in zip(NEEDED, there, strict=True) if not is_there}
    made, notice = rental_unit(unit(**absent), "e")
    assert (made.address is not None) == all(there)
    assert (notice is None) == (all(there) or not any(there[:3]))


def test_a_whole_tenant() -> None:
    assert tenant(person(email=" ERIKA@example.org; max@example.org"), "0001-4711") == Tenant(
        external_id="0001-4711",
        email_address="erika@example.org",
        first_name="Erika",
        last_name="Mustermann",
    )


@pytest.mark.parametrize(
    ("fields", "first_name", "last_name"),
    [
        ({"firma": "Weiß GmbH"}, "Erika", "Mustermann"),
        ({"vorname": None, "nachname": "", "firma": "Weiß GmbH"}, "", "Weiß GmbH"),
        ({"nachname": None, "firma": "Weiß GmbH"}, "Erika", ""),
        ({"vorname": None, "firma": "Weiß GmbH"}, "", "Mustermann"),
        ({"vorname": None, "nachname": None}, "", ""),
    ],
)
def test_names_of_a_tenant(fields: dict[str, Any], first_name: str, last_name: str) -> None:
    made = tenant(person(**fields), "e")
    assert isinstance(made, Tenant)
    assert (made.first_name, made.last_name) == (first_name, last_name)


@pytest.mark.parametrize(
    ("email", "reason"), [(None, Reason.NO_EMAIL), (" ", Reason.NO_EMAIL), ("nein", Reason.INVALID_EMAIL)]
)
def test_a_tenant_without_email_is_not_synchronized(email: str | None, reason: Reason) -> None:
    assert tenant(person(email=email), "e") is reason


@given(names=st.tuples(*[st.none() | st.sampled_from(["", " ", "A", "B C"])] * 3))
def test_a_firm_is_there_only_where_no_person_is(names: tuple[str | None, str | None, str | None]) -> None:
    vorname, nachname, firma = names
    made = tenant(person(vorname=vorname, nachname=nachname, firma=firma), "e")
    assert isinstance(made, Tenant)
    has_person = bool((vorname or "").strip() or (nachname or "").strip())
    assert made.first_name == (vorname or "").strip()
    assert made.last_name == ((nachname if has_person else firma) or "").strip()
