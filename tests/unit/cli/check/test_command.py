"""The command as people and scripts use it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kiwi_cli.main import app
from typer.testing import CliRunner, Result

from tests.unit.cli.check.looking import CONNECTION, LEASE, TENANT, Json, export

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
    assert "personal data" in page.read_text("utf-8")


def test_a_name_in_place_of_a_number_is_not_shown_unless_asked_for(write: Any, tmp_path: Path) -> None:
    page, file = tmp_path / "page.html", tmp_path / "report.json"
    slipped = [
        {"mandant": "0001", "nummer": "quirin@example.org", "nachname": "Frau"},
        {"mandant": "0001", "nummer": "Quirin Xylander", "nachname": "Frau Abel"},
        {"mandant": "Xylander Quirin", "nummer": "1", "nachname": "Abel"},
    ]
    lease = {**LEASE, "mieter": ["4711", "Eva Xylander"]}
    path = write(fresh(tenants=[TENANT, *slipped], leases=[lease], mandanten=["0001", "Xylander Quirin"]))
    result = check(path, "--html", str(page), "--json", str(file))
    told = (result.output + page.read_text("utf-8") + file.read_text("utf-8")).casefold()
    assert not [secret for secret in ("quirin", "xylander") if secret in told]
    assert "0001/[text: 15]" in told
    assert "0001/Quirin Xylander" in check(path, "--show-values").output


def test_what_is_written_tells_of_a_usage_error_with_nothing(write: Any, tmp_path: Path) -> None:
    page, kept = tmp_path / "page.html", tmp_path / "report.json"
    kept.write_text("before")
    paths = write(fresh()), write(fresh(export_id="other"), "other.json")
    assert check(*paths, "--html", str(page), "--json", str(kept)).exit_code == 2
    assert not page.exists()
    assert kept.read_text() == "before"


def test_the_page_says_when_in_which_time_zone(write: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    check(write(fresh()), "--html", str(page))
    assert re.search(r"Checked at \d{4}-\d\d-\d\d \d\d:\d\d CES?T by", page.read_text("utf-8"))


def test_of_a_part_alone_nothing_comes_yet(write: Any) -> None:
    output = check(write(fresh(teil={"nummer": 1, "von": 2}))).output
    assert "What would come to KIWI, if that is mended" in output
    assert "would be refused" not in output


@pytest.mark.parametrize("head", [{"exported_at": "2020-01-01T00:00:00Z"}, {"connection": "another"}])
def test_of_an_export_that_would_be_refused_nothing_would_come(
    write: Any, head: Json, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    for language, refused, mended in (
        ("de", "würde der ganze Export abgewiesen", "wenn das behoben ist"),
        ("en", "the whole export would be refused", "if that is mended"),
    ):
        result = check(write(fresh() | head), "--language", language, "--html", str(page))
        assert refused in result.output
        assert f"KIWI käme, {mended}" in result.output or f"to KIWI, {mended}" in result.output
    assert page.read_text("utf-8").count("if that is mended") == 2
    assert "if that is mended" not in check(write(fresh())).output


def test_one_of_something_is_not_called_several(write: Any) -> None:
    people = [{**TENANT, "firma": []}, {**TENANT, "nummer": "1", "nachname": "Frau Abel"}]
    path = write(fresh(tenants=people))
    german, english = (check(path, "--language", language).output for language in ("de", "en"))
    assert "1 Fehler und 1 Warnung:" in german
    assert "1 error and 1 warning:" in english
    assert "Fehler" in german.partition("Befunde")[2]


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
