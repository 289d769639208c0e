"""Dropping, serving and draining, with handlers of the test in place of the real ones."""

import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kiwi_extract.bookkeeping.deadline import MARGIN
from kiwi_sandbox.aws.kinds import AwsKind
from kiwi_sandbox.functions import Functions
from kiwi_sandbox.stack import INLINE_BYTES, LocalStack
from kiwi_sandbox.template import Function
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change

Handler = Callable[[LocalStack, str], object]


class Toys:
    """Handlers by stage; each is given the stack and a message's body. Bodies are noted."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.handlers: dict[str, Handler] = {}
        self.seen: list[tuple[str, str]] = []

    def __call__(self, function: Function, event: dict[str, Any]) -> None:
        for record in event["Records"]:
            self.seen.append((function.stage, record["body"]))
            if handler := self.handlers.get(function.stage):
                handler(self.stack, record["body"])


@pytest.fixture(params=AwsKind)
def toys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toys]:
    stack = LocalStack(aws=request.param, visibility_cap=0.05)
    toys = Toys(stack)
    monkeypatch.setattr(stack, "invoke", toys)
    with stack:
        yield toys


def owe(stack: LocalStack, due_in: timedelta) -> None:
    at = (datetime.now(UTC) + due_in).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    item: Any = {"pk": "muster#0001#mieter#0", "sk": "1", "todo": "muster#0", "todo_at": at}
    write(stack, item)


def write(stack: LocalStack, item: dict[str, str]) -> None:
    key, values = (item["pk"], item["sk"]), {name: item[name] for name in item if name not in {"pk", "sk"}}
    assert stack.aws.state.delete(key)
    assert stack.aws.state.update(key, Change(put=values or {"present": True}))


def sweeps(toys: Toys) -> int:
    return sum("kiwi-sweep" in body for _, body in toys.seen)


def test_a_small_export_goes_inline(toys: Toys) -> None:
    assert toys.stack.drop({"name": "Ä"})
    assert toys.stack.serve()
    assert toys.seen == [("extract", '{"name": "Ä"}')]


@pytest.mark.parametrize("content", [b"x" * (INLINE_BYTES + 1), b"\xff\xfe", b""])
def test_what_no_message_can_hold_goes_through_the_bucket(toys: Toys, content: bytes) -> None:
    toys.stack.drop(content)
    toys.stack.serve()
    ((_, body),) = toys.seen
    described = json.loads(body)["Records"][0]["s3"]
    stored = toys.stack.aws.s3.get_object(
        Bucket=described["bucket"]["name"],
        Key=described["object"]["key"],
        VersionId=described["object"]["versionId"],
    )
    assert stored["Body"].read() == content


def test_an_idle_stack_is_drained_after_one_sweep(toys: Toys) -> None:
    assert toys.stack.drain(5)
    assert sweeps(toys) == 1


def test_a_drain_follows_messages_from_stage_to_stage(toys: Toys) -> None:
    queues = {stage: toys.stack.blueprint.source(stage).queue for stage in ("transform", "load")}
    toys.handlers["extract"] = lambda stack, body: (
        stack.aws.send(queues["transform"], "key") if "sweep" not in body else None
    )
    toys.handlers["transform"] = lambda stack, _: stack.aws.queue(queues["load"]).send(
        [Outgoing("key", group="g")]
    )
    toys.stack.drop({})
    assert toys.stack.drain(5)
    assert [stage for stage, body in toys.seen if "sweep" not in body] == ["extract", "transform", "load"]
    assert toys.stack.messages == {"extract": 2, "transform": 1, "load": 1}


def test_a_drain_waits_for_what_is_due(toys: Toys) -> None:
    def pay(stack: LocalStack, body: str) -> None:
        if sweeps(toys) == 3:
            write(stack, {"pk": "muster#0001#mieter#0", "sk": "1"})

    toys.handlers["extract"] = pay
    owe(toys.stack, timedelta(seconds=1))
    assert toys.stack.drain(5)
    assert sweeps(toys) == 3


def test_a_drain_gives_up(toys: Toys) -> None:
    owe(toys.stack, timedelta())
    assert not toys.stack.drain(0.6)


def test_no_invocation_is_given_time_to_write_after_a_drain_has_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[float] = []
    monkeypatch.setattr(Functions, "invoke", lambda _self, _function, _event, seconds: given.append(seconds))
    margin = MARGIN.total_seconds()
    with LocalStack() as stack:
        stack.drop({})
        assert stack.drain(5)
        stack.drop({})
        assert stack.serve(give_up_after=3)
        assert len(given) > 2
        assert all(margin < seconds <= margin + 5 for seconds in given)
        assert given[-1] <= margin + 3
        stack.invoke(stack.blueprint.source("extract").function, {})
        assert given[-1] == math.inf


def test_a_drain_does_not_wait_for_what_is_due_in_an_hour(toys: Toys) -> None:
    owe(toys.stack, timedelta(hours=1))
    assert toys.stack.drain(5)
    assert toys.stack.owed().owed_rows() == toys.stack.outcome().owed_rows() == 1


def test_a_drain_does_not_wait_for_a_paused_connection(toys: Toys) -> None:
    owe(toys.stack, timedelta())
    write(toys.stack, {"pk": "%connection#muster", "sk": "kiwi", "paused_version": "v"})
    queue = toys.stack.blueprint.source("transform").queue
    # As the sweep does: one key tries whether the log-in works again.
    toys.handlers["extract"] = lambda stack, _: stack.aws.send(queue, "key")
    assert toys.stack.drain(5)
    assert sweeps(toys) == 1


def test_a_sweep_that_brings_something_is_followed_by_another(toys: Toys) -> None:
    queue = toys.stack.blueprint.source("transform").queue
    toys.handlers["extract"] = lambda stack, _: stack.aws.send(queue, "key") if sweeps(toys) == 1 else None
    assert toys.stack.drain(5)
    assert sweeps(toys) == 2


def test_a_message_that_always_fails_ends_as_a_dead_letter(toys: Toys) -> None:
    def crash(_stack: LocalStack, _body: str) -> None:
        raise RuntimeError("always")

    toys.handlers["transform"] = crash
    queue = toys.stack.blueprint.source("transform").queue
    toys.stack.aws.send(queue, "key")
    assert toys.stack.drain(10)
    ((name, message),) = toys.stack.dead_letters()
    assert (name, message.body, message.receives) == (queue.name, "key", queue.max_receives)


def test_progress_is_told(toys: Toys) -> None:
    told: list[tuple[int, int]] = []
    toys.stack.drop({})
    toys.stack.drain(5, on_progress=lambda served, waiting: told.append((served, waiting)))
    assert told[0] == (1, 0)


def test_serving_only_some_stages_leaves_the_rest(toys: Toys) -> None:
    toys.stack.drop({})
    assert toys.stack.serve(["transform", "load"])
    assert toys.seen == []


def test_settings_and_credentials_are_stored_under_the_connection(toys: Toys) -> None:
    toys.stack.configure(
        "acme",
        mandanten=["0001"],
        separator="_",
        kiwi_api_url="http://core",
        kiwi_erp_api_url="http://erp",
        username="me",
        password="secret",
    )
    aws: Any = toys.stack.aws
    parameter = aws.ssm.get_parameter(Name="/kiwi-sync/connections/acme")["Parameter"]["Value"]
    settings = json.loads(parameter)
    assert (settings["separator"], settings["mandanten"]) == ("_", ["0001"])
    secret = aws.secrets.get_secret_value(SecretId=settings["secret"])["SecretString"]
    assert json.loads(secret) == {"username": "me", "password": "secret"}


def test_the_token_path_is_a_setting(toys: Toys) -> None:
    stack = toys.stack
    stack.configure(
        "c",
        mandanten=["1"],
        kiwi_api_url="http://127.0.0.1:1",
        kiwi_erp_api_url="http://127.0.0.1:1",
        username="u",
        password="p",
        token_path="/v2/token",
    )
    name = f"/{stack.blueprint.stack_name}/connections/c"
    settings = json.loads(stack.aws.ssm.get_parameter(Name=name)["Parameter"]["Value"])
    assert settings["token_path"] == "/v2/token"
