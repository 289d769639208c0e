"""What a local run reads of an export beforehand, and how it shifts dates."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kiwi_local.exports import SAMPLES, is_sample, parse_export, redate

NOW = datetime(2031, 5, 1, 12, tzinfo=UTC)
PATH = Path("export.json")


def document(**more: Any) -> bytes:
    return json.dumps({"connection": "muster", "export_id": "e1", **more}).encode()


def test_an_export_tells_its_connection_and_mandanten() -> None:
    export = parse_export(PATH, document(mandanten=["0001", 2], exported_at="2026-11-22T02:00:00+01:00"))
    assert (export.connection, export.export_id) == ("muster", "e1")
    assert export.mandanten == ("0001", "2")
    assert export.exported_at == datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize("content", [b"", b"no JSON", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_export_is_kept_as_it_is(content: bytes) -> None:
    export = parse_export(PATH, content)
    assert (export.content, export.connection, export.exported_at) == (content, "", None)


def test_odd_values_are_nothing() -> None:
    export = parse_export(
        PATH, json.dumps({"connection": 1, "mandanten": "0001", "exported_at": "2026-11-22"}).encode()
    )
    assert (export.connection, export.mandanten, export.exported_at) == ("", (), None)


def test_redating_keeps_distances_and_everything_else() -> None:
    old = document(exported_at="2026-01-02T00:00:00Z", odd=[1.50, "exported_at"])
    new = document(exported_at="2026-01-03T00:00:00+01:00")
    first, second = redate([parse_export(PATH, old), parse_export(PATH, new)], NOW)
    assert second.exported_at == NOW - timedelta(minutes=1)
    assert first.exported_at == second.exported_at - timedelta(hours=23)
    moment = first.exported_at.isoformat().encode()
    assert first.content == old.replace(b"2026-01-02T00:00:00Z", moment)
    assert parse_export(PATH, second.content).exported_at == second.exported_at


def test_there_is_nothing_to_redate_without_dates() -> None:
    exports = [parse_export(PATH, b"{}")]
    assert redate(exports, NOW) == exports


def test_an_export_without_a_date_stays_as_it_is_among_others() -> None:
    dated = parse_export(PATH, document(exported_at="2026-01-02T00:00:00Z"))
    undated = parse_export(PATH, document())
    assert redate([dated, undated], NOW)[1] == undated


def test_samples_are_the_files_of_the_project(tmp_path: Path) -> None:
    assert is_sample(SAMPLES / "exports" / "full.json")
    assert not is_sample(tmp_path / "events" / "full.json")
