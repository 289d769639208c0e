"""`kiwi-sync local run` as a user types it: output, effects in KIWI, exit codes."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.main import app
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.stack import INLINE_BYTES
from typer.testing import CliRunner, Result

from tests.stack.building import export, lease, letting, tenant, unit

USER, PASSWORD = "erp@example.org", "correct horse battery"
FULL = letting(mieter=[tenant(), tenant("4712", email=None)], mietvertraege=[lease(by=["4711", "4712"])])
DELTA = {
    "verwaltungseinheiten": [unit("2")],
    "geloescht": {"mietvertraege": [{"mandant": "0001", "nummer": "100-1-01"}]},
}


def local_run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["local", "run", *map(str, arguments)])


def written(path: Path, content: dict[str, Any] | str) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def line_with(output: str, *parts: str) -> str:
    """The one line that holds all parts."""
    (line,) = [line for line in output.splitlines() if all(part in line for part in parts)]
    return line


def external_ids(kiwi: EmbeddedKiwi) -> dict[str, set[str]]:
    return {kind: {one["external_id"] for one in all_.values()} for kind, all_ in kiwi.content().items()}


@pytest.fixture
def full(tmp_path: Path) -> Path:
    return written(tmp_path / "full.json", export(1, **FULL))


@pytest.fixture
def delta(tmp_path: Path) -> Path:
    return written(tmp_path / "delta.json", export(2, "delta", **DELTA))


@pytest.fixture
def kiwi() -> Iterator[EmbeddedKiwi]:
    with EmbeddedKiwi() as kiwi:
        kiwi.add_account(USER, PASSWORD)
        yield kiwi


def account(kiwi: EmbeddedKiwi, password: str = PASSWORD) -> list[str]:
    urls = ["--kiwi-api-url", kiwi.api_url, "--kiwi-erp-api-url", kiwi.erp_api_url]
    return [*urls, "--username", USER, "--password", password]


def test_one_export_without_any_option(full: Path) -> None:
    result = local_run(full)
    assert result.exit_code == 0, result.output
    assert "Mandanten 0001, 0002, 0003; separator -" in result.output
    assert line_with(result.output, "test-001", "full.json", "done").split()[3:] == list("1210040")
    assert line_with(result.output, "rental_agreement ", " 1 ").split()[1:] == ["1", "0", "0"]
    assert "no_email" in line_with(result.output, "0001-4712", "tenant ")
    assert "tenant_not_synchronized" in line_with(result.output, "0001-100-1-01-4712")
    assert "Problems: none." in result.output
    assert result.stderr == ""


def test_exports_one_after_the_other_with_a_separator(full: Path, delta: Path, kiwi: EmbeddedKiwi) -> None:
    result = local_run(full, delta, "--mandant", "0001", "--separator", "/", *account(kiwi))
    assert result.exit_code == 0, result.output
    assert "Mandanten 0001; separator /" in result.output
    assert line_with(result.output, "rental_agreement ", " 1 ").split()[1:] == ["1", "0", "1"]
    assert external_ids(kiwi) == {
        "rental_unit": {"0001/100/1", "0001/100/2"},
        "tenant": {"0001/4711"},
        "rental_agreement": set(),
    }
    assert kiwi.permissions() == set()


def test_exports_at_once_and_twice_in_any_order(full: Path, delta: Path, kiwi: EmbeddedKiwi) -> None:
    result = local_run(delta, full, "--together", "--shuffle", 3, "--duplicate", *account(kiwi))
    assert result.exit_code == 0, result.output
    assert external_ids(kiwi) == {
        "rental_unit": {"0001-100-1", "0001-100-2"},
        "tenant": {"0001-4711"},
        "rental_agreement": set(),
    }
    assert line_with(result.output, "test-001", "full.json")
    assert line_with(result.output, "test-002", "delta.json")


def test_a_kiwi_with_faults_gets_everything_all_the_same(tmp_path: Path) -> None:
    units = [unit(str(number)) for number in range(12)]
    many, report = (
        written(tmp_path / "many.json", export(1, verwaltungseinheiten=units)),
        tmp_path / "report.json",
    )
    result = local_run(many, "--fault-rate", 0.2, "--fault-seed", 5, "--json", report)
    assert result.exit_code == 0, result.output
    content = json.loads(report.read_text())
    assert (content["drained"], content["problems"]) == (True, [])
    assert sum(content["kiwi"]["requests"].values()) > 14, "faults cost requests"


def test_a_mandant_that_no_export_lists_is_said_to_be_unlisted(full: Path) -> None:
    result = local_run(full, "--mandant", "0009")
    assert result.exit_code == 0
    assert "no full export lists 0009" in result.output
    assert "Requests to KIWI: none." in result.output


def test_a_document_that_is_no_json_is_refused_with_file_and_reason(full: Path, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad.json", "{ not json")
    report = tmp_path / "report.json"
    result = local_run(bad, full, "--json", report)
    assert result.exit_code == 1
    assert line_with(result.output, "bad.json", "not_json")
    assert "done" in line_with(result.output, "test-001", "full.json")
    exports = json.loads(report.read_text())["exports"]
    assert [(one["file"], one["status"], one["reason"]) for one in exports] == [
        ("full.json", "done", ""),
        ("bad.json", "rejected", "not_json"),
    ]


def test_an_export_that_is_too_old_is_refused_with_what_to_do(tmp_path: Path) -> None:
    old = written(tmp_path / "old.json", export(1, exported_at="2020-01-01T00:00:00Z"))
    result = local_run(old)
    assert result.exit_code == 1
    assert "send a fresh export" in line_with(result.output, "old.json", "too_old")


def test_a_large_export_goes_through_the_bucket(tmp_path: Path) -> None:
    remarks = ["x" * 1000] * (INLINE_BYTES // 1000)
    large = written(tmp_path / "large.json", export(1, **FULL, anmerkungen=remarks))
    result = local_run(large)
    assert result.exit_code == 0, result.output
    assert line_with(result.output, "test-001", "large.json", "done").split()[3:] == list("1210040")


def test_a_file_that_is_not_there_is_usage(full: Path, tmp_path: Path) -> None:
    assert local_run(full, tmp_path / "absent.json").exit_code == 2


def test_a_wrong_password_is_one_attempt_and_one_problem(
    full: Path, kiwi: EmbeddedKiwi, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    began = time.monotonic()
    result = local_run(full, *account(kiwi, "wrong"), "--json", report)
    assert time.monotonic() - began < 60, "what cannot move is not waited for"
    assert result.exit_code == 1
    assert "check user name and password" in line_with(result.output, "connection", "login_refused")
    content = json.loads(report.read_text())
    assert content["drained"] is True
    (problem,) = content["problems"]
    assert (problem["kind"], problem["external_id"]) == ("connection", "muster-wohnbau")
    attempts = [request for request in kiwi.requests if request.path.endswith("/v1/session")]
    assert len(attempts) == 1, "at most one a minute"
    assert "wrong" not in result.output


def test_an_outage_that_lasts_ends_the_run_undone(full: Path, delta: Path, kiwi: EmbeddedKiwi) -> None:
    kiwi.faults = Faults(outage=True)
    result = local_run(full, delta, *account(kiwi), "--give-up-after", 10)
    assert result.exit_code == 3
    said = " ".join(result.output.split())
    assert "Gave up after 10 s (--give-up-after)" in said
    assert "the KIWI of muster-wohnbau is away" in said
    assert "Not even on the queue: delta.json." in said
    assert external_ids(kiwi) == {"rental_unit": set(), "tenant": set(), "rental_agreement": set()}


def test_an_outage_that_ends_leaves_nothing_undone(full: Path, delta: Path, kiwi: EmbeddedKiwi) -> None:
    kiwi.faults = Faults(outage_windows=((3, 6),))
    result = local_run(full, delta, *account(kiwi))
    assert result.exit_code == 0, result.output
    assert external_ids(kiwi)["rental_unit"] == {"0001-100-1", "0001-100-2"}
    assert [request.fault for request in kiwi.requests[2:6]] == ["outage"] * 4
