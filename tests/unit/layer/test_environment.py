"""A function's environment variables."""

import pytest
from kiwi_sync.environment import Environment
from pydantic import ValidationError


class WithMore(Environment):
    """A stage's own environment."""

    load_queue_url: str


@pytest.fixture(autouse=True)
def _variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_NAME", "state")
    monkeypatch.setenv("CONNECTIONS_PATH", "/stack/connections")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "geheim")
    monkeypatch.delenv("GRACE_SECONDS", raising=False)
    monkeypatch.delenv("LOAD_QUEUE_URL", raising=False)


def test_variables_and_what_holds_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Environment.read()
    assert read == Environment(table_name="state", connections_path="/stack/connections")
    assert read.grace_seconds == 900
    monkeypatch.setenv("GRACE_SECONDS", "1.5")
    assert Environment.read().grace_seconds == 1.5


def test_a_stage_adds_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOAD_QUEUE_URL", "https://sqs.example/load")
    read = WithMore.read()
    assert (read.table_name, read.load_queue_url) == ("state", "https://sqs.example/load")


def test_what_is_missing_is_named_and_nothing_else_is_told() -> None:
    with pytest.raises(ValidationError) as refused:
        WithMore.read()
    assert [fault["loc"] for fault in refused.value.errors()] == [("load_queue_url",)]
    assert "geheim" not in str(refused.value)


def test_what_is_malformed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRACE_SECONDS", "soon")
    with pytest.raises(ValidationError, match="grace_seconds"):
        Environment.read()
