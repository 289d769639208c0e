"""What is said of an export as a whole, and of several files."""

import json

import pytest
from kiwi_local.check.inspection import DifferentExportsError

from tests.unit.local.check.looking import LEASE, NOW, TENANT, UNIT, Json, codes, export, look

DELTA: Json = {"scope": "delta", "mandanten": None}


def test_an_empty_list_in_a_full_export_is_an_error() -> None:
    report = look(export(leases=[], tenants=[]))
    assert codes(report) == {"section_empty": 2}
    assert {where.key for where in report.findings[0].examples} == {"mieter", "mietvertraege"}


def test_an_empty_list_in_a_delta_is_none() -> None:
    assert codes(look(export(leases=[], tenants=[], **DELTA))) == {}


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
    with pytest.raises(DifferentExportsError, match=r"export-1\.json"):
        look(export(), export(export_id="another"))


def test_only_the_first_places_are_named_but_all_are_counted() -> None:
    units = [{**UNIT, "nummer": f"{n:04}", "bezeichnung": f"W{n}", "bundesland": None} for n in range(1, 8)]
    (finding,) = look(export(units=units), shown=3).findings
    assert (finding.code, finding.count, len(finding.examples)) == ("state_missing", 7, 3)


def test_today_is_the_day_where_the_houses_are() -> None:
    late = NOW.replace(hour=23, minute=30)  # in Berlin it is the next day
    lease = {**LEASE, "ende": "2026-11-24"}
    assert "lease_ended" in codes(look(export(leases=[lease]), now=late))
    assert "lease_ended" not in codes(look(export(leases=[lease]), now=late, time_zone="UTC"))
