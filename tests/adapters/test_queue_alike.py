"""The queues of the sandbox, of the simulation and of the embedded AWS receive alike.

Left out, since the embedded AWS gets it wrong: the order within a FIFO group after a visibility time-out, and
what deduplication forgets. Left out, since the simulation has it on purpose: messages that come twice.
"""

import json
from typing import Any, Protocol

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.aws.queues import MESSAGE_BYTES, MemoryQueues
from kiwi_sandbox.ledger import Ledger
from kiwi_sandbox.ledger import Message as Sent
from kiwi_sandbox.template import Queue as Queue_
from kiwi_sync.queues import Outgoing, Queue, QueueError, SqsQueue
from moto.sqs import models

from tests.fakes.aws import Aws
from tests.simulation.queue import Message, SimulatedQueue
from tests.simulation.scheduler import Scheduler

VISIBILITY, MOST = 30, 3
Received = tuple[str, int]
"""Body, and how often it was received."""


class Driver(Protocol):
    """A queue with a visibility time-out of 30 seconds; a message is received three times at the most."""

    @property
    def queue(self) -> Queue: ...

    def receive(self, most: int = 10) -> list[Received]: ...

    def delete(self, body: str) -> None: ...

    def hold(self, body: str, seconds: int) -> None: ...

    def wait(self, seconds: float) -> None: ...

    def dead(self) -> list[str]: ...


class Simulated:
    def __init__(self, fifo: bool) -> None:
        self._scheduler = Scheduler(0)
        self.queue = SimulatedQueue(self._scheduler, "q", visibility=VISIBILITY, most=MOST, fifo=fifo)
        self._received: dict[str, Message] = {}

    def receive(self, most: int = 10) -> list[Received]:
        messages = self.queue.receive(most)
        self._received |= {message.body: message for message in messages}
        return sorted((message.body, message.receives) for message in messages)

    def delete(self, body: str) -> None:
        self.queue.delete(self._received[body])

    def hold(self, body: str, seconds: int) -> None:
        self.queue.hold(self.queue.receipt(self._received[body]), seconds)

    def wait(self, seconds: float) -> None:
        self._scheduler.sleep(seconds)

    def dead(self) -> list[str]:
        return sorted(message.body for message in self.queue.dead)


class Sandbox:
    """The sandbox's queues, and the ledger in which the poller keeps what it takes off them."""

    def __init__(self, fifo: bool) -> None:
        self._clock = Clock()
        self._queue = Queue_(
            "q", "https://q", "arn:q", fifo, VISIBILITY, {}, dead_letter="dead", max_receives=MOST
        )
        self._dead = Queue_("dead", "https://dead", "arn:dead", fifo, VISIBILITY, {})
        meter = Meter()
        self._queues = MemoryQueues([self._queue, self._dead], meter, self._clock.seconds)
        self._ledger = Ledger(self._queue, self._clock.seconds)
        meter.hold = self._ledger.hold
        self.queue = self._queues.at(self._queue.url)
        self._received: dict[str, Sent] = {}

    def receive(self, most: int = 10) -> list[Received]:
        self._ledger.add(self._queues.take(self._queue))
        for message in self._ledger.retire():
            self._queues.bury(self._queue, message)
        messages = self._ledger.receive(most)
        self._received |= {message.body: message for message in messages}
        return sorted((message.body, message.receives) for message in messages)

    def delete(self, body: str) -> None:
        self._ledger.delete(self._received[body])

    def hold(self, body: str, seconds: int) -> None:
        self.queue.hold(self._received[body].handle, seconds)

    def wait(self, seconds: float) -> None:
        self._clock.now += seconds

    def dead(self) -> list[str]:
        return sorted(message.body for message in self._queues.take(self._dead))


class Clock:
    """The time of the embedded SQS, for a test to turn."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def seconds(self) -> float:
        return self.now

    def milliseconds(self) -> float:
        return self.now * 1000


class Embedded:
    def __init__(self, aws: Aws, fifo: bool, clock: Clock) -> None:
        self._aws, self._clock = aws, clock
        self._dead = aws.new_queue(fifo=fifo)
        self._url = aws.new_queue(fifo=fifo)
        arn = aws.sqs.get_queue_attributes(QueueUrl=self._dead, AttributeNames=["QueueArn"])["Attributes"]
        redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": MOST}
        attributes: Any = {"VisibilityTimeout": str(VISIBILITY), "RedrivePolicy": json.dumps(redrive)}
        aws.sqs.set_queue_attributes(QueueUrl=self._url, Attributes=attributes)
        self.queue = SqsQueue(aws.sqs, self._url)
        self._receipts: dict[str, str] = {}

    def receive(self, most: int = 10) -> list[Received]:
        messages = self._receive(self._url, most)
        self._receipts |= {message["Body"]: message["ReceiptHandle"] for message in messages}
        return sorted((m["Body"], int(m["Attributes"]["ApproximateReceiveCount"])) for m in messages)

    def delete(self, body: str) -> None:
        self._aws.sqs.delete_message(QueueUrl=self._url, ReceiptHandle=self._receipts[body])

    def hold(self, body: str, seconds: int) -> None:
        self.queue.hold(self._receipts[body], seconds)

    def wait(self, seconds: float) -> None:
        self._clock.now += seconds

    def dead(self) -> list[str]:
        return sorted(message["Body"] for message in self._receive(self._dead, 10))

    def _receive(self, url: str, most: int) -> list[Any]:
        answer = self._aws.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"]
        )
        return list(answer.get("Messages", ()))


def driver(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, *, fifo: bool) -> Driver:
    if request.param == "simulated":
        return Simulated(fifo)
    if request.param == "sandbox":
        return Sandbox(fifo)
    clock = Clock()
    monkeypatch.setattr(models, "unix_time", clock.seconds)
    monkeypatch.setattr(models, "unix_time_millis", clock.milliseconds)
    return Embedded(request.getfixturevalue("aws"), fifo, clock)


@pytest.fixture(params=["sandbox", "simulated", "embedded"])
def standard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Driver:
    return driver(request, monkeypatch, fifo=False)


@pytest.fixture(params=["sandbox", "simulated", "embedded"])
def fifo(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Driver:
    return driver(request, monkeypatch, fifo=True)


def bodies(received: list[Received]) -> list[str]:
    return [body for body, _ in received]


def test_a_batch_holds_ten_at_the_most(standard: Driver) -> None:
    standard.queue.send(Outgoing(f"{number:02}") for number in range(25))
    batches = [standard.receive() for _ in range(4)]
    assert [len(batch) for batch in batches] == [10, 10, 5, 0]
    assert sorted(body for batch in batches for body, _ in batch) == [f"{number:02}" for number in range(25)]


def test_what_was_received_is_hidden_until_its_time_is_over(standard: Driver) -> None:
    standard.queue.send([Outgoing("a")])
    assert standard.receive() == [("a", 1)]
    standard.wait(VISIBILITY - 1)
    assert standard.receive() == []
    standard.wait(2)
    assert standard.receive() == [("a", 2)]


def test_what_was_deleted_does_not_come_again(standard: Driver) -> None:
    standard.queue.send([Outgoing("a"), Outgoing("b")])
    standard.receive()
    standard.delete("a")
    standard.wait(VISIBILITY + 1)
    assert standard.receive() == [("b", 2)]


def test_what_is_delayed_comes_later(standard: Driver) -> None:
    standard.queue.send([Outgoing("later", delay=20), Outgoing("now")])
    assert bodies(standard.receive()) == ["now"]
    standard.wait(21)
    assert standard.receive() == [("later", 1)]


def test_what_is_held_comes_when_its_new_time_is_over(standard: Driver) -> None:
    standard.queue.send([Outgoing("short"), Outgoing("long")])
    standard.receive()
    standard.hold("short", 5)
    standard.hold("long", 100)
    standard.wait(6)
    assert standard.receive() == [("short", 2)]
    standard.wait(VISIBILITY + 1)
    assert bodies(standard.receive()) == ["short"]
    standard.wait(100)
    assert "long" in bodies(standard.receive())


def test_what_was_received_too_often_goes_to_the_dead_letters(standard: Driver) -> None:
    standard.queue.send([Outgoing("poison")])
    for count in range(1, MOST + 1):
        assert standard.receive() == [("poison", count)]
        assert standard.dead() == []
        standard.wait(VISIBILITY + 1)
    assert standard.receive() == []
    assert standard.dead() == ["poison"]


def test_a_group_in_flight_lets_nothing_more_of_it_out(fifo: Driver) -> None:
    fifo.queue.send([Outgoing("a1", group="a"), Outgoing("b1", group="b")])
    assert bodies(fifo.receive()) == ["a1", "b1"]
    fifo.queue.send([Outgoing("a2", group="a"), Outgoing("c1", group="c")])
    assert bodies(fifo.receive()) == ["c1"]
    fifo.delete("a1")
    assert bodies(fifo.receive()) == ["a2"]


def test_a_group_comes_in_its_order(fifo: Driver) -> None:
    fifo.queue.send(Outgoing(f"a{number}", group="a") for number in range(5))
    assert bodies(fifo.receive(3)) == ["a0", "a1", "a2"]
    assert fifo.receive() == []
    for body in ("a0", "a1", "a2"):
        fifo.delete(body)
    assert bodies(fifo.receive()) == ["a3", "a4"]


def test_a_held_message_locks_its_group_until_it_comes_again(fifo: Driver) -> None:
    fifo.queue.send([Outgoing("a1", group="a")])
    fifo.receive()
    fifo.hold("a1", 100)
    fifo.queue.send([Outgoing("a2", group="a")])
    fifo.wait(VISIBILITY + 1)
    assert fifo.receive() == []
    fifo.wait(100)
    assert bodies(fifo.receive()) == ["a1", "a2"]


@pytest.fixture(params=["sandbox", "embedded"])
def strict(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A queue that refuses what SQS refuses: the simulation's takes anything."""
    return driver(request, monkeypatch, fifo=False)


@pytest.fixture(params=["sandbox", "embedded"])
def strict_fifo(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Driver:
    return driver(request, monkeypatch, fifo=True)


def test_a_message_may_have_a_mebibyte(strict: Driver) -> None:
    strict.queue.send([Outgoing("x" * MESSAGE_BYTES)])
    assert [len(body) for body, _ in strict.receive()] == [MESSAGE_BYTES]


@pytest.mark.parametrize(
    "messages",
    [
        [Outgoing("x" * (MESSAGE_BYTES + 1))],
        [Outgoing("x" * (MESSAGE_BYTES // 2)), Outgoing("y" * (MESSAGE_BYTES // 2 + 1))],
        [Outgoing("late", delay=901)],
    ],
    ids=["too long", "too long together", "too late"],
)
def test_what_no_queue_takes(strict: Driver, messages: list[Outgoing]) -> None:
    with pytest.raises((ClientError, QueueError)):
        strict.queue.send(messages)
    assert strict.receive() == []


@pytest.mark.parametrize("outgoing", [Outgoing("a"), Outgoing("a", group="g", delay=1)], ids=str)
def test_what_no_fifo_queue_takes(strict_fifo: Driver, outgoing: Outgoing) -> None:
    with pytest.raises((ClientError, QueueError)):
        strict_fifo.queue.send([outgoing])
    assert strict_fifo.receive() == []


def test_a_message_s_bytes_are_those_of_utf_8() -> None:
    """As on SQS; the embedded AWS counts characters."""
    queue = Sandbox(fifo=False).queue
    with pytest.raises(ClientError, match="BatchRequestTooLong"):
        queue.send([Outgoing("ä" * (MESSAGE_BYTES // 2 + 1))])


def test_nobody_holds_what_he_has_not_received(strict: Driver) -> None:
    with pytest.raises(ClientError, match="ReceiptHandleIsInvalid"):
        strict.queue.hold("none", 5)
