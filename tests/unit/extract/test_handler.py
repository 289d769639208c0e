"""The real handler on an embedded AWS, with the sample events."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_extract.handler import lambda_handler
from kiwi_extract.wiring import stage
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.observability import metrics
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.availability import availability_key
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.holds import decide, write_hold
from kiwi_sync.state.rows import Row, item_key, read_row, todo_marker
from kiwi_sync.state.table import Change, Value
from kiwi_sync.times import now, stamp

from tests.unit.extract.aws import BUCKET, PATH, Cloud
from tests.unit.layer.holdings import hold, there

EVENTS = Path(__file__).parents[3] / "events"
CONNECTION = "muster-wohnbau"
KEY = "exports/muster-wohnbau/full.json"
MIETER = RowKind.MIETER


class Context:
    """The facts that Lambda tells about an invocation."""

    function_name = "kiwi-sync-extract"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:kiwi-sync-extract"
    aws_request_id = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


class Stack:
    """The handler's surroundings."""

    def __init__(self, cloud: Cloud, patch: pytest.MonkeyPatch) -> None:
        self.cloud = cloud
        self.queues = {
            name: cloud.aws.new_queue(fifo=name == "load") for name in ("export", "transform", "load")
        }
        name = cloud.aws.new_table()
        self.table = DynamoTable(cloud.aws.dynamodb, name)
        variables = {f"{queue}_queue_url": url for queue, url in self.queues.items()}
        variables |= {"table_name": name, "connections_path": PATH, "bucket_name": BUCKET}
        for variable, value in variables.items():
            patch.setenv(variable.upper(), value)
        cloud.connect(CONNECTION)

    def row(self, *numbers: str, mandant: str = "0001", kind: RowKind = MIETER) -> Row | None:
        return read_row(self.table, RowKey(CONNECTION, kind, mandant, numbers))

    def run(self, export_id: str) -> dict[str, Any]:
        return dict(self.table.get((f"%run#{CONNECTION}", export_id)) or {})

    def bodies(self, queue: str) -> list[Any]:
        return [json.loads(message["Body"]) for message in self.cloud.aws.receive(self.queues[queue])]


@pytest.fixture
def here(stack: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr(metrics.provider, "namespace", "kiwi-sync")
    stage.cache_clear()
    yield Stack(stack, monkeypatch)
    stage().tools.writers.shutdown()
    stage.cache_clear()


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"extract-{name}.json").read_text(encoding="utf-8"))
    return loaded


def dated(export: dict[str, Any]) -> str:
    """The export, made a minute ago."""
    return json.dumps({**export, "exported_at": (now() - timedelta(minutes=1)).isoformat()})


def upload(here: Stack, name: str) -> dict[str, int]:
    """Upload the sample export. Returns the number of its records."""
    export = json.loads((EVENTS / f"exports/{name}.json").read_text(encoding="utf-8"))
    here.cloud.upload(KEY, dated(export).encode())
    counts: dict[str, int] = export["anzahl"]
    return counts


def invoke(event: dict[str, Any]) -> list[str]:
    """Messages that failed."""
    answer = lambda_handler(event, cast("LambdaContext", Context()))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def reported(out: str, metric: str) -> list[float]:
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    return [value for line in lines for value in line.get(metric, [])]


def test_an_export_in_the_message(here: Stack) -> None:
    sample = event("inline")
    (record,) = sample["Records"]
    record["body"] = dated(json.loads(record["body"]))
    assert invoke(sample) == []
    frieda = here.row("4751")
    assert frieda is not None
    assert frieda.record is not None
    assert json.loads(frieda.record)["nachname"] == "Löwenström"
    run = here.run("2026-11-21-delta-002")
    counts = json.loads(run["counts"])
    assert (run["status"], counts["changed"], counts["rejected"]) == ("done", 4, 0)
    keys = {key for body in here.bodies("transform") for key in body["keys"]}
    assert keys == {
        "muster-wohnbau/verwaltungseinheit/0001/130/0001",
        "muster-wohnbau/mieter/0001/4751",
        "muster-wohnbau/mieter/0001/4752",
        "muster-wohnbau/mietvertrag/0001/130-0001-01",
    }


@pytest.mark.parametrize(
    ("name", "export", "export_id"),
    [
        ("pointer", "delta", "2026-11-21-delta-001"),
        ("s3-notification", "full", "2026-11-20-full-001"),
    ],
)
def test_an_export_in_the_bucket(here: Stack, name: str, export: str, export_id: str) -> None:
    told = upload(here, export)
    assert invoke(event(name)) == []
    run = here.run(export_id)
    counts = json.loads(run["counts"])
    assert (run["status"], counts["read"]) == ("done", told)
    sent = [key for body in here.bodies("transform") for key in body["keys"]]
    assert len(sent) == len(set(sent)) == counts["changed"] > 5
    for key in map(RowKey.parse, sent):
        assert key.mandant in {"0001", "0002"}
        row = read_row(here.table, key)
        assert row is not None
        assert row.record is not None


def test_the_test_event_of_s3(here: Stack) -> None:
    assert invoke(event("s3-test-event")) == []
    assert [here.bodies(queue) for queue in here.queues] == [[], [], []]


def test_a_sweep(here: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    owed = RowKey(CONNECTION, RowKind.RENTAL_AGREEMENT, "0001", ("L", "1"))
    marker = todo_marker(owed, stamp(now() - timedelta(seconds=1)))
    here.table.update(item_key(owed), Change(put={"rev": 1, **marker}))
    assert invoke(event("sweep")) == []
    assert here.bodies("load") == [{"key": owed.text, "wake": False}]
    told = capsys.readouterr().out
    assert [reported(told, metric) for metric in ("ConnectionPaused", "ExportsMissing")] == [[0.0], [0.0]]


def test_a_hold_that_stands_is_reported(here: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    for connection, export_id in ((CONNECTION, "e1"), (CONNECTION, "e2"), ("nobody", "e3")):
        write_hold(here.table, hold(connection, export_id), None, now())
    decide(here.table, there(here.table, CONNECTION, "e2"), HoldStatus.REJECTED, "Erika", now())
    assert invoke(event("sweep")) == []
    assert reported(capsys.readouterr().out, "ExportsHeld") == [1.0]


def test_a_paused_connection_is_reported(here: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    here.table.update(availability_key(CONNECTION), Change(put={"paused_version": "v1"}))
    assert invoke(event("sweep")) == []
    assert reported(capsys.readouterr().out, "ConnectionPaused") == [1.0]


def test_exports_that_stopped_coming_are_reported(here: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    here.cloud.connect(CONNECTION, expected_every=24)
    here.cloud.connect("broken", separator="?")
    long_ago = Change(put={"last_at": stamp(now() - timedelta(hours=25))})
    here.table.update((f"%connection#{CONNECTION}", "exports"), long_ago)
    assert invoke(event("sweep")) == []
    assert reported(capsys.readouterr().out, "ExportsMissing") == [2.0], "broken settings take none either"


def test_a_kiwi_that_has_been_away_for_long_is_reported(
    here: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    for hours, away in ((0.9, 0.0), (1.1, 1.0)):
        since = stamp(now() - timedelta(hours=hours))
        later = stamp(now() + timedelta(minutes=5))
        put: dict[str, Value] = {"away_until": later, "away_since": since}
        here.table.update((f"%connection#{CONNECTION}", "kiwi"), Change(put=put))
        assert invoke(event("sweep")) == []
        assert reported(capsys.readouterr().out, "KiwiAway") == [away]


def test_a_part_that_has_not_come_is_reported(here: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    part: dict[str, Value] = {
        "part_1": "{}",
        "of": 2,
        "first_at": stamp(now() - timedelta(hours=13)),
        "export_id": "e1",
    }
    here.table.update((f"%split#{CONNECTION}", "e1 von 2"), Change(put=part))
    assert invoke(event("sweep")) == []
    assert reported(capsys.readouterr().out, "ExportPartsMissing") == [1.0]


def test_a_message_that_fails_comes_again_and_the_log_quotes_nothing(
    here: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    upload(here, "delta")
    here.cloud.aws.dynamodb.delete_table(TableName=here.cloud.aws.dynamodb.list_tables()["TableNames"][0])
    sample = event("pointer")
    assert invoke(sample) == [sample["Records"][0]["messageId"]]
    assert "Traceback" not in capsys.readouterr().out


def test_a_refused_export_is_kept_and_acknowledged(here: Stack) -> None:
    sample = event("inline")
    record = sample["Records"][0]
    record["body"] = dated({**json.loads(record["body"]), "anzahl": {"mieter": 99}})
    assert invoke(sample) == []
    (kept,) = here.cloud.keys("rejected/")
    assert here.run("2026-11-21-delta-002")["kept"] == kept
    assert here.cloud.content(kept).decode() == record["body"]
    assert here.bodies("transform") == []


def test_without_its_environment_it_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage.cache_clear()
    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(ValueError, match="table_name"):
        stage()
