"""The queues of the sandbox and of the embedded AWS refuse alike what SQS refuses."""

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.memory_queues import MESSAGE_BYTES
from kiwi_sync.queues import Outgoing, QueueError

from tests.adapters.queue_drivers import Driver, Sandbox, driver


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
