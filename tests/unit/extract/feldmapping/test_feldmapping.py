"""The choice of tables for a file, and the records of its rows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.feldmapping.faults import ColumnMissingError, RowError
from kiwi_extract.feldmapping.feldmapping import TableMapping

from tests.unit.extract.feldmapping.mappings import mapping, table

UNITS = """
    verwaltungseinheiten:
      - from: [einheiten*.csv, Objekte]
        filter: {column: Art, in: [Wohnung, Gewerbe]}
        fields:
          mandant: {constant: 0001}
          wirtschaftseinheit: {column: WE, then: [{pad: 3}]}
          nummer: VE
          bezeichnung: Lage
          latitude: Breite
"""
LEASES = """
    mietvertraege:
      - repeats: true
        fields:
          mandant: M
          nummer: {join: [WE, VE, Folge], separator: "-"}
          verwaltungseinheit: {wirtschaftseinheit: WE, nummer: VE}
          mieter: [Mieter, {column: Mitmieter, optional: true}, {each: Weitere, at: ","}]
          beginn: {column: Beginn, then: [{date: DD.MM.YYYY}]}
          ende: {column: Ende, then: [{blank: [00.00.0000]}, {date: DD.MM.YYYY}]}
"""
UNIT = {"Art": "Wohnung", "WE": "7", "VE": "0001", "Lage": "1. OG", "Breite": "52,5031"}
LEASE = {
    "M": "1",
    "WE": "100",
    "VE": "0001",
    "Folge": "03",
    "Mieter": "4711",
    "Mitmieter": "",
    "Weitere": "4712, 4711,",
    "Beginn": "31.01.2024",
    "Ende": "00.00.0000",
}


def test_a_row_becomes_a_record() -> None:
    assert table(UNITS.replace("from: [einheiten*.csv, Objekte]", "columns: [WE]")).record(UNIT) == {
        "mandant": "0001",
        "wirtschaftseinheit": "007",
        "nummer": "0001",
        "bezeichnung": "1. OG",
        "latitude": 52.5031,
    }


def test_a_lease_names_its_unit_and_its_tenants() -> None:
    assert table(LEASES).record(LEASE) == {
        "mandant": "1",
        "nummer": "100-0001-03",
        "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": "0001"},
        "mieter": ["4711", "4712", "4711"],
        "beginn": "2024-01-31",
        "ende": "",
    }


def test_a_row_that_the_filter_leaves_out_is_no_record() -> None:
    assert mapping(UNITS).tables_for("Objekte", None)[0].record(UNIT | {"Art": "Stellplatz"}) is None


def test_what_cannot_be_mapped_says_which_field_and_keeps_the_rest() -> None:
    with pytest.raises(RowError) as caught:
        table(LEASES).record(LEASE | {"Beginn": "demnächst"})
    assert (caught.value.field, caught.value.reason) == ("beginn", "not_a_date")
    assert caught.value.record["nummer"] == "100-0001-03"
    assert "demnächst" not in str(caught.value)


def test_a_filter_that_cannot_be_asked_rejects_the_row() -> None:
    with pytest.raises(RowError) as caught:
        mapping(UNITS).tables_for("Objekte", None)[0].record(UNIT | {"Art": ["Wohnung"]})
    assert (caught.value.field, caught.value.reason) == ("filter", "not_text")
    assert caught.value.record["nummer"] == "0001"


@pytest.mark.parametrize(
    ("written", "read"),
    [("52,5031", 52.5031), ("-13.4", -13.4), (" 52 ", 52.0), (52.5, 52.5), ("", None), (" ", None)],
)
def test_a_coordinate_has_a_comma_or_a_point(written: Any, read: float | None) -> None:
    record = mapping(UNITS).tables_for("Objekte", None)[0].record(UNIT | {"Breite": written})
    assert record is not None
    assert record.get("latitude") == read


@pytest.mark.parametrize("written", ["52,50,31", "N 52", "1e3", "٥٢", "5,2,"])
def test_what_is_no_coordinate_is_rejected(written: str) -> None:
    with pytest.raises(RowError, match="latitude: not_a_number"):
        mapping(UNITS).tables_for("Objekte", None)[0].record(UNIT | {"Breite": written})


@pytest.mark.parametrize(
    ("source", "is_meant"),
    [
        ("einheiten.csv", True),
        ("Einheiten-2024.CSV", True),
        ("export/einheiten.csv", True),
        ("stamm.xlsx#Objekte", True),
        ("objekte", True),
        ("mieter.csv", False),
        ("einheiten.xlsx", False),
    ],
)
def test_a_table_is_read_from_the_files_that_it_names(source: str, is_meant: bool) -> None:
    assert bool(mapping(UNITS).tables_for(source, None)) == is_meant


def test_a_list_may_be_meant_by_its_own_name_or_by_its_path() -> None:
    text = "mieter: [{from: ['PATTERN'], fields: {mandant: {path: m}, nummer: {path: n}}}]"
    for pattern, is_meant in {"Tenants": True, "data.Tenants": True, "*tenants": True, "data": False}.items():
        found = mapping(text.replace("PATTERN", pattern)).tables_for("data.Tenants", None)
        assert bool(found) == is_meant
    assert not mapping(text.replace("PATTERN", "csv")).tables_for("tenants.csv", [])


@pytest.mark.parametrize(
    ("pattern", "source", "is_meant"),
    [
        ("Liste [neu].csv", "liste [neu].csv", True),
        ("Liste [neu].csv", "liste n.csv", False),
        ("was?.csv", "was?.csv", True),
        ("was?.csv", "wasx.csv", False),
        ("[*].csv", "[a].csv", True),
        ("[!a]*", "b", False),
    ],
)
def test_of_the_signs_in_a_name_only_the_star_is_one(pattern: str, source: str, is_meant: bool) -> None:
    text = f"mieter: [{{from: ['{pattern}'], fields: {{mandant: M, nummer: N}}}}]"
    assert bool(mapping(text).tables_for(source, ["M", "N"])) == is_meant


def test_a_list_is_told_by_the_keys_of_its_records() -> None:
    text = UNITS.replace("from: [einheiten*.csv, Objekte]", "columns: [WE, VE]")
    keys = {("WE", "VE", "x"): True, ("WE",): False, (): False}
    for looked_at, is_meant in keys.items():
        assert bool(mapping(text).tables_for("data.a", None, looked_at)) == is_meant
    named = UNITS.replace("Objekte]", "Objekte]\n        columns: [WE]")
    keys = {("WE", "x"): True, ("x",): False, (): True}
    for looked_at, is_meant in keys.items():
        assert bool(mapping(named).tables_for("data.Objekte", None, looked_at)) == is_meant


def test_a_table_is_read_from_what_has_its_columns() -> None:
    text = UNITS.replace("from: [einheiten*.csv, Objekte]", "columns: [WE, VE]")
    columns = ["Art", "WE", "VE", "Lage", "Breite"]
    assert [it.section for it in mapping(text).tables_for("x.csv", columns)] == ["verwaltungseinheiten"]
    assert mapping(text).tables_for("x.csv", ["WE", "Lage"]) == []


def test_one_file_may_hold_several_tables() -> None:
    both = mapping(UNITS + LEASES)
    assert [it.section for it in both.tables_for("einheiten.csv", None)] == [
        "verwaltungseinheiten",
        "mietvertraege",
    ]
    assert not any(it.completes for it in both.tables_for("einheiten.csv", None))
    assert [it.repeats for it in both.tables_for("einheiten.csv", None)] == [False, True]


def test_a_column_that_is_not_there_is_an_error_with_its_line() -> None:
    with pytest.raises(ColumnMissingError) as caught:
        mapping(LEASES).tables_for(
            "leases.csv", [name for name in LEASE if name not in {"Ende", "Mitmieter"}]
        )
    assert [str(fault) for fault in caught.value.faults] == [
        "line 11, mietvertraege[0].fields.ende: leases.csv has no column 'Ende'"
    ]


def test_every_column_that_is_used_must_be_there() -> None:
    with pytest.raises(ColumnMissingError) as caught:
        mapping(UNITS + LEASES).tables_for("einheiten.csv", [])
    named = {fault.message.rpartition(" ")[2].strip("'") for fault in caught.value.faults}
    assert named == {*UNIT, *LEASE} - {"Mitmieter"}


def test_a_table_that_another_completes_repeats() -> None:
    leases = mapping(
        """
        mietvertraege:
          - fields: {mandant: M, nummer: N, beginn: B, verwaltungseinheit: {wirtschaftseinheit: W, nummer: V}}
          - {completes: true, fields: {mandant: M, nummer: N, mieter: [P]}}
        """
    )
    found = leases.tables_for("x", None)
    assert [(it.repeats, it.completes) for it in found] == [(True, False), (True, True)]


def test_a_table_of_deletions_says_so() -> None:
    text = "mieter: [{deleted: true, filter: {column: weg, is: J}, fields: {mandant: M, nummer: N}}]"
    assert table(text).deleted
    assert not table(LEASES).deleted


def test_the_version_is_that_of_the_text() -> None:
    assert mapping(UNITS).version == mapping(UNITS).version != mapping(LEASES).version


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["", " ", "0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
EVERYTHING = """
    mietvertraege:
      - filter: {any: [{column: a, is: x}, {all: [{path: b.c, empty: false}, {column: c, not_in: [y]}]}]}
        fields:
          mandant: {first: [a, {path: b.0.c}, {constant: 1}], then: [trim, upper, lower]}
          nummer: {join: [a, b, {column: c, then: [{pad: 4}]}], separator: "-", then: [{blank: [--]}]}
          verwaltungseinheit:
            wirtschaftseinheit:
              column: a
              then: [{split: {pattern: "{x}-{y:digits}{z:2}/{r:long}!", take: y}}]
            nummer: {list: b, where: {path: c, is_not: d}, take: c.d, then: [{map: {values: {a: b}}}]}
          mieter: [{list: b, take: c}, {each: a, at: ";", then: [{split: {pattern: "{n} ", take: n}}]}, c]
          beginn: {column: a, then: [{date: DD.MM.YYYY}]}
          ende: {column: c, optional: true, then: [{date: excel}]}
"""
UNIT_FIELDS = """
    verwaltungseinheiten:
      - fields: {mandant: a, wirtschaftseinheit: b, nummer: c, latitude: a, longitude: {path: b.c}}
"""


@pytest.mark.parametrize("any_table", [table(EVERYTHING), table(UNIT_FIELDS)], ids=["lease", "unit"])
@given(row=st.dictionaries(st.sampled_from("abc") | st.text(), CELLS))
def test_whatever_the_row_it_is_a_record_or_none_or_an_error(
    any_table: TableMapping, row: dict[str, Any]
) -> None:
    try:
        outcome: object = any_table.record(row)
    except RowError as error:
        outcome = error.record
    assert outcome is None or isinstance(outcome, dict)
