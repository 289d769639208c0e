"""The worked examples of mappings, by the commands that the page names: from a foreign file to KIWI."""

import json
import re
import shlex
from pathlib import Path

import pytest
from kiwi_cli.main import app
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "erp" / "en" / "feldmapping.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"kiwi-sync (local run events/mappings/.*)", PAGE)
CHECKS = re.findall(r"kiwi-sync (check events/mappings/.*)", PAGE)
IN_KIWI = {"openwowi": (5, 5, 4), "domus": (10, 8, 9), "wodis": (7, 6, 6)}
"""Units, tenants with an e-mail address, and their agreements in units with a door."""


@pytest.mark.parametrize("command", COMMANDS)
def test_an_example_comes_to_kiwi(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = CliRunner().invoke(app, [*shlex.split(command), "--json", "-"])
    assert outcome.exit_code == 0, outcome.output
    report = json.loads(outcome.stdout)
    [export] = report["exports"]
    assert (export["status"], export["rejected"]) == ("done", [])
    created = report["kiwi"]["created"]
    name = Path(export["file"]).stem
    assert (created["rental_unit"], created["tenant"], created["rental_agreement"]) == IN_KIWI[name]


@pytest.mark.parametrize("command", CHECKS)
def test_an_example_is_checked(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    outcome = CliRunner().invoke(app, [*shlex.split(command), "--json", "-"])
    assert outcome.exit_code in {0, 1}, outcome.output
    report = json.loads(outcome.stdout)
    assert report["unreadable"] == []
    sections = ("verwaltungseinheiten", "mieter", "mietvertraege")
    to_kiwi = [sum(row["to_kiwi"] for row in report["outcome"] if row["section"] == it) for it in sections]
    assert tuple(to_kiwi) == IN_KIWI[Path(shlex.split(command)[1]).stem]
    assert not any(row["rejected"] for row in report["outcome"])


def test_there_is_a_command_for_each() -> None:
    assert len(COMMANDS) == len(CHECKS) == len(IN_KIWI)
