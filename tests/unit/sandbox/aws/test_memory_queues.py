"""The queues in memory, beyond what tests/adapters holds to the embedded AWS."""

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.memory_queues import REMEMBERED, MemoryQueues
from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.template import QueueDefinition
from kiwi_sync.queues import Outgoing

from tests.unit.cli.bench import FIFO, PLAIN, QUEUES, Clock

BY_GROUP = replace(FIFO, attributes=FIFO.attributes | {"DeduplicationScope": "messageGroup"})


@pytest.fixture
def clock() -> Clock:
    return Clock()


def new_queues(clock: Clock, *queues: QueueDefinition) -> MemoryQueues:
    return MemoryQueues(queues or QUEUES.values(), Meter(), clock)


def bodies(queues: MemoryQueues, queue: QueueDefinition) -> list[str]:
    return [message.body for message in queues.take(queue)]


def test_a_known_deduplication_id_is_taken_and_dropped_for_five_minutes(clock: Clock) -> None:
    queues = new_queues(clock)
    for body in ("first", "again"):
        assert queues.send(FIFO, Outgoing(body, "g"), "d")
    assert bodies(queues, FIFO) == ["first"]
    clock.now += REMEMBERED
    queues.send(FIFO, Outgoing("later", "g"), "d")
    assert bodies(queues, FIFO) == ["later"]


@pytest.mark.parametrize(("queue", "found"), [(FIFO, ["a"]), (BY_GROUP, ["a", "b"])])
def test_deduplication_is_by_queue_or_by_group(
    clock: Clock, queue: QueueDefinition, found: list[str]
) -> None:
    queues = new_queues(clock, queue)
    for group in "ab":
        queues.send(queue, Outgoing(group, group), "d")
    assert bodies(queues, queue) == found


def test_the_port_deduplicates_nothing(clock: Clock) -> None:
    queues = new_queues(clock)
    queues.at(FIFO.url).send([Outgoing("wake", "g"), Outgoing("wake", "g")])
    assert bodies(queues, FIFO) == ["wake", "wake"]


@pytest.mark.parametrize(
    ("outgoing", "deduplication", "code"),
    [
        (Outgoing("a"), "d", "MissingParameter"),
        (Outgoing("a", "g"), None, "MissingParameter"),
        (Outgoing("a", "g" * 129), "d", "InvalidParameterValue"),
        (Outgoing("a", "ä"), "d", "InvalidParameterValue"),
        (Outgoing("a", "g"), "d d", "InvalidParameterValue"),
        (Outgoing("a", "g", 1), "d", "InvalidParameterValue"),
        (Outgoing("", "g"), "d", "InvalidParameterValue"),
        (Outgoing("\x00", "g"), "d", "InvalidMessageContents"),
        (Outgoing("\uffff", "g"), "d", "InvalidMessageContents"),
    ],
)
def test_what_a_fifo_queue_refuses(
    clock: Clock, outgoing: Outgoing, deduplication: str | None, code: str
) -> None:
    queues = new_queues(clock)
    with pytest.raises(ClientError, match=code):
        queues.send(FIFO, outgoing, deduplication)
    assert bodies(queues, FIFO) == []
    assert queues.meter.messages[FIFO.name] == 0


def test_a_queue_may_take_less_than_a_mebibyte(clock: Clock) -> None:
    small = replace(PLAIN, attributes={"MaximumMessageSize": "1024"})
    queues = new_queues(clock, small)
    queues.send(small, Outgoing("x" * 1024))
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        queues.send(small, Outgoing("x" * 1025))


def test_an_address_of_no_queue_is_found_out_when_something_is_sent(clock: Clock) -> None:
    nowhere = new_queues(clock).at("")
    nowhere.send([])
    with pytest.raises(ClientError, match="NonExistentQueue"):
        nowhere.send([Outgoing("a")])


def test_every_character_of_json_may_be_sent(clock: Clock) -> None:
    queues = new_queues(clock)
    queues.send(PLAIN, Outgoing("\t\n\r ~ä\ud7ff\ue000\ufffd\U0001f511"))
    assert len(bodies(queues, PLAIN)) == 1


def test_messages_are_taken_once_in_order_and_those_delayed_when_they_are_due(clock: Clock) -> None:
    queues = new_queues(clock)
    queues.at(PLAIN.url).send([Outgoing("late", delay=5), Outgoing("a"), Outgoing("b")])
    assert bodies(queues, PLAIN) == ["a", "b"]
    assert queues.delayed(PLAIN)
    clock.now += 5
    assert bodies(queues, PLAIN) == ["late"]
    assert not queues.delayed(PLAIN)
    assert queues.meter.messages == {PLAIN.name: 3}
