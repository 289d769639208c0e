"""The command line: what it refuses, and with which exit code."""

import json
from pathlib import Path

import pytest
from kiwi_cli.local.exports import SAMPLES
from kiwi_cli.local.invoke import read_event
from kiwi_cli.main import app
from typer.testing import CliRunner

runner = CliRunner()


def run(*arguments: str) -> tuple[int, str]:
    result = runner.invoke(app, ["local", *arguments])
    return result.exit_code, result.output


@pytest.fixture
def export(tmp_path: Path) -> str:
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"connection": "muster", "mandanten": ["0001"]}))
    return str(path)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    code, output = run("run", str(tmp_path / "absent.json"))
    assert code == 2
    assert "absent.json" in output.replace("\n", "").replace("│", "").replace(" ", "")


def test_no_file_at_all_is_a_usage_error() -> None:
    assert run("run")[0] == 2


def test_an_unknown_separator_is_a_usage_error(export: str) -> None:
    assert run("run", export, "--separator", "+")[0] == 2


def test_half_a_kiwi_is_a_usage_error(export: str) -> None:
    code, output = run("run", export, "--kiwi-api-url", "https://api.example")
    assert code == 2
    assert "both URLs" in output


@pytest.mark.parametrize(
    ("option", "value"), [("--mandant", ""), ("--mandant", " "), ("--kiwi-token-path", "foo")]
)
def test_what_cannot_be_a_setting_is_a_usage_error(export: str, option: str, value: str) -> None:
    code, output = run("run", export, option, value)
    assert code == 2
    assert f"{option}: {value!r}" in output
    assert "usage" in output.lower()


def test_a_delta_alone_needs_its_mandanten_named(tmp_path: Path) -> None:
    path = tmp_path / "delta.json"
    path.write_text(json.dumps({"connection": "muster", "scope": "delta"}))
    code, output = run("run", str(path))
    assert code == 2
    assert "--mandant" in output


def test_a_stage_that_is_none_is_a_usage_error(export: str) -> None:
    assert run("invoke", "deliver", export)[0] == 2


@pytest.mark.parametrize("content", ["no JSON", "{}", '{"Records": [{"body": 1}]}', "[]"])
def test_an_event_that_is_none_is_a_usage_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "event.json"
    path.write_text(content)
    assert run("invoke", "load", str(path))[0] == 2


def test_every_sample_event_is_an_event() -> None:
    for path in sorted(SAMPLES.glob("*.json")):
        assert read_event(path)["Records"]


@pytest.mark.parametrize("arguments", [["run", "--help"], ["invoke", "--help"]])
def test_help_is_there(arguments: list[str]) -> None:
    code, output = run(*arguments)
    assert code == 0
    assert "Exit code 0" in output
