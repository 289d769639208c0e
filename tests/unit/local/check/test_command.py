"""The command as people and scripts use it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kiwi_local.cli import app
from typer.testing import CliRunner, Result

from tests.unit.local.check.looking import CONNECTION, TENANT, Json, export

runner = CliRunner()
SECRETS = {
    "vorname": "Herr Quirin",
    "nachname": "Xylander 7",
    "email": "quirin@xylander-mail.con",
    "firma": "Xylander GmbH",
}
"""Names that are in no other text, in a tenant at whom much is found."""


def fresh(**parts: Any) -> dict[str, Any]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    return export(**parts) | {"exported_at": yesterday.isoformat()}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def written(document: object, name: str = "export.json") -> str:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return str(path)

    return written


def check(*arguments: str) -> Result:
    return runner.invoke(app, ["check", "--connection", CONNECTION, *arguments])


def test_a_clean_export_ends_with_0(write: Any) -> None:
    result = check(write(fresh()))
    assert result.exit_code == 0
    assert "Nothing found" in result.output


def test_notes_alone_end_with_0(write: Any) -> None:
    first = fresh(leases=[])
    second = export(units=[], tenants=[], exported_at=first["exported_at"])
    result = check(write(first), write(second, "leases.json"))
    assert result.exit_code == 0
    noted = check(write(fresh(tenants=[{**TENANT, "firma": "Abel Bau"}])))
    assert noted.exit_code == 0
    assert "person_and_firm" in noted.output


def test_errors_and_warnings_end_with_1(write: Any) -> None:
    spoilt: list[Json] = [{"email": "keine@example.org"}, {"nachname": "Frau Abel"}, {"email": []}]
    for bad in spoilt:
        assert check(write(fresh(tenants=[{**TENANT, **bad}]))).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["absent.json"],
        ["{export}", "--separator", "+"],
        ["{export}", "--examples", "0"],
        ["{export}", "--language", "fr"],
        ["{export}", "--settings", "absent.json"],
        ["{export}", "--settings", "{export}"],
        ["{export}", "--html", "/nowhere/page.html"],
        ["{export}", "--json", "/nowhere/report.json"],
        ["{export}", "--connection", "no connection"],
        ["{export}", "{other}"],
        ["{export}", "{export}"],
        ["{side}"],
    ],
)
def test_usage_ends_with_2(write: Any, arguments: list[str]) -> None:
    paths = {"export": write(fresh()), "other": write(fresh(export_id="other"), "other.json")}
    Path(paths["export"]).with_name("side").mkdir()
    paths["side"] = write({"mandanten": ["0001"]}, "side/export.json")
    result = check(*(argument.format(**paths) for argument in arguments))
    assert result.exit_code == 2
    assert result.output


def test_what_cannot_be_read_ends_with_3(write: Any) -> None:
    result = check(write('{"no": export}'))
    assert result.exit_code == 3
    assert "not_json" in result.output


def test_json_on_stdout_is_nothing_but_json(write: Any) -> None:
    result = check(write(fresh(tenants=[{**TENANT, **SECRETS}])), "--json", "-")
    report = json.loads(result.stdout)
    assert report["exit_code"] == result.exit_code == 1
    assert {finding["code"] for finding in report["findings"]} >= {"salutation_in_name", "email_typo"}
    assert report["findings"][0]["title"].keys() == {"de", "en"}


def test_names_and_addresses_are_nowhere_unless_asked_for(write: Any, tmp_path: Path) -> None:
    page, file = tmp_path / "page.html", tmp_path / "report.json"
    path = write(fresh(tenants=[{**TENANT, **SECRETS}]))
    for language in ("de", "en"):
        result = check(path, "--html", str(page), "--json", str(file), "--language", language)
        told = (result.output + page.read_text("utf-8") + file.read_text("utf-8")).casefold()
        assert "0001/4711" in told
        assert not [secret for secret in ("quirin", "xylander") if secret in told]
    result = check(path, "--html", str(page), "--json", str(file), "--show-values")
    for told in (result.output, page.read_text("utf-8"), file.read_text("utf-8")):
        assert "Herr Quirin" in told
    assert "data of persons" in page.read_text("utf-8")


def test_tables_speak_the_language_that_was_asked_for(write: Any) -> None:
    path = write(fresh(tenants=[{**TENANT, "nachname": "Frau Abel"}]))
    assert "Anrede im Namensfeld" in check(path, "--language", "de").output
    assert "A salutation in a name field" in check(path).output


def test_stored_settings_count_and_options_win_over_them(write: Any) -> None:
    settings = {
        "separator": ".",
        "mandanten": ["0002"],
        "kiwi_api_url": "https://api.example",
        "kiwi_erp_api_url": "https://erp.example",
        "secret": "s",
        "blocked_emails": ["@example.org"],
    }
    given = write(settings, "settings.json")
    path = write(fresh())
    stored = json.loads(check(path, "--settings", given, "--json", "-").stdout)
    assert (stored["separator"], stored["mandanten"]) == (".", ["0002"])
    options = ("--separator", "_", "--mandant", "0001")
    won = json.loads(check(path, "--settings", given, *options, "--json", "-").stdout)
    assert (won["separator"], won["mandanten"]) == ("_", ["0001"])
    assert {finding["code"] for finding in won["findings"]} == {"email_blocked"}
    assert won["exit_code"] == 0


def test_markup_in_the_data_stays_text(write: Any, tmp_path: Path) -> None:
    odd = {**TENANT, "nummer": "[red]<b>1", "nachname": "[bold]Frau</td>"}
    page = tmp_path / "page.html"
    result = check(write(fresh(tenants=[odd], leases=[])), "--show-values", "--html", str(page))
    assert "[red]<b>1" in result.output
    html = page.read_text("utf-8")
    assert "<b>1" not in html
    assert "[red]&lt;b&gt;1" in html
