"""The AWS in memory: what the functions get of it, and what it counts."""

import os
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.memory import MemoryAws
from kiwi_sandbox.stack import TEMPLATE
from kiwi_sandbox.template import read_template
from kiwi_sync import aws as wired
from kiwi_sync.aws import RealAws
from kiwi_sync.connections import SettingsInvalidError, UnknownConnectionError
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change, absent

BLUEPRINT = read_template(TEMPLATE)
CHANGE = Change(put={"a": 1})


@pytest.fixture
def aws() -> Iterator[MemoryAws]:
    with MemoryAws(BLUEPRINT) as aws:
        yield aws


def test_the_wirings_are_connected_to_it_while_it_runs(aws: MemoryAws) -> None:
    its = wired.connect()
    assert its.table(aws.table.name) is aws.state
    assert its.s3() is aws.s3
    assert its.ssm() is aws.ssm
    queue = BLUEPRINT.source("load").queue
    (load,) = its.queues(queue.url)
    load.send([Outgoing("key", "g")])
    assert [message.body for message in aws.intake.take(queue)] == ["key"]
    aws.__exit__()
    assert isinstance(wired.connect(), RealAws)


def test_there_is_one_table(aws: MemoryAws) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        wired.connect().table("another")


def test_the_user_s_own_aws_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    with MemoryAws(BLUEPRINT):
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_ACCESS_KEY_ID"] == "local"
    assert os.environ["AWS_PROFILE"] == "mine"


def test_attempted_writes_count_but_for_the_system_s_own(aws: MemoryAws) -> None:
    for pk in ("%connection#c", "%run#c", "%hold#c"):
        assert aws.state.update((pk, "x"), CHANGE)
    assert aws.state.update(("c#0001#mieter#0", "%watermark"), CHANGE)
    assert aws.meter.state_writes == 0
    assert aws.state.update(("%claim#c", "x"), CHANGE)
    assert not aws.state.update(("%claim#c", "x"), CHANGE, absent("pk"))
    assert aws.state.delete(("%claim#c", "x"))
    assert aws.meter.state_writes == 3


def test_what_is_owed_comes_with_the_connections_that_are_paused(aws: MemoryAws) -> None:
    assert aws.state.update(("c#0001#mieter#0", "1"), Change(put={"todo": "c#0", "todo_at": "P"}))
    assert aws.state.update(("c#0001#mieter#0", "2"), CHANGE)
    assert aws.state.update(("%connection#c", "kiwi"), Change(put={"paused_version": "v"}))
    assert aws.state.update(("%connection#d", "kiwi"), CHANGE)
    assert sorted(item["sk"] for item in aws.owed()) == ["1", "kiwi"]
    assert len(list(aws.items())) == 4


def test_settings_count_their_versions(aws: MemoryAws) -> None:
    path = f"/{BLUEPRINT.stack_name}/connections"
    connections = aws.connections
    with pytest.raises(UnknownConnectionError):
        connections.get("new")
    for _ in range(2):
        aws.put_parameter(f"{path}/new", "{}")
    with pytest.raises(SettingsInvalidError):
        connections.get("new")
    aws.put_parameter(f"{path}/new/below", "{}")
    assert aws.ssm.get_parameter(Name=f"{path}/new")["Parameter"]["Version"] == 2
    assert "new" in set(connections.ids())
    assert "below" not in set(connections.ids())


def test_a_secret_that_is_written_again_is_another_version(aws: MemoryAws) -> None:
    versions = set()
    for _ in range(2):
        aws.put_secret("s", "{}")
        versions.add(aws.secrets.get_secret_value(SecretId="s")["VersionId"])
    assert len(versions) == 2
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.secrets.get_secret_value(SecretId="none")
