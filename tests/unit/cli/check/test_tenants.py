"""Addresses and names that are suspicious, and those that only look so."""

from typing import Any

import pytest
from kiwi_cli.check.finders.providers import is_typo

from tests.unit.cli.check.looking import LEASE, TENANT, UNIT, Json, codes, export, look


def found(**fields: object) -> set[str]:
    return set(codes(look(export(tenants=[{**TENANT, **fields}]))))


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("keine@web.de", "email_placeholder"),
        ("KEINE-EMAIL@gmx.de", "email_placeholder"),
        ("kein@kein.de", "email_placeholder"),
        ("noreply@example.com", "email_placeholder"),
        ("no-reply@example.com", "email_placeholder"),
        ("test@example.com", "email_placeholder"),
        ("test1@example.com", "email_placeholder"),
        ("xxx@example.com", "email_placeholder"),
        ("a.b@test.de", "email_placeholder"),
        ("unbekannt@example.com", "email_placeholder"),
        ("meier@musterwohnbau.de", "email_of_landlord"),
        ("meier@muster-wohnbau.com", "email_of_landlord"),
        ("info@hausverwaltung-schmidt.de", "email_of_landlord"),
        ("info@mail.muster-wohnbau.de", "email_of_landlord"),
        ("niemand@example.com", "email_placeholder"),
        ("nicht.vorhanden@example.com", "email_placeholder"),
        ("mieter@example.com", "email_placeholder"),
        ("kein-e-mail@example.com", "email_placeholder"),
        ("no.mail@example.com", "email_placeholder"),
        ("keine", "null_as_text"),
        ("k.A.", "null_as_text"),
        ("info@example.com", "email_of_office"),
        ("verwaltung@example.com", "email_of_office"),
        ("abel@mailinator.com", "email_disposable"),
        ("0171 1234567", "email_is_phone"),
        ("+49 (30) 123-45", "email_is_phone"),
        ("Tel. 030/12345", "email_is_phone"),
        ("erika@", "email_invalid"),
        ("erika example.org", "email_invalid"),
        ("ja", "email_invalid"),
        ("müller@web.de", "email_not_ascii"),
        ("m?ller@web.de", "lost_umlaut"),
        ("m\ufffdller@web.de", "lost_umlaut"),
        ("erika@gmail.de", "email_typo"),
        ("erika@t-onlin.de", "email_typo"),
        ("erika@gmx.dee", "email_typo"),
    ],
)
def test_an_address_that_is_none_of_the_tenants(email: str, code: str) -> None:
    assert found(email=email) == {code}


@pytest.mark.parametrize(
    "email",
    [
        "null@gmx.de",
        "leer@gmx.de",
        "x@mueller.de",
        "post@erika-mustermann.de",
        "info@mustermann.example.com",
        "erika@cloud.de",
        "erika@example.org;Erika@example.org",
        "erika@muster-wohnbau-nord.de",
    ],
)
def test_an_address_that_only_looks_like_none(email: str) -> None:
    assert found(email=email) == set()


@pytest.mark.parametrize(
    "email", ["a@example.org b@example.org", "a@example.org, b@example.org", "a@x.de/b@y.de"]
)
def test_several_addresses(email: str) -> None:
    assert "email_several" in found(email=email)


@pytest.mark.parametrize(
    "domain",
    [
        "gmial.com",
        "gmai.com",
        "gmaill.com",
        "gnail.com",
        "hotmial.com",
        "t-onlne.de",
        "outlok.de",
        "iclod.com",
        "web.con",
    ],
)
def test_a_provider_that_is_mistyped(domain: str) -> None:
    assert is_typo(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "mail.com",
        "email.de",
        "googlemail.com",
        "online.de",
        "yahoo.co.uk",
        "ymail.com",
        "inbox.lv",
        "gmx.li",
    ],
)
def test_a_provider_that_only_looks_so(domain: str) -> None:
    assert not is_typo(domain)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"nachname": "Herr Abel"}, "salutation_in_name"),
        ({"vorname": "Frau"}, "salutation_in_name"),
        ({"nachname": "Eheleute Abel"}, "salutation_in_name"),
        ({"nachname": "Fam. Abel"}, "salutation_in_name"),
        ({"nachname": "Fam.Abel"}, "salutation_in_name"),
        ({"vorname": None, "nachname": "Bau 1900 eG"}, "firm_as_person"),
        ({"vorname": None, "nachname": "Abel Berg PartG mbB"}, "firm_as_person"),
        ({"vorname": None, "nachname": "Abel, Herr Max"}, "name_in_one_field"),
        ({"vorname": "Erika u. Max"}, "several_people"),
        ({"nachname": "Abel / Berg"}, "several_people"),
        ({"vorname": "Erika & Max"}, "several_people"),
        ({"nachname": "N.N."}, "name_placeholder"),
        ({"nachname": "LEERSTAND"}, "name_placeholder"),
        ({"vorname": None, "nachname": ""}, "name_missing"),
        ({"vorname": None, "nachname": None, "firma": "unbekannt"}, "name_placeholder"),
        ({"nachname": "Abel 030/123"}, "name_digits"),
        ({"vorname": None, "nachname": "Abel, Erika"}, "name_in_one_field"),
        ({"vorname": None, "nachname": "Abel Bau AG"}, "firm_as_person"),
        ({"firma": "Abel Bau AG"}, "person_and_firm"),
        ({"nachname": "M?ller"}, "lost_umlaut"),
        ({"nachname": "Gro?"}, "lost_umlaut"),
        ({"nachname": "?zdemir"}, "lost_umlaut"),
        ({"nachname": "M\ufffdller"}, "lost_umlaut"),
        ({"nachname": "MÃ¼ller"}, "mojibake"),
        ({"nachname": "M\x81ller"}, "mojibake"),
        ({"nachname": "J„ger"}, "mojibake"),
        ({"nachname": "None"}, "null_as_text"),
        ({"vorname": "k.A."}, "null_as_text"),
        ({"nachname": "Abel\u00a0Berg"}, "odd_whitespace"),
        ({"nachname": "Abel\u200b"}, "odd_whitespace"),
        ({"nachname": "#NV"}, "excel_artefact"),
        ({"vorname": "'Erika'"}, "quotes_around"),
    ],
)
def test_a_name_that_is_none(fields: dict[str, object], code: str) -> None:
    assert code in found(**fields)


@pytest.mark.parametrize(
    ("nachname", "codes_"),
    [
        ("Müller c/o Schmidt", set()),
        ("Praxis Dr. Abel & Partner", set()),
        ("Abel & Söhne", set()),
        ("Abel und Co", set()),
        ("Ek", set()),
        ("Fr.-W. Abel", set()),
        ("Bau 1900 eG", {"firm_as_person"}),
        ("Mustermann, Herr", {"salutation_in_name"}),
    ],
)
def test_a_last_name_is_called_what_it_is(nachname: str, codes_: set[str]) -> None:
    assert found(vorname=None, nachname=nachname) == codes_


@pytest.mark.parametrize(
    "fields",
    [
        {"nachname": None, "firma": "Abel Bau", "email": "info@abel-bau.de"},
        {
            "nachname": None,
            "firma": "Hausverwaltung Schmidt GmbH",
            "email": "rechnung@hausverwaltung-schmidt.de",
        },
    ],
)
def test_an_office_may_have_an_address_of_an_office(fields: dict[str, object]) -> None:
    assert found(vorname=None, **fields) == set()


@pytest.mark.parametrize("email", ["info@abel-bau.de", "post@hausverwaltung-abel.de"])
def test_so_may_one_that_stands_in_the_field_of_a_person(email: str) -> None:
    assert found(vorname=None, nachname="Abel Bau GmbH", email=email) == {"firm_as_person"}


def test_a_firm_may_not_have_the_address_of_the_company_itself() -> None:
    firm = {"vorname": None, "nachname": None, "firma": "Abel Bau"}
    assert found(**firm, email="info@muster-wohnbau.de") == {"email_of_landlord"}


def test_a_person_called_like_their_own_domain_reads_its_mail() -> None:
    assert found(nachname="Müller-Lü", email="info@praxis-mueller.de") == set()
    assert found(nachname="Abel", email="info@berg-bau.de") == {"email_of_office"}
    assert found(nachname="Ng", email="info@ng.de") == set()
    assert found(nachname="Ng", email="info@lange.de") == {"email_of_office"}


def test_who_shares_an_address_with_whom_makes_the_difference() -> None:
    def shared(*names: str, together: bool = False, **settings: Any) -> dict[str, int]:
        people = [{**TENANT, "nummer": str(n), "nachname": name} for n, name in enumerate(names)]
        lists = [[p["nummer"] for p in people]] if together else [[p["nummer"]] for p in people]
        units = [{"mandant": "0001", "wirtschaftseinheit": "1", "nummer": str(n)} for n in range(len(lists))]
        leases = [
            {
                "mandant": "0001",
                "nummer": f"V{n}",
                "verwaltungseinheit": units[n],
                "mieter": one,
                "beginn": "2024-01-01",
            }
            for n, one in enumerate(lists)
        ]
        report = look(export(units=units, tenants=people, leases=leases), **settings)
        return {code: count for code, count in codes(report).items() if code != "address_none"}

    assert shared("Abel", "Berg", together=True) == {"email_shared_in_lease": 1}
    assert shared("Abel", "Abel", together=True) == {"email_shared_in_lease": 1}, "father and son"
    assert shared("Abel", "Berg") == {"email_shared": 1}
    assert shared("Abel", "Abel") == {"same_person_twice": 1}
    assert shared("Abel", "Berg", "Carl") == {"email_shared": 1}
    assert shared("Abel", "Berg", "Carl", "Dorn", together=True) == {"email_shared_by_many": 1}
    assert shared("Abel", "Berg", "Carl", "Dorn", shared_email_limit=4) == {"email_shared": 1}
    assert shared("Abel", "Berg", "Carl", "Dorn", shared_email_limit=0) == {"email_shared": 1}


def test_a_person_in_two_mandanten_cannot_be_united() -> None:
    units, people, leases = (
        [{**record, "mandant": mandant} for mandant in ("0001", "0002")] for record in (UNIT, TENANT, LEASE)
    )
    report = look(export(units, people, leases, mandanten=["0001", "0002"]))
    assert codes(report) == {"email_shared": 1}


OTHER: Json = {**TENANT, "nummer": "4712", "email": "max@example.org"}


def _second(*leases: Json, other: Json = OTHER, **settings: Any) -> dict[str, int]:
    """The findings if there is a second tenant, with these leases besides the first one's."""
    return codes(look(export(tenants=[TENANT, other], leases=[LEASE, *leases]), **settings))


def test_a_tenant_whom_no_lease_names_is_told_of() -> None:
    assert _second() == {"tenant_without_lease": 1}


@pytest.mark.parametrize(
    ("fields", "codes_"),
    [
        ({"beginn": "2024-13-01"}, {"not_a_date": 1}),
        ({"mieter": "4712"}, {"not_a_list": 1}),
        ({"mieter": [" 4712", {}]}, {"not_text": 1}),
        ({"nummer": None}, {"missing": 1}),
        ({"mandant": "0002"}, {"mandant_not_listed": 1, "tenant_without_lease": 1}),
    ],
)
def test_a_tenant_has_a_lease_though_it_is_rejected(fields: Json, codes_: dict[str, int]) -> None:
    assert _second({**LEASE, "nummer": "V2", "mieter": ["4712"], **fields}) == codes_


def test_a_tenant_has_a_lease_though_it_is_there_twice() -> None:
    twice = {**LEASE, "nummer": "V2", "mieter": ["4711"]}
    assert _second(twice, {**twice, "mieter": ["4712"]}) == {"duplicate": 2}


def test_nobody_has_moved_out_whose_lease_is_rejected() -> None:
    ended = {**LEASE, "nummer": "V2", "mieter": ["4712"], "beginn": "2010-01-01", "ende": "2019-12-31"}
    assert _second(ended) == {"lease_ended": 1, "moved_out": 1}
    assert _second(ended, {**ended, "nummer": "V3", "ende": "?"}) == {"lease_ended": 1, "not_a_date": 1}


def test_who_does_not_come_to_kiwi_needs_no_lease() -> None:
    assert _second(other={**OTHER, "email": None}) == {}
    assert _second(blocked_emails=("max@example.org",)) == {"email_blocked": 1}
    assert _second(other={**OTHER, "email": TENANT["email"], "vorname": "Max"}) == {"email_shared": 1}
