"""Messages of a dead-letter queue go back: all, each once, and no more than were there."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from kiwi_cli.deployed import redrive as module
from kiwi_cli.deployed.redrive import redrive, waiting

from tests.fakes.aws import Aws, embedded_aws

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setattr(module, "WAIT", 0)
    with embedded_aws() as aws:
        yield aws


def filled(aws: Aws, count: int, *, fifo: bool = False) -> str:
    url = aws.new_queue(fifo=fifo)
    for number in range(count):
        group: Any = {"MessageGroupId": f"g{number % 3}", "MessageDeduplicationId": str(number)}
        aws.sqs.send_message(QueueUrl=url, MessageBody=str(number), **(group if fifo else {}))
    return url


def taken(aws: Aws, url: str) -> list[Any]:
    """Every message, taken away: what is only received keeps its group from coming."""
    messages: list[Any] = []
    while more := aws.receive(url):
        messages += more
        for one in more:
            aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return messages


@pytest.mark.parametrize("fifo", [False, True])
@pytest.mark.parametrize("count", [0, 1, 10, 25])
def test_all_go_back_and_none_stays(aws: Aws, count: int, *, fifo: bool) -> None:
    dead, queue = filled(aws, count, fifo=fifo), aws.new_queue(fifo=fifo)
    told: list[int] = []
    assert waiting(aws.sqs, dead) == count
    assert redrive(aws.sqs, dead, queue, count, told.append) == sum(told) == count
    assert (waiting(aws.sqs, dead), waiting(aws.sqs, queue)) == (0, count)
    assert {message["Body"] for message in taken(aws, queue)} == set(map(str, range(count)))


def test_a_message_keeps_its_group_and_gets_an_id_of_its_own(aws: Aws) -> None:
    dead, queue = filled(aws, 6, fifo=True), aws.new_queue(fifo=True)
    # The queue has seen these ids within the last five minutes.
    for number in range(6):
        entry: Any = {"MessageGroupId": "before", "MessageDeduplicationId": str(number)}
        aws.sqs.send_message(QueueUrl=queue, MessageBody="before", **entry)
    redrive(aws.sqs, dead, queue, 6)
    attributes = [one["Attributes"] for one in taken(aws, queue) if one["Body"] != "before"]
    assert Counter(one["MessageGroupId"] for one in attributes) == {"g0": 2, "g1": 2, "g2": 2}
    assert len({one["MessageDeduplicationId"] for one in attributes} - set(map(str, range(6)))) == 6


def test_what_goes_back_to_load_is_a_wake_up(aws: Aws) -> None:
    dead, queue = aws.new_queue(fifo=True), aws.new_queue(fifo=True)
    bodies = [
        '{"key": "c/mieter/0001/1"}',
        '{"key": "c/mieter/0001/2", "wake": true}',
        '{"keys": []}',
        "no JSON",
    ]
    for number, body in enumerate(bodies):
        entry: Any = {"MessageGroupId": f"g{number}", "MessageDeduplicationId": str(number)}
        aws.sqs.send_message(QueueUrl=dead, MessageBody=body, **entry)
    redrive(aws.sqs, dead, queue, len(bodies))
    wakes = {f'{{"key":"c/mieter/0001/{number}","wake":true}}' for number in (1, 2)}
    assert {one["Body"] for one in taken(aws, queue)} == {*wakes, *bodies[2:]}


def test_no_more_than_were_there_at_the_beginning(aws: Aws) -> None:
    dead, queue = filled(aws, 25), aws.new_queue()
    assert redrive(aws.sqs, dead, queue, 12) == 12
    assert (waiting(aws.sqs, dead), waiting(aws.sqs, queue)) == (13, 12)


class Failing:
    """A client whose queue takes only what has an even number, or that stops before it deletes."""

    def __init__(self, sqs: "SQSClient", *, crashes: bool) -> None:
        self._sqs = sqs
        self._crashes = crashes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def send_message_batch(self, QueueUrl: str, Entries: Any) -> Any:  # noqa: N803 - as in boto3
        even = [entry for entry in Entries if int(entry["MessageBody"]) % 2 == 0 or self._crashes]
        return self._sqs.send_message_batch(QueueUrl=QueueUrl, Entries=even) if even else {}

    def delete_message_batch(self, **entries: Any) -> Any:
        if self._crashes:
            raise ConnectionError
        return self._sqs.delete_message_batch(**entries)


def test_what_the_queue_does_not_take_stays(aws: Aws) -> None:
    dead, queue = filled(aws, 10), aws.new_queue()
    client: Any = Failing(aws.sqs, crashes=False)
    assert redrive(client, dead, queue, 10) == 5
    assert {message["Body"] for message in aws.receive(queue)} == {"0", "2", "4", "6", "8"}
    left = aws.sqs.get_queue_attributes(
        QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )
    assert left["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "5"


def test_a_crash_in_between_loses_nothing(aws: Aws) -> None:
    dead, queue = filled(aws, 4), aws.new_queue()
    client: Any = Failing(aws.sqs, crashes=True)
    with pytest.raises(ConnectionError):
        redrive(client, dead, queue, 4)
    hidden = aws.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["All"])["Attributes"]
    assert hidden["ApproximateNumberOfMessagesNotVisible"] == "4"
    assert len(aws.receive(queue)) == 4
