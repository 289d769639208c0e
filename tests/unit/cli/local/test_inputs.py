"""The input that a user may give the commands."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from kiwi_cli.local import inputs
from kiwi_cli.local.exports import SAMPLES, LocalExport, read_export


def export(connection: str = "muster", *mandanten: str) -> LocalExport:
    return LocalExport(Path("e.json"), b"", connection=connection, mandanten=mandanten)


def test_the_mandanten_of_all_exports_are_selected_by_connection() -> None:
    exports = [export("a", "0001", "0002"), export("b", "0007"), export("a", "0002", "0003")]
    assert inputs.select_mandanten(exports, []) == {"a": ["0001", "0002", "0003"], "b": ["0007"]}


def test_named_mandanten_are_selected_alone() -> None:
    assert inputs.select_mandanten([export("a", "0001", "0002")], ["0002"]) == {"a": ["0002"]}


def test_an_export_that_names_no_connection_selects_nothing() -> None:
    assert inputs.select_mandanten([export("")], []) == {}


def test_a_connection_without_mandanten_is_a_usage_error() -> None:
    with pytest.raises(typer.BadParameter, match="muster"):
        inputs.select_mandanten([export()], [])


def write(path: Path, exported_at: str) -> LocalExport:
    path.write_text(json.dumps({"exported_at": exported_at}))
    return read_export(path)


def test_only_samples_are_redated_unless_told(tmp_path: Path) -> None:
    said: list[str] = []
    own = write(tmp_path / "own.json", "2020-01-01T00:00:00Z")
    sample = read_export(SAMPLES / "exports" / "full.json")
    redated = inputs.redate_samples([own, sample, sample], None, said.append)
    assert redated[0] == own
    assert redated[1] == redated[2] != sample
    assert len(said) == 1
    assert "full.json" in said[0]


def test_redating_can_be_had_for_all_and_for_none(tmp_path: Path) -> None:
    said: list[str] = []
    own = write(tmp_path / "own.json", "2020-01-01T00:00:00Z")
    assert inputs.redate_samples([own], False, said.append) == [own]
    assert said == []
    assert inputs.redate_samples([own], True, said.append) != [own]


@pytest.mark.parametrize(
    "options",
    [
        {"api_url": "https://a", "erp_api_url": ""},
        {"api_url": "https://a", "erp_api_url": "https://b"},
        {"username": "u"},
        {
            "api_url": "https://a",
            "erp_api_url": "https://b",
            "username": "u",
            "password": "p",
            "fault_rate": 0.2,
        },
    ],
)
def test_a_kiwi_that_is_not_wholly_named_is_a_usage_error(options: dict[str, Any]) -> None:
    defaults: dict[str, Any] = {
        "api_url": "",
        "erp_api_url": "",
        "username": "",
        "password": "",
        "fault_rate": 0.0,
    }
    with pytest.raises(typer.BadParameter):
        inputs.check_kiwi(**defaults | options)


@pytest.mark.parametrize(
    ("option", "wrong", "settings"),
    [
        ("--mandant", "''", {"mandanten": ["0001", ""]}),
        ("--mandant", "' '", {"mandanten": [" "]}),
        ("--mandant", "'1111", {"mandanten": ["1" * 65]}),
        ("--kiwi-token-path", "'foo'", {"token_path": "foo"}),
        ("--kiwi-token-path", "''", {"token_path": ""}),
        ("--kiwi-api-url", "'a'", {"api_url": "a", "erp_api_url": "https://b"}),
        ("--kiwi-erp-api-url", "'https://b c'", {"api_url": "https://a", "erp_api_url": "https://b c"}),
    ],
)
def test_what_cannot_be_a_setting_is_a_usage_error_that_says_which(
    option: str, wrong: str, settings: dict[str, Any]
) -> None:
    right: dict[str, Any] = {"mandanten": ["0001"], "token_path": "/t", "api_url": "", "erp_api_url": ""}
    inputs.check_settings(**right)
    with pytest.raises(typer.BadParameter) as refused:
        inputs.check_settings(**right | settings)
    assert refused.value.param_hint == option
    assert refused.value.message.startswith(wrong)


def test_without_urls_a_kiwi_is_embedded_with_the_given_account() -> None:
    with inputs.choose_kiwi("", "", "me", "secret", fault_rate=0, fault_seed=0) as kiwi:
        assert (kiwi.username, kiwi.password) == ("me", "secret")
        assert kiwi.api_url.startswith("http://127.0.0.1:")


def test_with_urls_that_kiwi_is_taken() -> None:
    with inputs.choose_kiwi("https://a", "https://b", "me", "secret", fault_rate=0, fault_seed=0) as kiwi:
        assert (kiwi.api_url, kiwi.erp_api_url) == ("https://a", "https://b")


def test_a_report_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    inputs.check_writable("-")
    inputs.check_writable(str(tmp_path / "report.json"))
    with pytest.raises(typer.BadParameter, match="report"):
        inputs.check_writable(str(tmp_path / "absent" / "report.json"))


def test_a_mapping_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_bytes(b"version: 1\nmieter: [{fields: {mandant: M, nummer: N}}]\n")
    assert inputs.read_mapping(path) == path.read_bytes()
    assert inputs.read_mapping(None) is None


def test_all_that_is_wrong_with_a_mapping_is_said_before_the_work(tmp_path: Path) -> None:
    path = tmp_path / "muster.yaml"
    path.write_bytes(b"version: 2\nmieter: [{fields: {mandant: M}}]\n")
    with pytest.raises(typer.BadParameter) as refused:
        inputs.read_mapping(path)
    assert refused.value.param_hint == "--mapping"
    assert refused.value.message.splitlines() == [
        "muster.yaml, line 1, version: must be 1",
        "muster.yaml, line 2, mieter[0].fields.nummer: is missing",
    ]


def test_a_place_of_an_export() -> None:
    assert (inputs.place_of(None, "full"), inputs.place_of("c1", "delta")) == ("", "c1/delta")
    with pytest.raises(typer.BadParameter):
        inputs.place_of("c/1", "full")


def test_a_mapping_needs_a_connection_that_it_is_of(tmp_path: Path) -> None:
    table, mapping = tmp_path / "mieter.csv", b"version: 1\nmieter:\n  - fields: {mandant: M, nummer: N}\n"
    table.write_text("M;N\n1;2\n")
    with pytest.raises(typer.BadParameter, match=r"^mieter.csv: does not say of which connection") as refused:
        inputs.read_exports([table], mapping=mapping)
    assert refused.value.param_hint == "--connection"
    assert inputs.read_exports([table], "muster/full", mapping)[0].connection == "muster"
