"""Foreign JSON: its lists are tables, read by a Feldmapping or by our own names."""

import json
from typing import Any

import pytest
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.reading.own_columns import IdentityTable
from kiwi_extract.reading.tables import MAX_UNUSED
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import encoded, full, lease, tenant, unit
from tests.unit.extract.reading.helpers import FakeMapping, opened, refused, values
from tests.written import as_csv

FLAT = """
version: 1
verwaltungseinheiten:
  - repeats: yes
    fields: {mandant: {constant: "1"}, wirtschaftseinheit: WE, nummer: VE}
mieter:
  - repeats: yes
    fields: {mandant: {constant: "1"}, nummer: Mieter, nachname: Name}
mietvertraege:
  - repeats: yes
    fields:
      mandant: {constant: "1"}
      nummer: Vertrag
      verwaltungseinheit: {wirtschaftseinheit: WE, nummer: VE}
      mieter: [Mieter]
      beginn: Beginn
"""
ROWS = (
    "WE;VE;Vertrag;Mieter;Name;Beginn\n1;1;V1;7;A;01.01.2024\n1;2;V2;9;C;01.01.2024\n1;1;V1;8;B;01.01.2024\n"
)


def listed(value: Any, mapping: FakeMapping) -> list[tuple[str | None, int | None, Any]]:
    return [
        (raw.source, raw.line, raw.value["nummer"])
        for raw in opened(json.dumps(value).encode(), mapping=mapping)[0]
    ]


def test_lists_are_called_by_their_keys() -> None:
    table = IdentityTable("mieter")
    mapping = FakeMapping({"personen": [table], "data.items": [table], "a.csv": [table]})
    document = {"x": 1, "personen": [tenant("1")], "data": {"items": [tenant("2"), tenant("3")], "n": None}}
    assert listed(document, mapping) == [("personen", 1, "1"), ("data.items", 1, "2"), ("data.items", 2, "3")]
    assert mapping.asked == [("personen", None), ("data.items", None)]
    assert listed([tenant("4")], mapping) == [("a.csv", 1, "4")]


def test_without_a_mapping_the_keys_of_the_records_tell() -> None:
    assert [raw.section for raw in opened(json.dumps([tenant("1")]).encode())[0]] == ["mieter"]
    assert values(json.dumps([lease("1")]).encode()) == [lease("1")]
    assert (
        values(json.dumps(unit("1", latitude=1.5)).encode() + b"\n" + json.dumps(unit("2")).encode())[1][
            "nummer"
        ]
        == "2"
    )


def test_a_document_without_format_is_one_of_ours_if_there_is_no_mapping() -> None:
    export = opened(encoded({"mieter": [tenant("1")]}))[1]
    assert export.envelope["mandanten"] == ["0001"]
    assert export.spoken == frozenset({("0001", "mieter")})
    export = opened(encoded({"mieter": [], "mandanten": ["0001"]}))[1]
    assert export.spoken == frozenset({("0001", "mieter")})


def test_our_own_format_needs_no_mapping_and_uses_none() -> None:
    mapping = FakeMapping()
    records, export = opened(encoded(full(1, [tenant("1")])), mapping=mapping)
    assert ([raw.source for raw in records], export.mapping, mapping.asked) == ([None], None, [])


def test_what_is_no_object_is_rejected() -> None:
    mapping = FakeMapping({"a": [IdentityTable("mieter")]})
    assert [raw.reason for raw in opened(b'{"a": [1, {}, []]}', mapping=mapping)[0]] == [
        "not_an_object",
        None,
        "not_an_object",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[1, ", RejectedExport.NOT_JSON),
        (b"[] x", RejectedExport.NOT_JSON),
        (b"[" * 2**20, RejectedExport.TOO_COMPLEX),
        (b'[{"a": "' + b"x" * 2**21, RejectedExport.TOO_COMPLEX),
        (b"[]", RejectedExport.NO_TABLE),
        (b'{"a": {"b": {"c": {"d": {"e": [{}]}}}}}', RejectedExport.NO_TABLE),
    ],
)
def test_what_is_refused(content: bytes, reason: RejectedExport) -> None:
    assert refused(content, mapping=FakeMapping()).reason is reason


def test_rows_of_one_key_become_one_record() -> None:
    mapping = parse_feldmapping(FLAT)
    records, export = opened(ROWS.encode(), mapping=mapping)
    assert export.counts == {"verwaltungseinheiten": 2, "mieter": 3, "mietvertraege": 2}
    assert export.mapping == mapping.version
    leases = [raw.value for raw in records if raw.section == "mietvertraege"]
    assert [(value["nummer"], value["mieter"]) for value in leases] == [("V1", ["7", "8"]), ("V2", ["9"])]
    assert sorted((raw.section, raw.place) for raw in records if raw.section == "mieter") == [
        ("mieter", 0), ("mieter", 1), ("mieter", 2),
    ]  # fmt: skip


def test_a_column_that_is_not_there_refuses_the_export() -> None:
    error = refused(b"WE;VE\n1;2\n", mapping=parse_feldmapping(FLAT))
    assert error.reason is RejectedExport.COLUMN_MISSING
    assert "'Vertrag'" in error.detail


def test_only_tables_that_the_mapping_means_are_read() -> None:
    mapping = FakeMapping({"b.csv": [IdentityTable("mieter")]})
    assert refused(as_csv("mieter", [tenant("1")]), mapping=mapping).reason is RejectedExport.NO_TABLE


def test_a_line_of_foreign_json_that_cannot_be_read() -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]})
    content = b'{"nummer": "1"}\n{"nummer": \n\n{"nummer": "2"}\n'
    assert [(raw.line, raw.reason) for raw in opened(content, mapping=mapping)[0]] == [
        (1, None), (2, "not_json_line"), (4, None),
    ]  # fmt: skip
    assert mapping.asked == [("a.csv", None)]


def test_a_list_that_nobody_wants_is_passed_by() -> None:
    mapping = FakeMapping({"b": [IdentityTable("mieter")]})
    document = {"a": [{"x": number} for number in range(500)], "b": [tenant("1")]}
    assert [raw.value["nummer"] for raw in opened(json.dumps(document).encode(), mapping=mapping)[0]] == ["1"]


def test_tables_that_nothing_is_read_from_are_told() -> None:
    mapping = FakeMapping({"b": [IdentityTable("mieter")]})
    document = {"a": [{"x": 1}], "b": [tenant("1")], "c": {"d": []}}
    assert opened(json.dumps(document).encode(), mapping=mapping)[1].unused == ["a", "c.d"]
    many = {**{f"a{number}": [] for number in range(200)}, "b": [tenant("1")]}
    assert len(opened(json.dumps(many).encode(), mapping=mapping)[1].unused) == MAX_UNUSED
    assert list(opened(encoded(full(1, [tenant("1")])))[1].unused) == []
