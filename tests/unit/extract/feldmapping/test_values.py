"""Values and conditions of a mapping, applied to rows."""

from typing import Any

import pytest
from kiwi_extract.feldmapping.faults import RowError

from tests.unit.extract.feldmapping.mappings import field, mapping, table

PERSON: dict[str, Any] = {
    "Name": {"First": "Erika", "Last": None},
    "Mails": [
        {"Type": "Fax", "To": "040"},
        "nonsense",
        {"Type": "E-Mail", "To": " "},
        {"Type": "E-Mail", "To": "a@example.org"},
        {"Type": "E-Mail", "To": "b@example.org"},
    ],
    "Tags": ["x", "y"],
}


@pytest.mark.parametrize(
    ("value", "row", "found"),
    [
        ("A", {"A": "x"}, "x"),
        ("A", {"A": 7}, 7),
        ("A", {}, None),
        ("{column: A}", {"A": "x"}, "x"),
        ("{constant: 0001}", {}, "0001"),
        ("{constant: no}", {}, "no"),
        ("{path: P.Name.First}", {"P": PERSON}, "Erika"),
        ("{path: P.Name.Last.More}", {"P": PERSON}, None),
        ("{path: P.Tags.1}", {"P": PERSON}, "y"),
        ("{path: P.Tags.2}", {"P": PERSON}, None),
        ("{path: P.Tags.x}", {"P": PERSON}, None),
        ("{path: P.Mails.3.To}", {"P": PERSON}, "a@example.org"),
        ("{join: [A, B], separator: '-'}", {"A": " 1 ", "B": 2}, "1-2"),
        ("{join: [A, B], separator: '-'}", {"A": "1", "B": " "}, ""),
        ("{join: [A, B], separator: '-', skip_blanks: true}", {"A": "1", "B": ""}, "1"),
        ("{join: [A, {constant: b}]}", {"A": "1"}, "1b"),
        ("{first: [A, B, {constant: c}]}", {"A": " ", "B": None}, "c"),
        ("{first: [A, B]}", {"A": "", "B": "b"}, "b"),
        ("{first: [A]}", {}, None),
        ("{list: P.Mails, where: {path: Type, is: E-Mail}, take: To}", {"P": PERSON}, "a@example.org"),
        ("{list: P.Tags}", {"P": PERSON}, "x"),
        ("{list: P.Tags, then: [{blank: [x]}]}", {"P": PERSON}, "y"),
        ("{list: P.Tags, then: [{blank: [x, y]}]}", {"P": PERSON}, None),
        (
            "{first: [{list: P.Mails, take: To, then: [{map: {values: {'040': ''}, otherwise: keep}}]}]}",
            {"P": PERSON | {"Mails": PERSON["Mails"][:1] + PERSON["Mails"][2:]}},
            "a@example.org",
        ),
        ("{list: P.Name, take: To}", {"P": PERSON}, None),
        ("{list: P.Nothing}", {"P": PERSON}, None),
    ],
)
def test_a_value(value: str, row: dict[str, Any], found: Any) -> None:
    assert field(value, row) == found


@pytest.mark.parametrize(
    ("steps", "text", "found"),
    [
        ("trim", "  Anna \t Maria ", "Anna Maria"),
        ("upper", "aß", "ASS"),
        ("lower", "A@Example.ORG", "a@example.org"),
        ("{pad: 4}", "1", "0001"),
        ("{pad: 4}", "12345", "12345"),
        ("{pad: 4}", 1, "0001"),
        ("{pad: 4}", " ", ""),
        ("{pad: 4}", None, ""),
        ("{blank: [keine, '-']}", "keine", ""),
        ("{blank: [keine, '-']}", "Keine", "Keine"),
        ("{map: {values: {D: DE, 1: eins}}}", "D", "DE"),
        ("{map: {values: {D: DE, 1: eins}}}", 1, "eins"),
        ("{map: {values: {D: ''}}}", "D", ""),
        ("{map: {values: {D: DE}, otherwise: keep}}", "AT", "AT"),
        ("{map: {values: {D: DE}, otherwise: blank}}", "AT", ""),
        ("{map: {values: {true: ja}}}", True, "ja"),
        ("{split: {pattern: '{a}-{b}', take: b}}", "1- 2", "2"),
        ("{split: {pattern: '{a}-{b}', take: b, otherwise: keep}}", "1", "1"),
        ("{split: {pattern: '{a}-{b}', take: b, otherwise: blank}}", "1", ""),
        ("{date: DD.MM.YYYY}", "31.01.2024", "2024-01-31"),
        ("{date: DD.MM.YYYY}", "", ""),
        ("lower, {map: {values: {ja: J}}}", "JA", "J"),
    ],
)
def test_a_step(steps: str, text: Any, found: str) -> None:
    assert field(f"{{column: A, then: [{steps}]}}", {"A": text}) == found


@pytest.mark.parametrize(
    ("value", "cell", "reason"),
    [
        ("{column: A, then: [{date: YYYYMMDD}]}", "31.1.2024", "not_a_date"),
        ("{column: A, then: [{map: {values: {D: DE}}}]}", "AT", "value_not_mapped"),
        ("{column: A, then: [{split: {pattern: '{a}-{b}', take: a}}]}", "1", "pattern_mismatch"),
        ("{column: A, then: [trim]}", ["x"], "not_text"),
        ("{column: A, then: [trim]}", {"x": 1}, "not_text"),
        ("{join: [A, A]}", ["x"], "not_text"),
        ("{first: [A]}", ["x"], "not_text"),
    ],
)
def test_what_a_step_cannot_take_rejects_the_row(value: str, cell: Any, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        field(value, {"A": cell})
    assert (caught.value.field, caught.value.reason) == ("email", reason)
    assert caught.value.record == {"mandant": "1", "nummer": "2"}


@pytest.mark.parametrize(
    ("condition", "row", "is_met"),
    [
        ("{column: A, is: aktiv}", {"A": " aktiv "}, True),
        ("{column: A, is: aktiv}", {"A": "Aktiv"}, False),
        ("{column: A, then: [lower], is: aktiv}", {"A": "AKTIV"}, True),
        ("{column: A, is: ''}", {}, True),
        ("{column: A, is: 1}", {"A": 1}, True),
        ("{column: A, is: 01}", {"A": 1}, False),
        ("{column: A, is_not: x}", {"A": "y"}, True),
        ("{column: A, is_not: x}", {"A": "x"}, False),
        ("{column: A, is_not: x}", {}, True),
        ("{column: A, in: [x, y]}", {"A": "y"}, True),
        ("{column: A, in: [x, y]}", {"A": ""}, False),
        ("{column: A, not_in: [x, y]}", {"A": "y"}, False),
        ("{column: A, empty: true}", {"A": " "}, True),
        ("{column: A, empty: false}", {"A": "x"}, True),
        ("{column: A, empty: false}", {}, False),
        ("{path: A.B, is: true}", {"A": {"B": True}}, True),
        ("{path: A.B, is_not: true}", {"A": {}}, True),
        ("{all: [{column: A, is: x}, {column: B, is: y}]}", {"A": "x", "B": "y"}, True),
        ("{all: [{column: A, is: x}, {column: B, is: y}]}", {"A": "x"}, False),
        ("{any: [{column: A, is: x}, {column: B, is: y}]}", {"B": "y"}, True),
        ("{any: [{column: A, is: x}, {all: [{column: B, is: y}]}]}", {}, False),
    ],
)
def test_a_condition(condition: str, row: dict[str, Any], is_met: bool) -> None:
    filtered = table(f"mieter: [{{filter: {condition}, fields: {{mandant: M, nummer: N}}}}]")
    assert (filtered.record(row) is not None) == is_met


@pytest.mark.parametrize(
    ("items", "row", "found"),
    [
        ("[A, B]", {"A": "1", "B": "2"}, ["1", "2"]),
        ("[A, B]", {"A": "", "B": None}, []),
        ("[A, B, C]", {"A": " 1", "B": "   ", "C": "\t"}, [" 1"]),
        ("[{list: A}]", {"A": [" ", "1"]}, ["1"]),
        ("[{each: A, at: ','}]", {"A": "1, 2,,3 "}, ["1", "2", "3"]),
        ("[{each: A, at: ',', then: [{pad: 2}]}]", {"A": "1,2"}, ["01", "02"]),
        ("[{each: {column: A, then: [upper]}, at: und}]", {"A": "a und b"}, ["A UND B"]),
        ("[{list: A, take: n}]", {"A": [{"n": 1}, {"m": 2}, 3, {"n": "4"}]}, [1, "4"]),
        (
            "[{list: A, where: {path: t, is: x}, take: n, then: [{pad: 3}]}]",
            {"A": [{"t": "x", "n": 1}]},
            ["001"],
        ),
        ("[{list: A}]", {"A": ["1", None, ""]}, ["1"]),
        ("[{join: [A, B]}, C]", {"A": "1", "C": "2"}, ["2"]),
    ],
)
def test_the_tenants_of_a_lease(items: str, row: dict[str, Any], found: list[Any]) -> None:
    lease = table(
        f"""
        mietvertraege:
          - fields: {{mandant: M, nummer: N, beginn: X, mieter: {items},
                      verwaltungseinheit: {{wirtschaftseinheit: X, nummer: Y}}}}
        """
    )
    record = lease.record(row)
    assert record is not None
    assert record["mieter"] == found


def test_a_number_without_end_is_no_text() -> None:
    with pytest.raises(RowError, match="email: not_text"):
        field("{column: A, then: [trim]}", {"A": 10**5000})


@pytest.mark.parametrize(
    "number", [float("inf"), float("-inf"), float("nan"), 2.0**53, 1.2345678901234568e20]
)
def test_a_number_of_which_digits_are_lost_is_no_text(number: float) -> None:
    with pytest.raises(RowError, match="email: not_text"):
        field("{column: A, then: [trim]}", {"A": number})


@pytest.mark.parametrize(
    ("number", "text"), [(4711.0, "4711"), (-0.0, "0"), (1.5, "1.5"), (2.0**53 - 1, "9007199254740991")]
)
def test_a_number_with_a_point_is_read_as_what_it_is(number: float, text: str) -> None:
    assert field("{column: A, then: [trim]}", {"A": number}) == text


def test_steps_take_dates_of_excel_and_numbers_alike() -> None:
    assert field("{column: A, then: [{date: excel}]}", {"A": 45322}) == "2024-01-31"
    assert field("{column: A, then: [{date: excel}]}", {"A": 45322.0}) == "2024-01-31"


def test_an_optional_column_may_be_missing() -> None:
    text = "mieter: [{fields: {mandant: M, nummer: N, email: {column: E, optional: true}}}]"
    assert mapping(text).tables_for("x", ["M", "N"])[0].record({"M": "1", "N": "2"}) == {
        "mandant": "1",
        "nummer": "2",
    }
