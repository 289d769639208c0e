"""Event source mappings: what SQS and Lambda do with messages that are worked, fail, or wait."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.embedded import EmbeddedAws
from kiwi_sandbox.aws.memory import MemoryAws
from kiwi_sandbox.aws.sandbox_aws import SandboxAws
from kiwi_sandbox.template import Blueprint

from tests.unit.cli.bench import FIFO, PLAIN, QUEUES, Bench, crash, fail


@pytest.fixture(params=[MemoryAws, EmbeddedAws])
def aws(request: pytest.FixtureRequest) -> Iterator[SandboxAws]:
    with request.param(Blueprint("demo", queues=QUEUES)) as aws:
        yield aws


@pytest.fixture
def moto() -> Iterator[EmbeddedAws]:
    with EmbeddedAws(Blueprint("demo", queues=QUEUES)) as aws:
        yield aws


def test_what_the_handler_accepts_is_deleted(aws: SandboxAws) -> None:
    bench = Bench(aws, fail())
    bench.send("a", "b")
    assert bench.serve_all() == [["a", "b"]]
    assert bench.poller.waiting() == 0
    assert bench.poller.next_visible() is None


def test_a_batch_is_as_large_as_the_mapping_says(aws: SandboxAws) -> None:
    bench = Bench(aws, fail(), size=2)
    bench.send("a", "b", "c")
    assert bench.serve_all() == [["a", "b"], ["c"]]


def test_a_record_looks_as_lambda_makes_it(aws: SandboxAws) -> None:
    bench = Bench(aws, fail())
    bench.send_ordered("a1")
    bench.serve_all()
    (record,) = bench.records
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == FIFO.arn
    assert record["attributes"]["MessageGroupId"] == "a"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert int(record["attributes"]["SentTimestamp"]) > 0
    assert json.loads(json.dumps(record)) == record


def test_a_failed_message_comes_back_alone_after_its_visibility_time_out(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("b"))
    bench.send("a", "b", "c")
    bench.serve_all()
    bench.clock.now += 59
    assert bench.serve_all() == []
    assert bench.poller.next_visible() == pytest.approx(1)
    bench.clock.now += 2
    assert bench.serve_all() == [["b"]]
    assert bench.records[-1]["attributes"]["ApproximateReceiveCount"] == "2"


def test_a_cap_quickens_the_visibility_time_out(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("a"), cap=0.5)
    bench.send("a")
    bench.serve_all()
    bench.clock.now += 0.6
    assert bench.serve_all() == [["a"]]


def test_a_crash_fails_the_whole_batch(aws: SandboxAws, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(aws, crash)
    bench.send("a", "b")
    bench.serve_all()
    assert bench.poller.waiting() == 2
    assert "worker crashed" in caplog.text


def test_an_unknown_identifier_fails_the_whole_batch(aws: SandboxAws) -> None:
    bench = Bench(aws, lambda _: {"batchItemFailures": [{"itemIdentifier": "someone else's"}]})
    bench.send("a", "b")
    bench.serve_all()
    assert bench.poller.waiting() == 2


def test_a_mapping_that_does_not_report_failures_deletes_them(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("a"), reports=False)
    bench.send("a")
    bench.serve_all()
    assert bench.poller.waiting() == 0


def test_a_mapping_that_does_not_report_failures_still_keeps_what_crashed(aws: SandboxAws) -> None:
    bench = Bench(aws, crash, reports=False)
    bench.send("a")
    bench.serve_all()
    assert bench.poller.waiting() == 1


def test_the_handler_may_say_itself_when_a_message_comes_back(aws: SandboxAws) -> None:
    def handler(records: list[dict[str, Any]]) -> Any:
        handle = records[0]["receiptHandle"]
        aws.queue(PLAIN).hold(handle, 5)
        return fail("a")(records)

    bench = Bench(aws, handler)
    bench.send("a")
    bench.serve_all()
    bench.clock.now += 6
    assert bench.serve_all() == [["a"]]


def test_the_visibility_of_a_whole_batch_may_change_too(moto: EmbeddedAws) -> None:
    answers: list[Any] = []

    def handler(records: list[dict[str, Any]]) -> Any:
        known = {"Id": "known", "ReceiptHandle": records[0]["receiptHandle"], "VisibilityTimeout": 0}
        other = {"Id": "other", "ReceiptHandle": "another's", "VisibilityTimeout": 0}
        entries: Any = [known, other]
        answers.append(moto.sqs.change_message_visibility_batch(QueueUrl=PLAIN.url, Entries=entries))
        return fail("a")(records) if len(answers) == 1 else fail()(records)

    bench = Bench(moto, handler)
    bench.send("a")
    assert bench.serve_all() == [["a"], ["a"]]
    assert [entry["Id"] for entry in answers[0]["Successful"]] == ["known"]
    assert [entry["Id"] for entry in answers[0]["Failed"]] == ["other"]


def test_a_receipt_that_nobody_has_is_refused(aws: SandboxAws) -> None:
    Bench(aws, fail())
    with pytest.raises(ClientError, match="ReceiptHandleIsInvalid"):
        aws.queue(PLAIN).hold("none", 5)


def test_a_queue_without_new_messages_is_not_asked(
    moto: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(moto, lambda _: None)
    bench.send("one")
    assert bench.poller.serve()

    def ask(**_arguments: Any) -> Any:
        raise AssertionError("asked for nothing")

    monkeypatch.setattr(moto.sqs, "receive_message", ask)
    assert not bench.poller.serve()
