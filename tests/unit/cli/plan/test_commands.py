"""The commands on a deployed stack that is not as it should be, and what becomes of an applied plan."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import typer
from kiwi_cli.deployed.commands import reached
from kiwi_cli.deployed.deployed_stack import StackError, connect
from kiwi_cli.main import app
from kiwi_cli.plan import applying
from kiwi_cli.plan.plans import PlanError, digest_of
from kiwi_sync.queues import QueueError
from kiwi_sync.state.table import Change
from typer.testing import CliRunner, Result

from tests.fakes.aws import mocked_aws
from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.cli.deployed.test_commands import template
from tests.unit.extract.rig import StoredSettings

PLAN: dict[str, Any] = {
    "format": "kiwi-plan/1",
    "connection": "c1",
    "export_id": "e1",
    "settings": {"version": 1, "supposed": {}},
    "state": {"fingerprint": "0" * 32},
    "export": {},
    "lines": [],
}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "PAUSE", 0)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mocked_aws():
        boto3.client("cloudformation").create_stack(StackName="kiwi-sync", TemplateBody=template())
        yield


def typed(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def saved(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps(PLAN | changes))
    return path


class Worked(MemoryQueue):
    """A queue whose every message is worked at once."""

    def __init__(self, table: MemoryTable, **outcome: str) -> None:
        super().__init__()
        self._table, self._outcome = table, outcome

    def send(self, messages: Any) -> None:
        super().send(messages)
        self._table.update(("%run#c1", "e1"), Change(put={"ended_at": "now", **self._outcome}))


def test_a_stack_that_is_not_there_is_said_plainly(aws: None, tmp_path: Path) -> None:
    export = tmp_path / "e.json"
    export.write_text("{}")
    for command in (("plan", export), ("apply", saved(tmp_path / "p.json"))):
        result = typed(*command, "--stack", "other")
        assert result.exit_code == 2
        assert "other" in result.output


def test_a_stack_without_a_bucket_is_not_one_of_ours(aws: None) -> None:
    with pytest.raises(StackError, match="ExportBucket"):
        _ = connect("kiwi-sync").bucket


def test_a_file_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    export = tmp_path / "e.json"
    export.write_text("{}")
    for option in ("--save", "--html"):
        result = typed("plan", export, option, tmp_path / "no" / "such")
        assert result.exit_code == 2
        assert option in result.output


def test_a_plan_without_its_export_asks_for_it(aws: None, tmp_path: Path) -> None:
    s3 = boto3.client("s3")
    for export in ({}, {"file": str(tmp_path / "gone.json")}):
        with pytest.raises(PlanError, match="name its file"):
            applying.pointer_to(PLAN | {"export": export}, None, s3, "bucket")


def test_an_export_that_is_named_is_put_where_it_announces_itself_to_nobody(
    aws: None, tmp_path: Path
) -> None:
    s3, file = boto3.client("s3"), tmp_path / "e.json"
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    file.write_text("{}")
    pointer = applying.pointer_to(PLAN | {"export": {"pointer": {"key": "x"}}}, file, s3, "bucket")
    assert (pointer["key"], pointer["plan"]) == ("plans/c1/e1.export.json", "0" * 32)
    assert s3.get_object(Bucket="bucket", Key=pointer["key"])["Body"].read() == b"{}"


def test_settings_that_are_gone_are_refused() -> None:
    settings = StoredSettings()
    applying.check_settings(PLAN, settings)
    with pytest.raises(PlanError, match="missing or broken"):
        applying.check_settings(PLAN | {"connection": "c9"}, settings)


@pytest.mark.parametrize("status", ["done", "rejected"])
def test_the_end_of_the_run_is_waited_for(status: str) -> None:
    table = MemoryTable()
    table.update(("%run#c1", "e1"), Change(put={"status": "done", "ended_at": "before"}))
    queue = Worked(table, status=status)
    run = applying.apply_plan(table, queue, PLAN, {"plan": "p"}, 10)
    assert run is not None
    assert (run["status"], json.loads(queue.sent[0].body)) == (status, {"plan": "p"})


def test_who_waits_too_short_learns_nothing() -> None:
    table = MemoryTable()
    assert applying.apply_plan(table, Worked(table, status="working"), PLAN, {}, 0.01) is None
    assert applying.apply_plan(table, MemoryQueue(), PLAN, {}, 0) is None


@pytest.fixture
def bucket(aws: None) -> Any:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    return s3


def test_another_file_than_the_planned_one_is_refused(bucket: Any, tmp_path: Path) -> None:
    file = tmp_path / "e.json"
    file.write_text("{}")
    plan = PLAN | {"export": {"file": str(file), "sha256": digest_of(file)}}
    assert applying.pointer_to(plan, None, bucket, "bucket")["version"]
    file.write_text("{ }")
    with pytest.raises(PlanError, match="not what was planned"):
        applying.pointer_to(plan, None, bucket, "bucket")


def pointed(key: str, version: str) -> dict[str, Any]:
    return {"format": "erp-export-pointer/1", "bucket": "bucket", "key": key, "version": version}


@pytest.mark.parametrize("parts", [False, True])
def test_a_dry_run_s_export_that_is_gone_is_said_before(bucket: Any, *, parts: bool) -> None:
    version = bucket.put_object(Bucket="bucket", Key="e.json", Body=b"{}")["VersionId"]
    pointer = pointed("e.json", version)
    if parts:
        pointer = {"format": "erp-export-parts/1", "parts": [pointer, pointer]}
    plan = PLAN | {"export": {"pointer": pointer}}
    assert applying.pointer_to(plan, None, bucket, "bucket") == pointer | {"plan": "0" * 32}
    bucket.delete_object(Bucket="bucket", Key="e.json", VersionId=version)
    with pytest.raises(PlanError, match="not in the bucket any more"):
        applying.pointer_to(plan, None, bucket, "bucket")


@pytest.mark.parametrize("pointer", [{"format": "erp-export-pointer/1"}, {"anything": "else"}])
def test_a_pointer_that_is_none_is_refused(bucket: Any, pointer: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="export"):
        applying.pointer_to(PLAN | {"export": {"pointer": pointer}}, None, bucket, "bucket")


def test_a_plan_that_has_been_carried_out_is_not_sent_again() -> None:
    table, queue = MemoryTable(), MemoryQueue()
    run = {"status": "done", "ended_at": "before", "plan": "0" * 32}
    table.update(("%run#c1", "e1"), Change(put=dict(run)))
    told = applying.apply_plan(table, queue, PLAN, {}, 10)
    assert told is not None
    assert (told["status"], queue.sent) == ("done", [])


def test_a_queue_that_takes_nothing_is_said_plainly(aws: None, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, reached("kiwi-sync"):
        raise QueueError("SQS took some")
    assert ended.value.exit_code == 2
    assert "SQS took some" in capsys.readouterr().err


def test_what_cannot_be_meant_is_a_usage_error(tmp_path: Path) -> None:
    export = tmp_path / "e.json"
    export.write_text("{}")
    for option, value in (("--mandant", ""), ("--save", "-"), ("--html", "-")):
        result = typed("plan", export, option, value)
        assert result.exit_code == 2
        assert option in result.output
