"""Sending to SQS: everything arrives, or an error says so."""

from typing import Any

import pytest
from kiwi_sync.queues import Outgoing, Queue, QueueError, SqsQueue

from tests.fakes.aws import Aws
from tests.fakes.memory import MemoryQueue


class Reluctant:
    """A client that refuses the messages named, each as often as said, and passes on the others."""

    def __init__(self, aws: Aws, refusals: dict[str, int]) -> None:
        self._client = aws.sqs
        self._refusals = refusals

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        taken: list[Any] = []
        failed: list[Any] = []
        for entry in Entries:
            left = self._refusals.get(entry["MessageBody"], 0)
            self._refusals[entry["MessageBody"]] = left - 1
            (failed if left > 0 else taken).append(entry)
        if taken:
            self._client.send_message_batch(QueueUrl=QueueUrl, Entries=taken)
        refused = [{"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"} for entry in failed]
        return {"Successful": [{"Id": entry["Id"]} for entry in taken], "Failed": refused}


def bodies(aws: Aws, url: str) -> list[str]:
    return [message["Body"] for message in aws.receive(url)]


def waiting(aws: Aws, url: str) -> tuple[int, int]:
    """The number of receivable messages, and of delayed ones."""
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesDelayed"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(attributes[names[0]]), int(attributes[names[1]])


@pytest.mark.parametrize("number", [0, 1, 10, 11, 35])
def test_everything_arrives_once(aws: Aws, number: int) -> None:
    url = aws.new_queue()
    sent = [f"message {one} Grüße" for one in range(number)]
    SqsQueue(aws.sqs, url).send(Outgoing(body) for body in sent)
    assert sorted(bodies(aws, url)) == sorted(sent)


def test_messages_of_groups(aws: Aws) -> None:
    url = aws.new_queue(fifo=True)
    SqsQueue(aws.sqs, url).send([Outgoing(f"body {group}", group=group) for group in ("g1", "g2", "g3")])
    received = {message["Body"]: message["Attributes"] for message in aws.receive(url)}
    assert {body: attributes["MessageGroupId"] for body, attributes in received.items()} == {
        "body g1": "g1",
        "body g2": "g2",
        "body g3": "g3",
    }


def test_the_same_message_again_is_not_swallowed(aws: Aws) -> None:
    url = aws.new_queue(fifo=True)
    queue = SqsQueue(aws.sqs, url)
    queue.send([Outgoing("wake", group="g"), Outgoing("wake", group="g")])
    queue.send([Outgoing("wake", group="g")])
    assert waiting(aws, url) == (3, 0)


def test_a_delayed_message_is_not_there_yet(aws: Aws) -> None:
    url = aws.new_queue()
    SqsQueue(aws.sqs, url).send([Outgoing("later", delay=600), Outgoing("now")])
    assert waiting(aws, url) == (1, 1)
    assert bodies(aws, url) == ["now"]


def test_a_held_message_comes_back_when_its_time_is_over(aws: Aws) -> None:
    url = aws.new_queue()
    queue = SqsQueue(aws.sqs, url)
    queue.send([Outgoing("short"), Outgoing("long")])
    receipts = {message["Body"]: message["ReceiptHandle"] for message in aws.receive(url)}
    queue.hold(receipts["long"], 600)
    queue.hold(receipts["short"], 0)
    assert bodies(aws, url) == ["short"]


def test_what_is_not_taken_is_sent_again_and_nothing_else(aws: Aws) -> None:
    url = aws.new_queue()
    client: Any = Reluctant(aws, {"1": 2, "12": 1, "9": 1})
    sent = [str(number) for number in range(15)]
    SqsQueue(client, url, attempts=3).send(map(Outgoing, sent))
    assert sorted(bodies(aws, url)) == sorted(sent)


def test_a_repeated_message_keeps_its_group(aws: Aws) -> None:
    url = aws.new_queue(fifo=True)
    client: Any = Reluctant(aws, {"b": 1})
    SqsQueue(client, url).send([Outgoing("a", group="g1"), Outgoing("b", group="g2")])
    found = {message["Body"]: message["Attributes"]["MessageGroupId"] for message in aws.receive(url)}
    assert found == {"a": "g1", "b": "g2"}


def test_what_is_never_taken_is_an_error_without_its_content(aws: Aws) -> None:
    url = aws.new_queue()
    client: Any = Reluctant(aws, {"erika@example.org": 99, "other": 99})
    queue = SqsQueue(client, url, attempts=2)
    with pytest.raises(QueueError, match="2 of 3") as failure:
        queue.send(map(Outgoing, ["erika@example.org", "other", "taken"]))
    assert "erika" not in str(failure.value)
    assert bodies(aws, url) == ["taken"]


def test_the_queue_in_memory() -> None:
    memory = MemoryQueue()
    queue: Queue = memory
    queue.send(iter([Outgoing('{"key": "c/mieter/1/2"}', group="g", delay=3)]))
    queue.send([Outgoing('{"keys": ["a", "b"]}')])
    queue.hold("receipt", 5)
    assert [message.group for message in memory.sent] == ["g", None]
    assert memory.keys() == ["c/mieter/1/2", "a", "b"]
    assert (memory.take(), memory.held) == ([], {"receipt": 5})
