"""Event source mappings: what SQS and Lambda do with messages that fail, wait, or belong together."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from kiwi_local.aws import EmbeddedAws
from kiwi_local.poller import Poller
from kiwi_local.template import Blueprint, EventSource, Function, Queue

FUNCTION = Function("worker", "kiwi_load.handler.lambda_handler", 10, 128, {})
Handler = Callable[[list[dict[str, Any]]], Any]


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_queue(name: str, dead_letter: str | None = None, visibility: int = 60) -> Queue:
    fifo = name.endswith(".fifo")
    return Queue(
        name,
        f"https://sqs.eu-central-1.amazonaws.com/123456789012/{name}",
        f"arn:aws:sqs:eu-central-1:123456789012:{name}",
        fifo,
        visibility,
        {"FifoQueue": "true"} if fifo else {},
        dead_letter,
        3 if dead_letter else None,
    )


PLAIN = make_queue("plain", "plain-dead")
FIFO = make_queue("ordered.fifo", "ordered-dead.fifo")
QUEUES = {
    queue.name: queue for queue in (PLAIN, FIFO, make_queue("plain-dead"), make_queue("ordered-dead.fifo"))
}


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws(Blueprint("demo", queues=QUEUES)) as aws:
        yield aws


class Bench:
    """A poller with a handler of the test, and what the handler was given."""

    def __init__(
        self,
        aws: EmbeddedAws,
        handler: Handler,
        *,
        cap: float | None = None,
        size: int = 10,
        reports: bool = True,
    ) -> None:
        self.batches: list[list[str]] = []
        self.records: list[dict[str, Any]] = []
        self.clock = Clock()
        self.aws = aws
        self._handler = handler
        sources = [EventSource(FUNCTION, queue, size, None, reports) for queue in (PLAIN, FIFO)]
        self.poller = Poller(sources, self._invoke, aws.sqs, visibility_cap=cap, clock=self.clock)
        aws.gate.hold = self.poller.hold

    def _invoke(self, _function: Function, event: dict[str, Any]) -> Any:
        self.batches.append([record["body"] for record in event["Records"]])
        self.records += event["Records"]
        return self._handler(event["Records"])

    def send(self, *bodies: str, delay: int = 0) -> None:
        for body in bodies:
            self.aws.sqs.send_message(QueueUrl=PLAIN.url, MessageBody=body, DelaySeconds=delay)

    def send_ordered(self, *bodies: str) -> None:
        """The first letter of a body is its group."""
        for place, body in enumerate(bodies):
            self.aws.sqs.send_message(
                QueueUrl=FIFO.url,
                MessageBody=body,
                MessageGroupId=body[0],
                MessageDeduplicationId=f"{body}-{place}",
            )

    def serve_all(self) -> list[list[str]]:
        """Serves until nothing is visible; the batches since the last time."""
        before = len(self.batches)
        while self.poller.serve():
            pass
        return self.batches[before:]


def fail(*bodies: str) -> Handler:
    """A handler that reports these bodies as failed, always."""
    return lambda records: {
        "batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records if r["body"] in bodies]
    }


def crash(_records: Sequence[dict[str, Any]]) -> Any:
    raise RuntimeError("out of order")


def test_what_the_handler_accepts_is_deleted(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail())
    bench.send("a", "b")
    assert bench.serve_all() == [["a", "b"]]
    assert bench.poller.waiting() == 0
    assert bench.poller.next_visible() is None


def test_a_batch_is_as_large_as_the_mapping_says(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail(), size=2)
    bench.send("a", "b", "c")
    assert bench.serve_all() == [["a", "b"], ["c"]]


def test_a_record_looks_as_lambda_makes_it(aws: EmbeddedAws) -> None:
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


def test_a_failed_message_comes_back_alone_after_its_visibility_time_out(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("b"))
    bench.send("a", "b", "c")
    bench.serve_all()
    bench.clock.now += 59
    assert bench.serve_all() == []
    assert bench.poller.next_visible() == pytest.approx(1)
    bench.clock.now += 2
    assert bench.serve_all() == [["b"]]
    assert bench.records[-1]["attributes"]["ApproximateReceiveCount"] == "2"


def test_a_cap_quickens_the_visibility_time_out(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a"), cap=0.5)
    bench.send("a")
    bench.serve_all()
    bench.clock.now += 0.6
    assert bench.serve_all() == [["a"]]


def test_a_crash_fails_the_whole_batch(aws: EmbeddedAws, caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench(aws, crash)
    bench.send("a", "b")
    bench.serve_all()
    assert bench.poller.waiting() == 2
    assert "worker crashed" in caplog.text


def test_an_unknown_identifier_fails_the_whole_batch(aws: EmbeddedAws) -> None:
    bench = Bench(aws, lambda _: {"batchItemFailures": [{"itemIdentifier": "someone else's"}]})
    bench.send("a", "b")
    bench.serve_all()
    assert bench.poller.waiting() == 2


def test_a_mapping_that_does_not_report_failures_deletes_them(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a"), reports=False)
    bench.send("a")
    bench.serve_all()
    assert bench.poller.waiting() == 0


def test_a_mapping_that_does_not_report_failures_still_keeps_what_crashed(aws: EmbeddedAws) -> None:
    bench = Bench(aws, crash, reports=False)
    bench.send("a")
    bench.serve_all()
    assert bench.poller.waiting() == 1


def test_the_handler_may_say_itself_when_a_message_comes_back(aws: EmbeddedAws) -> None:
    def handler(records: list[dict[str, Any]]) -> Any:
        handle = records[0]["receiptHandle"]
        aws.sqs.change_message_visibility(QueueUrl=PLAIN.url, ReceiptHandle=handle, VisibilityTimeout=5)
        return fail("a")(records)

    bench = Bench(aws, handler)
    bench.send("a")
    bench.serve_all()
    bench.clock.now += 6
    assert bench.serve_all() == [["a"]]


def test_the_visibility_of_a_whole_batch_may_change_too(aws: EmbeddedAws) -> None:
    answers: list[Any] = []

    def handler(records: list[dict[str, Any]]) -> Any:
        known = {"Id": "known", "ReceiptHandle": records[0]["receiptHandle"], "VisibilityTimeout": 0}
        other = {"Id": "other", "ReceiptHandle": "another's", "VisibilityTimeout": 0}
        entries: Any = [known, other]
        answers.append(aws.sqs.change_message_visibility_batch(QueueUrl=PLAIN.url, Entries=entries))
        return fail("a")(records) if len(answers) == 1 else fail()(records)

    bench = Bench(aws, handler)
    bench.send("a")
    assert bench.serve_all() == [["a"], ["a"]]
    assert [entry["Id"] for entry in answers[0]["Successful"]] == ["known"]
    assert [entry["Id"] for entry in answers[0]["Failed"]] == ["other"]


def test_a_receipt_that_nobody_has_is_refused(aws: EmbeddedAws) -> None:
    Bench(aws, fail())
    with pytest.raises(aws.sqs.exceptions.ReceiptHandleIsInvalid):
        aws.sqs.change_message_visibility(QueueUrl=PLAIN.url, ReceiptHandle="none", VisibilityTimeout=5)


def test_a_message_received_too_often_goes_to_the_dead_letter_queue(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a"))
    bench.send("a")
    for _ in range(3):
        assert bench.serve_all() == [["a"]]
        bench.clock.now += 61
    assert bench.serve_all() == []
    assert bench.poller.waiting() == 0
    assert [(queue, message.body, message.receives) for queue, message in bench.poller.dead] == [
        ("plain", "a", 3)
    ]
    (dead,) = aws.sqs.receive_message(QueueUrl=QUEUES["plain-dead"].url)["Messages"]
    assert dead["Body"] == "a"


def test_a_message_of_a_group_goes_to_a_dead_letter_queue_with_its_group(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a1"))
    bench.send_ordered("a1", "a2")
    for _ in range(3):
        bench.serve_all()
        bench.clock.now += 61
    bench.serve_all()
    (dead,) = aws.sqs.receive_message(
        QueueUrl=QUEUES["ordered-dead.fifo"].url, MessageSystemAttributeNames=["MessageGroupId"]
    )["Messages"]
    assert (dead["Body"], dead["Attributes"]["MessageGroupId"]) == ("a1", "a")


def test_a_failed_message_locks_its_group_and_no_other(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a1"), size=1)
    bench.send_ordered("a1", "a2", "b1")
    assert bench.serve_all() == [["a1"], ["b1"]]
    bench.send_ordered("b2")
    assert bench.serve_all() == [["b2"]]
    bench.clock.now += 61
    assert bench.serve_all() == [["a1"]]


def test_order_within_a_group_outlasts_a_failure(aws: EmbeddedAws) -> None:
    failures = iter([True, False, False])
    bench = Bench(aws, lambda records: fail("a1")(records) if next(failures) else None, size=1)
    bench.send_ordered("a1", "a2")
    bench.serve_all()
    bench.clock.now += 61
    assert bench.serve_all() == [["a1"], ["a2"]]


def test_later_messages_of_a_batch_that_did_not_fail_are_deleted(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail("a1"))
    bench.send_ordered("a1", "a2", "b1")
    assert bench.serve_all() == [["a1", "a2", "b1"]]
    assert bench.poller.waiting() == 1


def test_a_delayed_message_is_known_and_not_yet_received(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail())
    bench.send("later", delay=900)
    assert bench.serve_all() == []
    assert bench.poller.delayed()


def test_queues_take_turns(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail(), size=1)
    bench.send("p", "q")
    bench.send_ordered("a", "b")
    assert bench.serve_all() == [["p"], ["a"], ["q"], ["b"]]


def test_only_the_named_stages_are_served(aws: EmbeddedAws) -> None:
    bench = Bench(aws, fail())
    bench.send("a")
    assert not bench.poller.serve(["extract"])
    assert bench.poller.serve(["load"])


def test_a_seed_repeats_a_run(aws: EmbeddedAws) -> None:
    def order(seed: int) -> list[str]:
        seen: list[str] = []
        sources = [EventSource(FUNCTION, queue, 1, None, True) for queue in (PLAIN, FIFO)]
        bench = Bench(aws, fail())
        poller = Poller(
            sources, lambda _, event: seen.append(event["Records"][0]["body"]), aws.sqs, seed=seed
        )
        bench.send(*"pqrs")
        bench.send_ordered(*"abcd")
        while poller.serve():
            pass
        return seen

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(5)}) > 1
