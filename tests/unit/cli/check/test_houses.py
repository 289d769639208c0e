"""Units and leases that are suspicious, and those that only look so."""

from typing import Any

import pytest

from tests.unit.cli.check.looking import LEASE, NOW, TENANT, UNIT, codes, export, look

AUSTRIA = {
    "land": "AT",
    "plz": "1010",
    "ort": "Wien",
    "bundesland": "Wien",
    "latitude": 48.2,
    "longitude": 16.37,
}


def found(**fields: Any) -> set[str]:
    return set(codes(look(export(units=[{**UNIT, **fields}]))))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"plz": "1067"}, "plz_odd"),
        ({"plz": "10969 Berlin"}, "plz_odd"),
        ({"ort": "10969 Berlin"}, "plz_in_ort"),
        ({"bundesland": "Preußen"}, "state_odd"),
        ({"latitude": 13.3967, "longitude": 52.5031}, "coordinates_swapped"),
        ({"latitude": 0, "longitude": 0}, "coordinates_zero"),
        ({"latitude": 48.2, "longitude": 16.37}, "coordinates_outside"),
        ({**AUSTRIA, "latitude": -33.9, "longitude": 151.2}, "coordinates_outside"),
        ({**AUSTRIA, "plz": "1010 Wien, Rathaus"}, "plz_odd"),
        ({"land": "D"}, "country_odd"),
        ({"ort": "Berlin " * 40}, "address_too_long"),
        ({"strasse": "Lange Straße " * 20}, "address_too_long"),
        ({"hausnummer": "12.0"}, "excel_artefact"),
        ({"hausnummer": "1,23E+05"}, "excel_artefact"),
        ({"strasse": "Lindenstraáe"}, "mojibake"),
        ({"strasse": "LINDENSTRASSE, Stra§e"}, "mojibake"),
        ({"ort": "™sterreich"}, "mojibake"),
        ({"ort": "šbler"}, "mojibake"),
        ({"ort": "Allee am K”"}, "mojibake"),
        ({"bezeichnung": "Haus Wei„"}, "mojibake"),
        ({"hausnummer": "03. Jan"}, "excel_date"),
        ({"strasse": "Lindenstraße 12 a", "hausnummer": "12a"}, "house_number_twice"),
        ({"strasse": "Lindenstraße 12-14", "hausnummer": None}, "house_number_in_street"),
        ({"hausnummer": None}, "house_number_missing"),
    ],
)
def test_an_address_that_is_suspicious(fields: dict[str, Any], code: str) -> None:
    assert found(**fields) == {code}


@pytest.mark.parametrize(
    "fields",
    [
        AUSTRIA,
        {"strasse": "Straße des 17. Juni", "hausnummer": "135"},
        {"strasse": "C 4", "hausnummer": "11"},
        {"strasse": "Straße 12", "hausnummer": "7"},
        {"bundesland": "DE-BE"},
        {"land": None},
        {"hausnummer": "12-14"},
        {"bezeichnung": 'Laden "Zur Linde"'},
        {"bezeichnung": "Wohnung 1.0 OG"},
        {"bezeichnung": "Keller? links"},
        {"bezeichnung": "C@fe Mitte"},
        {"bezeichnung": "Büro @ EG"},
        {"bezeichnung": "Laden „Zur Linde”"},
        {"bezeichnung": "Laden “Zur Linde” links"},
        {"bezeichnung": 'Laden "Zur Linde”'},
        {"bezeichnung": "Atelier Željko"},
        {"bezeichnung": "Bäckerei Abel™"},
        {"bundesland": "Freie und Hansestadt Hamburg"},
        {"bundesland": "Nordrhein Westfalen"},
        {"bundesland": "BADEN - WÜRTTEMBERG"},
        {"bundesland": "Freistaat Thüringen"},
        {"bundesland": "Land Berlin"},
        {"bundesland": "RLP"},
        {"bundesland": "BaWü"},
        {"land": "PT", "plz": "1000-001 L", "latitude": 38.7, "longitude": -9.1},
        {"bezeichnung": "WE-5+6, Bj. 1E"},
    ],
)
def test_an_address_that_only_looks_so(fields: dict[str, Any]) -> None:
    assert found(**fields) == set()


def _units(*numbers: str) -> list[dict[str, Any]]:
    return [{**UNIT, "nummer": number, "bezeichnung": f"W{number}"} for number in numbers]


def _of_units(*numbers: str) -> dict[str, int]:
    lease = {**LEASE, "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": numbers[0]}}
    return codes(look(export(units=_units(*numbers), leases=[lease])))


def test_a_number_with_a_point_is_excels_only_if_no_other_has_one() -> None:
    assert _of_units("1.0", "1.1", "1.2") == {}
    assert _of_units("4711.0", "4712.0", "0815") == {"excel_artefact": 3}, "the lease names one, too"
    assert _of_units("2E-01", "2E-02") == {"separator_in_number": 1}


def test_numbers_of_tenants_are_seen_with_those_that_leases_name() -> None:
    people = [{**TENANT, "nummer": number, "email": None} for number in ("1.0", "1.1")]
    assert codes(look(export(tenants=people, leases=[{**LEASE, "mieter": ["1.0"]}]))) == {}


def test_all_numbers_that_are_too_short_are_counted() -> None:
    units = _units(
        *(f"{n:04}" for n in range(1000, 1400)), *(f"{n:04}" for n in range(10)), *map(str, range(60))
    )
    (finding,) = look(export(units=units, tenants=[], leases=[], anzahl=None), shown=5).findings[1:]
    assert (finding.code, finding.count) == ("number_length", 60)


@pytest.mark.parametrize(
    "other", ["Lindenstr.", "Lindenstrasse", "LINDENSTRAßE", "Linden-Str.", "Linden Straße"]
)
def test_a_street_is_one_however_it_is_spelt(other: str) -> None:
    units = [UNIT, {**UNIT, "nummer": "0002", "strasse": other, "bezeichnung": "W2"}]
    assert codes(look(export(units=units))) == {}


def test_two_streets_on_one_point_are_told_of() -> None:
    units = [UNIT, {**UNIT, "nummer": "0002", "strasse": "Lindenweg", "bezeichnung": "W2"}]
    assert codes(look(export(units=units))) == {"coordinates_shared": 1}


def _leases(*spans: tuple[str, str | None]) -> dict[str, int]:
    people = [{**TENANT, "nummer": str(n), "email": f"t{n}@example.org"} for n in range(len(spans))]
    leases = [
        {**LEASE, "nummer": f"V{n}", "mieter": [str(n)], "beginn": beginn, "ende": ende}
        for n, (beginn, ende) in enumerate(spans)
    ]
    report = look(export(tenants=people, leases=leases))
    return {code: n for code, n in codes(report).items() if code not in {"moved_out", "lease_ended"}}


def test_leases_overlap_where_two_tenants_would_have_access() -> None:
    assert _leases(("2020-01-01", None), ("2025-01-01", None)) == {"leases_overlap": 1}
    assert _leases(("2020-01-01", "2027-02-01"), ("2027-01-01", None)) == {"leases_overlap": 1}


def test_a_lease_that_is_open_overlaps_with_all_that_follow() -> None:
    told = _leases(("2020-01-01", None), ("2021-01-01", "2027-01-31"), ("2027-02-01", None))
    assert told == {"leases_overlap": 2}


def _leases_of(*spans: tuple[str, str, str | None]) -> dict[str, int]:
    people = [
        {**TENANT, "nummer": one, "email": f"{one}@example.org"}
        for one in sorted({span[0] for span in spans})
    ]
    leases = [
        {**LEASE, "nummer": f"V{n}", "mieter": [one], "beginn": beginn, "ende": ende}
        for n, (one, beginn, ende) in enumerate(spans)
    ]
    return codes(look(export(tenants=people, leases=leases)))


def test_leases_of_the_same_tenants_give_nobody_else_access() -> None:
    assert _leases_of(("a", "2020-01-01", None), ("a", "2025-01-01", None)) == {"lease_renewed": 1}
    assert _leases_of(("a", "2020-01-01", None), ("a", "2020-01-01", None)) == {"lease_twice": 1}
    assert _leases_of(("a", "2020-01-01", "2026-12-31"), ("a", "2027-01-01", None)) == {}


def test_a_renewal_does_not_hide_another_tenant() -> None:
    first, other = ("a", "2020-01-01", None), ("b", "2021-01-01", "2028-01-01")
    assert _leases_of(first, other, ("a", "2027-01-01", None)) == {"leases_overlap": 2, "lease_renewed": 1}
    assert _leases_of(first, ("a", "2020-02-01", None), ("b", "2021-01-01", None)) == {
        "lease_renewed": 1,
        "leases_overlap": 1,
    }


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"beginn": "2028-12-01"}, "date_far"),
        ({"beginn": "2028-11-24"}, None),
        ({"ende": "2099-12-31"}, "open_end_odd"),
        ({"ende": "2070-12-31"}, None),
        ({"ende": "31.12.9999"}, None),
        ({"beginn": "1900-01-01"}, "date_default"),
        ({"beginn": "1899-01-01"}, "date_old"),
        ({"beginn": "0001-01-01"}, "not_a_date"),
    ],
)
def test_a_date_that_is_out_of_reason(fields: dict[str, Any], code: str | None) -> None:
    later = NOW.replace(year=2029)
    lease = {**LEASE, **fields}
    now = later if fields.get("ende") == "2099-12-31" else NOW
    document = export(leases=[lease], exported_at=now.isoformat())
    assert codes(look(document, now=now)) == ({code: 1} if code else {})


def test_one_lease_after_the_other_is_no_overlap() -> None:
    assert _leases(("2020-01-01", "2026-12-31"), ("2027-01-01", None)) == {}
    assert _leases(("2020-01-01", "2027-01-01"), ("2027-01-01", None)) == {}, "handed over within a day"
    assert _leases(("2010-01-01", "2019-12-31"), ("2015-01-01", None)) == {}, "overlapped once, long ago"


@pytest.mark.parametrize(
    ("numbers", "short"),
    [
        (["0001", "0002", "0003", "0004", "0005", "6"], 1),
        (["1", "2", "9", "10", "11", "12", "100", "101"], 0),
        (["0001", "2", "3", "4", "5", "6"], 0),
        (["0001", "0002", "0003", "0004", "0005", "00006"], 0),
        (["A1", "0002", "0003", "0004", "0005", "0006", "B12"], 0),
    ],
)
def test_numbers_are_too_short_only_where_padding_is_a_habit(numbers: list[str], short: int) -> None:
    units = [{**UNIT, "nummer": number, "bezeichnung": f"W{number}"} for number in numbers]
    found = codes(look(export(units=units, tenants=[], leases=[])))
    assert found.get("number_length", 0) == short


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("04711", "reference_almost"),
        (" 4711", None),
        ("4711a", "lease_tenant_unknown"),
        ("47 11", "reference_almost"),
    ],
)
def test_a_reference_that_is_nearly_right_is_told_with_what_is_meant(named: str, code: str | None) -> None:
    report = look(export(leases=[{**LEASE, "mieter": [named]}]))
    references = {c for c in codes(report) if c != "tenant_without_lease"}
    assert references == ({code} if code else set())
    if code == "reference_almost":
        (finding,) = (one for one in report.findings if one.code == code)
        assert finding.examples[0].others == [f"0001/{named}", "0001/4711"]


def test_separators_that_are_free_of_the_numbers_are_named() -> None:
    lease = {**LEASE, "nummer": "100-0001/01"}
    (finding,) = look(export(leases=[lease])).findings
    detail = finding.examples[0].detail
    assert finding.code == "separator_in_number"
    assert detail is not None
    assert detail.en == "1 ids; free of it: _ . |"
    assert codes(look(export(leases=[lease]), separator="_")) == {}
