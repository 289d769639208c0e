"""Exports: ways of arrival, order, and unusable ones."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.stack.building import export, lease, letting, tenant, unit
from tests.stack.running import PATIENCE, Running, redated
from tests.written import COLUMNS, as_csv, as_zip_of_csv

SAMPLES = Path(__file__).parents[2] / "events" / "exports"


def test_the_samples_arrive_field_by_field_and_a_repeat_costs_nothing(run: Running) -> None:
    full, delta = redated(*(json.loads((SAMPLES / name).read_text()) for name in ("full.json", "delta.json")))
    run.bring(full)
    run.assert_right([full])
    run.bring(delta)
    run.assert_right([full, delta])
    state, messages, requests = (
        run.stack.aws.meter.state_writes,
        dict(run.stack.messages),
        len(run.kiwi.requests),
    )
    assert state > 0
    repeat = delta | {"export_id": "repeat", "exported_at": datetime.now(UTC).isoformat()}
    run.bring(delta)
    assert run.stack.aws.meter.state_writes == state, "a redelivery writes nothing"
    again = full | {"export_id": "again", "exported_at": datetime.now(UTC).isoformat()}
    run.bring(again)
    run.bring(repeat)
    run.assert_right([full, delta, again, repeat])
    state, messages, requests = (
        run.stack.aws.meter.state_writes,
        dict(run.stack.messages),
        len(run.kiwi.requests),
    )
    last = full | {"export_id": "last", "exported_at": (datetime.now(UTC) + timedelta(minutes=1)).isoformat()}
    run.bring(last)
    settled = run.stack.aws.meter.state_writes, dict(run.stack.messages), len(run.kiwi.requests)
    assert settled != (state, messages, requests), "the full export takes the delta back"
    state, messages = run.stack.aws.meter.state_writes, dict(run.stack.messages)
    requests = len(run.kiwi.requests)
    run.bring(
        full | {"export_id": "same", "exported_at": (datetime.now(UTC) + timedelta(minutes=2)).isoformat()}
    )
    assert run.status("same") == "done"
    assert run.stack.aws.meter.state_writes == state
    assert {stage: run.stack.messages[stage] for stage in ("transform", "load")} == {
        stage: messages[stage] for stage in ("transform", "load")
    }
    assert len(run.kiwi.requests) == requests


def test_an_older_export_after_a_newer_one_changes_nothing(run: Running) -> None:
    old, new = export(1, **letting()), export(2, **letting(mieter=[tenant(nachname="Neu")]))
    run.bring(new)
    writes = run.kiwi_writes()
    run.bring(old)
    run.assert_right([old, new])
    assert run.status("test-001") == "superseded"
    assert run.kiwi_writes() == writes


def test_a_late_delta_brings_only_what_no_newer_export_spoke_of(run: Running) -> None:
    full = export(3, **letting()) | {"mandanten": ["0001"]}
    late = export(2, "delta", mieter=[tenant(nachname="Alt"), tenant("9", mandant="0002")])
    run.bring(full)
    run.bring(late)
    run.assert_right([late, full])
    assert run.ids("tenant") == {"0001-4711", "0002-9"}


def test_a_deletion_that_comes_before_what_it_deletes(run: Running) -> None:
    gone = export(3, "delta", geloescht={"mieter": [{"mandant": "0001", "nummer": "4711"}]})
    late = export(2, "delta", **letting())
    run.bring(gone)
    run.bring(late)
    run.assert_right([gone, late])
    assert run.ids("tenant") == set()
    assert run.ids("rental_unit") == {"0001-100-1"}


def test_a_pointer_and_a_notification(run: Running) -> None:
    first, second = export(1, **letting()), export(2, **letting(mieter=[tenant(nachname="Neu")]))
    run.stack.drop_large("exports/muster-wohnbau/voll mit Umlaut ü.json", json.dumps(first).encode())
    assert run.stack.drain(PATIENCE)
    run.assert_right([first])
    bucket = run.bucket
    run.stack.aws.s3.put_object(Bucket=bucket, Key="other/second.json", Body=json.dumps(second).encode())
    run.stack.drop({"format": "erp-export-pointer/1", "bucket": bucket, "key": "other/second.json"})
    assert run.stack.drain(PATIENCE)
    run.assert_right([first, second])


def test_tables_leave_in_kiwi_what_the_document_does(run: Running) -> None:
    said = export(1, **letting())
    sections = {name: said[name] for name in COLUMNS}
    run.stack.drop_large("exports/muster-wohnbau/full/nacht.zip", as_zip_of_csv(sections, "cp1252"))
    assert run.stack.drain(PATIENCE)
    run.assert_right([said])
    half = len(sections["mieter"])
    key = "exports/muster-wohnbau/full/abend-teil-{}-von-2.csv"
    run.stack.drop_large(key.format(1), as_csv("mieter", sections["mieter"][:half]))
    run.stack.drop_large(key.format(2), as_csv("verwaltungseinheiten", sections["verwaltungseinheiten"]))
    assert run.stack.drain(PATIENCE)
    run.assert_right([said])


def test_a_large_export_travels_through_the_bucket(run: Running) -> None:
    large = export(1, verwaltungseinheiten=[unit()], bemerkungen=["x" * 1000] * 1100)
    run.bring(large)
    run.assert_right([large])
    assert any(key.startswith("exports/") for key in run.object_keys())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": "erp-export/2"}, "envelope_invalid"),
        ({"format": None}, "not_an_export"),
        ({"exported_at": "2026-01-01T00:00:00"}, "envelope_invalid"),
        ({"exported_at": "2020-01-01T00:00:00Z"}, "too_old"),
        ({"exported_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()}, "in_future"),
        ({"mandanten": []}, "envelope_invalid"),
        ({"anzahl": {"mieter": 2}}, "count_mismatch"),
        ({"connection": "nobody"}, "unknown_connection"),
        ({"mieter": {}}, "envelope_invalid"),
    ],
)
def test_an_unusable_document_changes_nothing_and_is_kept(
    run: Running, change: dict[str, Any], reason: str
) -> None:
    run.stack.drop(export(1) | change)
    assert run.stack.drain(PATIENCE)
    (refused,) = run.runs()
    assert (refused["status"], refused["reason"]) == ("rejected", reason)
    assert refused["kept"] in run.object_keys()
    assert run.entity_keys() == set()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not_an_export"),
        ("no json", "no_table"),
        ('{"format": "erp-export/1", "mieter": [{"mandant"', "not_json"),
        ("[" * 100_000, "too_complex"),
    ],
)
def test_what_is_no_document_at_all(run: Running, body: str, reason: str) -> None:
    run.stack.drop(body or " ")
    assert run.stack.drain(PATIENCE)
    (refused,) = run.runs()
    assert (refused["status"], refused["reason"]) == ("rejected", reason)
    assert refused["kept"] in run.object_keys()


def test_bad_records_stop_nobody_and_lose_nothing(run: Running) -> None:
    first = export(1, **letting(verwaltungseinheiten=[unit("1"), unit("2")]))
    run.bring(first)
    bad = letting(
        verwaltungseinheiten=[
            unit("1", latitude=532),
            unit("2", bezeichnung="Neu"),
            unit("3") | {"mandant": None},
        ],
        mieter=[tenant(email=["a"]), tenant("5"), "kein Mieter"],
        mietvertraege=[lease(beginn="31.02.2024"), lease("100-2-01", of="2", by=["5"])],
    )
    second = export(2, **bad)
    run.bring(second)
    run.assert_right([first, second])
    (done,) = [it for it in run.runs() if it["export_id"] == "test-002"]
    rejected = {(it["kind"], it["key"], it["field"], it["reason"]) for it in json.loads(done["rejected"])}
    assert rejected == {
        ("verwaltungseinheiten", "0001/100/1", "latitude", "out_of_range"),
        ("verwaltungseinheiten", None, "mandant", "missing"),
        ("mieter", "0001/4711", "email", "not_text"),
        ("mieter", None, "", "not_an_object"),
        ("mietvertraege", "0001/100-1-01", "beginn", "not_a_date"),
    }
