"""Connections: valid settings, refusals of broken ones, and rereading."""

import json
from datetime import timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.connections import (
    Connection,
    Connections,
    ConnectionSettings,
    SettingsInvalidError,
    UnknownConnectionError,
    parse_settings,
)
from kiwi_sync.rules.ids import SEPARATORS

from tests.fakes.aws import Aws
from tests.unit.layer.samples import SETTINGS
from tests.unit.transform.world import Time

_stacks = count()
SECRET = "geheim-4711"


class Stack:
    """Parameters under a path of their own."""

    def __init__(self, aws: Aws) -> None:
        self._ssm = aws.ssm
        self.path = f"/stack-{next(_stacks)}/connections"
        self.clock = Time()
        self.connections = Connections(aws.ssm, self.path, self.clock)

    def delete(self, name: str) -> None:
        self._ssm.delete_parameter(Name=f"{self.path}/{name}")

    def save(self, name: str, document: str | None = None, **settings: Any) -> None:
        value = json.dumps(SETTINGS | settings) if document is None else document
        self._ssm.put_parameter(Name=f"{self.path}/{name}", Value=value, Type="String", Overwrite=True)


@pytest.fixture
def stack(aws: Aws) -> Stack:
    return Stack(aws)


def test_a_connection_and_what_holds_if_not_said(stack: Stack) -> None:
    stack.save("muster-wohnbau")
    found = stack.connections.get("muster-wohnbau")
    assert (found.id, found.version) == ("muster-wohnbau", 1)
    assert found.settings == ConnectionSettings(
        separator="-",
        mandanten=("0001",),
        time_zone="Europe/Berlin",
        kiwi_api_url="https://core.example",
        kiwi_erp_api_url="https://erp.example/api",
        token_path="/v1/access_token",
        brake_agreements=20,
        brake_percent=5,
        secret="kiwi/muster",
    )
    assert found.settings.zone == ZoneInfo("Europe/Berlin")


def test_without_a_version_the_newest_is_read(stack: Stack) -> None:
    for version, separator in enumerate("-_.", start=1):
        stack.save("c", separator=separator)
        found = stack.connections.get("c")
        assert (found.version, found.settings.separator) == (version, separator)


def test_what_is_new_enough_is_remembered(stack: Stack) -> None:
    stack.save("c", separator="-")
    assert stack.connections.get("c", at_least=1).version == 1
    stack.save("c", separator="_")
    assert stack.connections.get("c", at_least=0).version == 1
    assert stack.connections.get("c", at_least=1).version == 1
    assert stack.connections.get("c", at_least=2).version == 2
    assert stack.connections.get("c", at_least=1).version == 2


@pytest.mark.parametrize(
    ("hours", "within"), [(0, None), (0.5, timedelta(minutes=30)), (24, timedelta(days=1))]
)
def test_exports_are_expected_if_hours_are_named(hours: float, within: timedelta | None) -> None:
    assert parse_settings(json.dumps(SETTINGS | {"expected_every": hours})).watched == within
    assert parse_settings(json.dumps(SETTINGS)).watched is None


def test_what_is_blocked_has_one_form() -> None:
    entries = ["", " Info@Example.org", "@example.net", "info@example.org"]
    found = parse_settings(json.dumps(SETTINGS | {"blocked_emails": entries}))
    assert found.blocked_emails == ("@example.net", "info@example.org")
    assert parse_settings(json.dumps(SETTINGS)).shared_email_limit == 3


@pytest.mark.parametrize("change", [{"blocked_emails": ["a@example.org"]}, {"shared_email_limit": 2}])
def test_what_is_a_placeholder_shapes_what_kiwi_should_hold(change: dict[str, Any]) -> None:
    shapes = [Connection("c", parse_settings(json.dumps(SETTINGS | one)), 1).shape for one in ({}, change)]
    assert shapes[0] != shapes[1]


def test_what_was_deleted_and_made_again_is_found_within_a_minute(stack: Stack) -> None:
    for separator in "-_.":
        stack.save("c", separator=separator)
    assert stack.connections.get("c").version == 3
    stack.delete("c")
    stack.save("c", separator="|")
    stack.clock.sleep(59)
    assert stack.connections.get("c", at_least=1).settings.separator == "."
    stack.clock.sleep(1)
    found = stack.connections.get("c", at_least=1)
    assert (found.version, found.settings.separator) == (1, "|")


def test_what_was_deleted_is_unknown_within_a_minute(stack: Stack) -> None:
    stack.save("c")
    stack.connections.get("c")
    stack.delete("c")
    stack.clock.sleep(60)
    with pytest.raises(UnknownConnectionError):
        stack.connections.get("c", at_least=1)


def test_a_version_that_is_not_there_yet_gives_the_newest(stack: Stack) -> None:
    stack.save("c")
    assert stack.connections.get("c", at_least=7).version == 1


def test_unknown_connections(stack: Stack, aws: Aws) -> None:
    stack.save("c")
    Stack(aws).save("other")
    for name in ("other", "C", "c/d"):
        with pytest.raises(UnknownConnectionError):
            stack.connections.get(name)


def test_a_broken_one_stops_only_itself_and_is_mended(stack: Stack) -> None:
    stack.save("whole")
    stack.save("c")
    stack.connections.get("c")
    stack.save("c", separator="~")
    with pytest.raises(SettingsInvalidError, match="separator"):
        stack.connections.get("c")
    assert stack.connections.get("whole").version == 1
    assert stack.connections.get("c", at_least=1).version == 1
    stack.save("c", separator="|")
    assert stack.connections.get("c").settings.separator == "|"


def test_ids_are_those_of_this_stack(stack: Stack, aws: Aws) -> None:
    assert list(stack.connections.ids()) == []
    names = [f"kunde-{number}" for number in range(23)]
    for name in names:
        stack.save(name, document="broken ones too")
    Stack(aws).save("other")
    assert sorted(stack.connections.ids()) == sorted(names)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"separator": "#"}, "separator"),
        ({"separator": ""}, "separator"),
        ({"separator": None}, "separator"),
        ({"mandanten": []}, "mandanten"),
        ({"mandanten": "0001"}, "mandanten"),
        ({"mandanten": ["0001", ""]}, "mandanten.1"),
        ({"mandanten": [" "]}, "mandanten.0"),
        ({"mandanten": [1.5]}, "mandanten.0"),
        ({"time_zone": "Berlin"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"kiwi_api_url": "core.example"}, "kiwi_api_url"),
        ({"kiwi_api_url": "ftp://core.example"}, "kiwi_api_url"),
        ({"kiwi_erp_api_url": "https://erp example"}, "kiwi_erp_api_url"),
        ({"kiwi_erp_api_url": "https://erp.example\n"}, "kiwi_erp_api_url"),
        ({"token_path": "v1/access_token"}, "token_path"),
        ({"secret": ""}, "secret"),
        ({"expected_every": -1}, "expected_every"),
        ({"expected_every": 10_001}, "expected_every"),
        ({"expected_every": float("nan")}, "expected_every"),
        ({"expected_every": "daily"}, "expected_every"),
        ({"brake_agreements": -1}, "brake_agreements"),
        ({"brake_agreements": 1.5}, "brake_agreements"),
        ({"brake_percent": -0.1}, "brake_percent"),
        ({"brake_percent": 100.1}, "brake_percent"),
        ({"brake_percent": "NaN"}, "brake_percent"),
        ({"blocked_emails": "info@example.org"}, "blocked_emails"),
        ({"blocked_emails": ["example.org"]}, "blocked_emails"),
        ({"blocked_emails": [f"a{number}@example.org" for number in range(101)]}, "blocked_emails"),
        ({"shared_email_limit": -1}, "shared_email_limit"),
        ({"shared_email_limit": 101}, "shared_email_limit"),
        ({"shared_email_limit": 2.5}, "shared_email_limit"),
        ({"seperator": "-"}, "seperator"),
        ({"password": SECRET}, "password"),
    ],
)
def test_broken_settings_name_the_field(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsInvalidError) as refused:
        parse_settings(json.dumps(SETTINGS | settings))
    assert f"{field}: " in str(refused.value)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("name", ["mandanten", "kiwi_api_url", "kiwi_erp_api_url", "secret"])
def test_needed_settings(name: str) -> None:
    without = {other: value for other, value in SETTINGS.items() if other != name}
    with pytest.raises(SettingsInvalidError, match=f"^{name}: "):
        parse_settings(json.dumps(without))


@pytest.mark.parametrize("document", ["", "{", "[]", "null", '"text"', f"{{'password': '{SECRET}'}}"])
def test_what_are_no_settings(document: str) -> None:
    with pytest.raises(SettingsInvalidError, match=r"^document: ") as refused:
        parse_settings(document)
    assert SECRET not in str(refused.value)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SettingsInvalidError) as refused:
        parse_settings(json.dumps(SETTINGS | {"separator": "~", "mandanten": [], "time_zone": "x"}))
    assert [part.split(": ")[0] for part in str(refused.value).split("; ")] == [
        "separator",
        "mandanten",
        "time_zone",
    ]


@given(document=st.text(max_size=40))
def test_any_text_is_settings_or_an_error_that_says_so(document: str) -> None:
    with pytest.raises(SettingsInvalidError):
        parse_settings(document)


def test_integers_are_read_as_texts() -> None:
    assert parse_settings(json.dumps(SETTINGS | {"mandanten": [1, " 0002 "]})).mandanten == ("1", "0002")


def shape(**settings: Any) -> str:
    return Connection("c", ConnectionSettings.model_validate(SETTINGS | settings), 1).shape


def test_the_shape_changes_with_what_kiwi_should_hold_and_with_nothing_else() -> None:
    assert len({shape(separator=separator) for separator in SEPARATORS}) == len(SEPARATORS)
    assert shape(time_zone="Europe/London") != shape()
    assert shape(mandanten=["0001", "0002"], secret="other", kiwi_api_url="http://x") == shape()
    assert shape(brake_agreements=0, brake_percent=0) == shape()
    assert shape(separator="-") == shape()
