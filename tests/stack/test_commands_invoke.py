"""`kiwi-sync local invoke` with every sample event: the handler's answer and its effects."""

import json
import re
from pathlib import Path

import pytest
from kiwi_cli.local.exports import SAMPLES
from kiwi_cli.main import app
from typer.testing import CliRunner

# Per event: rows new and changed, messages to transform and to load, requests to KIWI.
CHANGES = {
    "extract-inline": (4, 0, 4, 0, 0),
    "extract-pointer": (176, 0, 82, 0, 0),
    "extract-s3-notification": (176, 0, 82, 0, 0),
    "extract-s3-test-event": (0, 0, 0, 0, 0),
    "extract-sweep": (0, 0, 0, 0, 0),
    "transform": (2, 4, 0, 5, 0),
    "load": (0, 3, 0, 5, 4),
}
LINES = {
    "extract-inline": "The export in the event is dated",
    "extract-pointer": "lies in kiwi-sync-exports-123456789012 under exports/muster-wohnbau/full.json",
    "transform": "went through extract first.",
    "load": "went through extract and transform first.",
}


def test_every_sample_event_is_tried() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(CHANGES)


@pytest.mark.parametrize("event", CHANGES)
def test_a_sample_event_is_worked(event: str) -> None:
    stage = event.partition("-")[0]
    result = CliRunner().invoke(app, ["local", "invoke", stage, str(SAMPLES / f"{event}.json")])
    assert result.exit_code == 0, result.output
    assert LINES.get(event, "") in result.output
    assert "@" not in result.output
    answer = re.search(r"The handler's answer:\n(\{.*?\n\})\n", result.output, re.DOTALL)
    assert answer
    assert json.loads(answer[1]) == {"batchItemFailures": []}
    names = ("new", "changed", "to transform", "to load", "POST")
    assert tuple(count(result.output, name) for name in names) == CHANGES[event]
    assert count(result.output, "removed") == 0


def count(output: str, name: str) -> int:
    """The number in the line of the table that has this name; 0 if it has none."""
    line = re.search(rf" {name} +(\d+) *$", output, re.MULTILINE)
    return int(line[1]) if line else 0


def test_a_message_that_fails_is_an_exit_code(tmp_path: Path) -> None:
    event = json.loads((SAMPLES / "transform.json").read_text())
    event["Records"][0]["body"] = '{"keys": []}'
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event | {"Records": event["Records"][:1]}))
    result = CliRunner().invoke(app, ["local", "invoke", "transform", str(path)])
    assert result.exit_code == 1
    assert '"itemIdentifier"' in result.output
