"""The parts of an export that a local run reads beforehand, and its shift of dates."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.local.exports import SAMPLES, LocalExport, is_sample, parse_export, redate
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export

from tests.written import COLUMNS

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


TENANTS = "mandant;nummer;email\n0001;1;a@example.org\n0002;2;\n".encode("cp1252")


def test_what_does_not_say_whose_it_is_goes_to_a_place_that_does() -> None:
    export = parse_export(Path("folder/mieter.csv"), TENANTS, "muster/delta")
    assert (export.connection, export.key) == ("muster", "exports/muster/delta/mieter.csv")
    assert (export.export_id, export.exported_at) == ("", None)
    assert parse_export(Path("mieter.csv"), TENANTS, "muster/full").mandanten == ("0001", "0002")
    assert parse_export(Path("mieter.csv"), TENANTS) == LocalExport(Path("mieter.csv"), TENANTS)


def test_what_says_whose_it_is_needs_no_place() -> None:
    content = document(format="erp-export/1", exported_at="2026-01-02T00:00:00Z")
    export = parse_export(PATH, content, "other/full")
    assert (export.connection, export.key, export.export_id) == ("muster", None, "e1")
    assert export.exported_at is not None


def test_what_is_packed_keeps_its_dates() -> None:
    content = gzip.compress(document(format="erp-export/1", exported_at="2026-01-02T00:00:00Z"))
    export = parse_export(PATH, content)
    assert (export.export_id, export.exported_at) == ("e1", None)
    assert redate([export], NOW) == [export]


def test_the_samples_in_other_formats_are_the_full_export() -> None:
    folder = SAMPLES / "exports"
    full = parse_export(PATH, (folder / "full.json").read_bytes())
    assert parse_export(PATH, (folder / "full.ndjson").read_bytes()).mandanten == full.mandanten
    sections = json.loads(full.content)
    for name in ("full-csv.zip", "full.xlsx"):
        origin = Origin(name, None, {"connection": "c", "scope": "full"})
        with (folder / name).open("rb") as stream:
            records = list(open_export(stream, origin, lambda _: None).records())
        for section in COLUMNS:
            values = [raw.value for raw in records if raw.section == section]
            assert [str(value["nummer"]) for value in values] == [
                str(record.get("nummer") or "") for record in sections[section]
            ]
