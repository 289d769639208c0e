"""Findings on an export as a whole, and on several files."""

import json
from pathlib import Path

import pytest
from kiwi_cli.check.files import NotOneExportError
from kiwi_cli.pages import Text

from tests.unit.cli.check.looking import LEASE, NOW, TENANT, UNIT, Json, codes, export, look

DELTA: Json = {"scope": "delta", "mandanten": None}


def test_an_empty_list_in_a_full_export_is_an_error() -> None:
    report = look(export(leases=[], tenants=[]))
    assert codes(report) == {"section_empty": 2}
    assert {where.key for where in report.findings[0].examples} == {"mieter", "mietvertraege"}


def test_an_empty_list_in_a_delta_is_none() -> None:
    assert codes(look(export(leases=[], tenants=[], **DELTA))) == {}


def test_a_mandant_that_lacks_a_list_which_others_have() -> None:
    units = [UNIT, {**UNIT, "mandant": "0002"}]
    report = look(export(units=units, mandanten=["0001", "0002"]))
    assert codes(report) == {"section_empty_in_mandant": 2}
    assert {(where.key, where.field) for where in report.findings[0].examples} == {
        ("0002", "mieter"),
        ("0002", "mietvertraege"),
    }
    assert report.exit_code == 1


def test_records_of_a_mandant_that_is_not_selected_do_not_hide_an_empty_list() -> None:
    others = [{**TENANT, "mandant": "0002"}]
    document = export(tenants=others, leases=[], mandanten=["0001", "0002"])
    assert codes(look(document, mandanten=["0001"])) == {"section_empty": 2, "mandant_not_selected": 1}


def test_a_mandant_with_nothing_but_deletions_has_no_record() -> None:
    deleted = {"mieter": [{"mandant": "0002", "nummer": "1"}]}
    report = look(export(mandanten=["0001", "0002"], geloescht=deleted))
    assert codes(report) == {"mandant_without_records": 1, "deletion_in_full": 1}


def test_deletions_of_a_mandant_that_is_not_selected_are_passed_over_in_a_delta() -> None:
    deleted = {"mieter": [{"mandant": "0002", "nummer": "1"}]}
    (passed_over,) = look(export(geloescht=deleted, **DELTA), mandanten=["0001"]).findings
    assert passed_over.examples[0].detail == Text("1 Satz übergangen", "1 record passed over")


def test_a_mandant_that_cannot_be_read_is_none_that_is_not_selected() -> None:
    report = look(export(units=[UNIT, {**UNIT, "mandant": None}]), mandanten=["0001"])
    assert codes(report) == {"missing": 1}


def test_a_part_alone_says_nothing_of_what_is_in_the_others() -> None:
    part = export(units=[], tenants=[], teil={"nummer": 1, "von": 3})
    report = look(part)
    assert codes(report) == {"parts_missing": 1, "not_here": 2}
    assert report.findings[0].examples[0].detail == Text(
        "es fehlen: 2 von 3, 3 von 3", "missing: 2 of 3, 3 of 3"
    )
    rest = (
        export(units=[], leases=[], teil={"nummer": 2, "von": 3}),
        export(tenants=[], leases=[], teil={"nummer": 3, "von": 3}),
    )
    assert codes(look(part, *rest)) == {}


def test_parts_are_told_by_their_names_too(tmp_path: Path) -> None:
    table = tmp_path / "2026-11-22-teil-1-von-2-mieter.csv"
    table.write_text("mandant;nummer;nachname;email\n0001;4711;Abel;abel@example.org\n")
    assert codes(look(table)) == {"parts_missing": 1}


def test_files_that_the_side_file_names_are_missing(tmp_path: Path) -> None:
    side, table, other = (tmp_path / name for name in ("export.json", "a.csv", "b.csv"))
    side.write_text(json.dumps({"dateien": ["a.csv", "b.csv"], "mandanten": ["0001", "0002"]}))
    for path, nummer in ((table, "4711"), (other, "4712")):
        path.write_text(f"mandant;nummer;nachname;email\n0001;{nummer};Abel;abel{nummer}@example.org\n")
    report = look(side, table)
    assert codes(report) == {"parts_missing": 1}
    assert report.findings[0].examples[0].detail == Text("es fehlen: b.csv", "missing: b.csv")
    assert codes(look(side, table, other)) == {"mandant_without_records": 1}
    side.write_text(json.dumps({"dateien": ["b.csv"], "mandanten": ["0001"]}))
    with pytest.raises(NotOneExportError, match=r"a\.csv"):
        look(side, table)
    side.write_text(json.dumps({"dateien": "b.csv", "mandanten": ["0001"]}))
    assert look(side, other).unreadable[0].reason == "envelope_invalid"


@pytest.mark.parametrize(
    "head",
    [{"mandanten": ["0001", "0002"]}, {"exported_at": "2026-11-23T03:00:00+01:00"}, {"scope": "delta"}],
)
def test_parts_that_do_not_say_the_same_are_refused(head: Json) -> None:
    report = look(export(tenants=[], leases=[]), export(units=[], **head))
    (refused,) = (one for one in report.findings if one.code == "export_refused")
    detail = refused.examples[0].detail
    assert detail is not None
    assert detail.en.startswith(f"parts_differ: {next(iter(head))}: ")


def test_a_value_is_told_of_that_of_its_field() -> None:
    report = look(export(tenants=[TENANT, TENANT]), show_values=True)
    (twice,) = (one for one in report.findings if one.code == "duplicate")
    assert {where.value for where in twice.examples} == {"4711"}
    unlisted = look(export(tenants=[TENANT, {**TENANT, "mandant": "9"}]), show_values=True)
    (found,) = (one for one in unlisted.findings if one.code == "mandant_not_listed")
    assert (found.examples[0].value, found.examples[0].field) == ("9", "mandant")
    ragged = look(b"mandant;nummer;nachname\n0001;4711;Abel;x\n")
    (line,) = (one for one in ragged.findings if one.code == "ragged_line")
    assert line.examples[0].value_class is None


def test_another_connection_than_the_export_names() -> None:
    assert codes(look(export(), connection="beispiel-wohnen")) == {"connection_differs": 1}


def test_selected_mandanten_that_are_not_there_and_others_that_are() -> None:
    other = {**TENANT, "mandant": "0002"}
    report = look(export(tenants=[TENANT, other], mandanten=["0001", "0002"]), mandanten=["0001", "0009"])
    assert codes(report) == {"mandant_absent": 1, "mandant_not_selected": 1}
    assert {row.mandant for row in report.outcome} == {"0001"}
    absent, not_selected = report.findings
    assert (absent.examples[0].key, not_selected.examples[0].key) == ("0009", "0002")


def test_nothing_of_a_mandant_that_is_not_selected_is_looked_at() -> None:
    other = {"mandant": "0002", "nummer": "1", "email": "keine@example.org", "nachname": 7}
    report = look(export(tenants=[TENANT, other], mandanten=["0001", "0002"]), mandanten=["0001"])
    assert codes(report) == {"mandant_not_selected": 1}


def test_a_key_that_is_there_and_deleted_counts_as_deleted() -> None:
    report = look(export(geloescht={"mieter": [{"mandant": "0001", "nummer": "4711"}]}, **DELTA))
    assert codes(report) == {"deleted_and_there": 1, "lease_tenant_unknown": 1}
    assert {row.section: row.to_kiwi for row in report.outcome}["mieter"] == 0


def test_a_deletion_that_cannot_be_read_is_rejected_in_a_delta_and_ignored_in_a_full_export() -> None:
    bad = {"mieter": [{"mandant": "0001"}]}
    report = look(export(geloescht=bad, **DELTA))
    assert codes(report) == {"missing": 1}
    assert report.findings[0].examples[0].place == "geloescht.mieter[0]"
    assert codes(look(export(geloescht=bad))) == {}


def test_what_a_delta_does_not_contain_may_have_come_earlier() -> None:
    report = look(export(units=[], tenants=[], **DELTA))
    assert codes(report) == {"not_here": 2}
    (leases,) = (row for row in report.outcome if row.section == "mietvertraege")
    assert leases.skipped == {"not_in_this_export": 1}
    assert report.exit_code == 0


def test_no_address_in_a_whole_mandant_means_that_the_column_is_missing() -> None:
    people = [{"mandant": "0001", "nummer": str(n), "nachname": "Abel"} for n in range(5)]
    lease = {**LEASE, "mieter": [str(n) for n in range(5)]}
    assert codes(look(export(tenants=people, leases=[lease]))) == {"field_never_filled": 1}
    some = [{**people[0], "email": "abel@example.org"}, *people[1:]]
    assert codes(look(export(tenants=some, leases=[lease]))) == {}


def test_new_tenants_of_a_delta_may_have_no_address() -> None:
    people = [{"mandant": "0001", "nummer": str(n), "nachname": "Abel"} for n in range(5)]
    lease = {**LEASE, "mieter": [str(n) for n in range(5)]}
    filled = [{**one, "email": ""} for one in people]
    assert codes(look(export(tenants=filled, leases=[lease], **DELTA))) == {}
    assert codes(look(export(tenants=people, leases=[lease], **DELTA))) == {"field_never_filled": 1}
    assert codes(look(export(tenants=filled, leases=[lease]))) == {"field_never_filled": 1}


def test_a_name_that_is_almost_known_matters_only_if_something_stands_there() -> None:
    assert codes(look(export(tenants=[{**TENANT, "e_mail": ""}]))) == {}
    doubly = {**TENANT, "email": " ", "e_mail": "erika@example.org"}
    assert codes(look(export(tenants=[doubly]))) == {"field_unknown": 1}


def test_a_required_field_of_another_name_is_told_of() -> None:
    tenant = {"mandant": "0001", "mieternr": "4711", "nachname": "Abel"}
    lease = {name: value for name, value in LEASE.items() if name != "beginn"} | {"von": "2024-01-01"}
    report = look(export(tenants=[TENANT, tenant], leases=[LEASE, {**lease, "nummer": "V2"}]))
    assert codes(report) == {"missing": 2, "field_unknown": 2}
    (found,) = (one for one in report.findings if one.code == "field_unknown")
    assert {where.field for where in found.examples} == {"mieternr", "von"}


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"exported_at": "2026-09-01T00:00:00Z"}, "too_old"),
        ({"exported_at": "2026-11-24T14:00:00Z"}, "in_future"),
        ({"exported_at": "2026-11-24"}, "envelope_invalid"),
        ({"anzahl": {"mieter": 2}}, "count_mismatch"),
        ({"format": None}, "not_an_export"),
    ],
)
def test_an_export_that_would_be_refused_is_told_of_and_looked_at(head: Json, reason: str) -> None:
    report = look(export(tenants=[{**TENANT, "email": "keine@example.org"}], **head))
    assert codes(report) == {"export_refused": 1, "email_placeholder": 1}
    detail = report.findings[0].examples[0].detail
    assert detail is not None
    assert detail.en.startswith(reason)
    assert report.exit_code == 1


@pytest.mark.parametrize("content", [b"", b"[]", b"no JSON", b'{"mieter": 7}', b'{"mieter": [{"mandant": '])
def test_what_cannot_be_read_is_told_of_with_a_reason(content: bytes) -> None:
    report = look(content)
    assert [file.file for file in report.unreadable] == ["export-0.json"]
    assert report.unreadable[0].reason
    assert report.exit_code == 3


def test_what_could_be_read_before_the_end_is_told_of_too() -> None:
    whole = json.dumps(export(tenants=[{**TENANT, "email": "keine@example.org"}]))
    report = look(whole[: whole.index('"mietvertraege"')].encode())
    assert "email_placeholder" in codes(report)
    assert report.exit_code == 3


def test_several_files_of_one_export_are_looked_at_together() -> None:
    parts = export(tenants=[], leases=[]), export(units=[], leases=[]), export(units=[], tenants=[])
    report = look(*parts)
    assert codes(report) == {}
    assert {row.section: row.to_kiwi for row in report.outcome} == {
        "verwaltungseinheiten": 1,
        "mieter": 1,
        "mietvertraege": 1,
    }


def test_files_of_different_exports_are_refused() -> None:
    with pytest.raises(NotOneExportError, match=r"export-1\.json"):
        look(export(), export(export_id="another"))


def test_only_the_first_places_are_named_but_all_are_counted() -> None:
    units = [{**UNIT, "nummer": f"{n:04}", "bezeichnung": f"W{n}", "bundesland": None} for n in range(1, 8)]
    (finding,) = look(export(units=units), shown=3).findings
    assert (finding.code, finding.count, len(finding.examples)) == ("state_missing", 7, 3)


def test_numbers_without_their_zeros_are_all_counted() -> None:
    padded = [{**TENANT, "nummer": f"0{n}", "email": f"{n}@example.org"} for n in range(1000, 1200)]
    short = [{**TENANT, "nummer": f"{n}", "email": f"{n}@example.net"} for n in range(200, 230)]
    (found,) = (one for one in look(export(tenants=padded + short)).findings if one.code == "number_length")
    assert found.count == 30


def test_half_a_character_can_be_told_of() -> None:
    half, name = "\ud800", "e_mail\ud800"
    document = export(leases=[half], tenants=[{"mandant": "0001", "nummer": "1", name: "x"}], export_id=half)
    report = look(document, show_values=True)
    assert {"not_an_object", "field_unknown"} <= codes(report).keys()
    assert "?" in report.model_dump_json()


def test_today_is_the_day_where_the_houses_are() -> None:
    late = NOW.replace(hour=23, minute=30)  # in Berlin it is the next day
    lease = {**LEASE, "ende": "2026-11-24"}
    assert "lease_ended" in codes(look(export(leases=[lease]), now=late))
    assert "lease_ended" not in codes(look(export(leases=[lease]), now=late, time_zone="UTC"))
