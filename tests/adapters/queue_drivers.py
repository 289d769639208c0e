"""The queues of the sandbox, of the simulation and of the embedded AWS, to be driven alike."""

import json
from typing import Any, Protocol

import pytest
from kiwi_sandbox.aws.memory_queues import MemoryQueues
from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.ledger import Ledger
from kiwi_sandbox.ledger import Message as Sent
from kiwi_sandbox.template import QueueDefinition
from kiwi_sync.queues import Queue, SqsQueue
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
        self._queue = QueueDefinition(
            "q", "https://q", "arn:q", fifo, VISIBILITY, {}, dead_letter="dead", max_receives=MOST
        )
        self._dead = QueueDefinition("dead", "https://dead", "arn:dead", fifo, VISIBILITY, {})
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
