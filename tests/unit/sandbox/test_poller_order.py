"""Event source mappings: order within groups, turns of queues, dead letters."""

from collections.abc import Iterator

import pytest
from kiwi_sandbox.aws.embedded import EmbeddedAws
from kiwi_sandbox.aws.memory import MemoryAws
from kiwi_sandbox.aws.sandbox_aws import SandboxAws
from kiwi_sandbox.poller import Poller
from kiwi_sandbox.template import Blueprint, EventSource

from tests.unit.cli.bench import FIFO, FUNCTION, PLAIN, QUEUES, Bench, fail


@pytest.fixture(params=[MemoryAws, EmbeddedAws])
def aws(request: pytest.FixtureRequest) -> Iterator[SandboxAws]:
    with request.param(Blueprint("demo", queues=QUEUES)) as aws:
        yield aws


def test_a_message_received_too_often_goes_to_the_dead_letter_queue(aws: SandboxAws) -> None:
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
    assert [message.body for message in aws.intake.take(QUEUES["plain-dead"])] == ["a"]


def test_a_message_of_a_group_goes_to_a_dead_letter_queue_with_its_group(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("a1"))
    bench.send_ordered("a1", "a2")
    for _ in range(3):
        bench.serve_all()
        bench.clock.now += 61
    bench.serve_all()
    (dead,) = aws.intake.take(QUEUES["ordered-dead.fifo"])
    assert (dead.body, dead.group) == ("a1", "a")


def test_a_failed_message_locks_its_group_and_no_other(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("a1"), size=1)
    bench.send_ordered("a1", "a2", "b1")
    assert bench.serve_all() == [["a1"], ["b1"]]
    bench.send_ordered("b2")
    assert bench.serve_all() == [["b2"]]
    bench.clock.now += 61
    assert bench.serve_all() == [["a1"]]


def test_order_within_a_group_outlasts_a_failure(aws: SandboxAws) -> None:
    failures = iter([True, False, False])
    bench = Bench(aws, lambda records: fail("a1")(records) if next(failures) else None, size=1)
    bench.send_ordered("a1", "a2")
    bench.serve_all()
    bench.clock.now += 61
    assert bench.serve_all() == [["a1"], ["a2"]]


def test_later_messages_of_a_batch_that_did_not_fail_are_deleted(aws: SandboxAws) -> None:
    bench = Bench(aws, fail("a1"))
    bench.send_ordered("a1", "a2", "b1")
    assert bench.serve_all() == [["a1", "a2", "b1"]]
    assert bench.poller.waiting() == 1


def test_a_delayed_message_is_known_and_not_yet_received(aws: SandboxAws) -> None:
    bench = Bench(aws, fail())
    bench.send("later", delay=900)
    assert bench.serve_all() == []
    assert bench.poller.delayed()


def test_queues_take_turns(aws: SandboxAws) -> None:
    bench = Bench(aws, fail(), size=1)
    bench.send("p", "q")
    bench.send_ordered("a", "b")
    assert bench.serve_all() == [["p"], ["a"], ["q"], ["b"]]


def test_only_the_named_stages_are_served(aws: SandboxAws) -> None:
    bench = Bench(aws, fail())
    bench.send("a")
    assert not bench.poller.serve(["extract"])
    assert bench.poller.serve(["load"])


def test_a_seed_repeats_a_run(aws: SandboxAws) -> None:
    def order(seed: int) -> list[str]:
        seen: list[str] = []
        sources = [EventSource(FUNCTION, queue, 1, None, True) for queue in (PLAIN, FIFO)]
        bench = Bench(aws, fail())
        poller = Poller(
            sources, lambda _, event: seen.append(event["Records"][0]["body"]), aws.intake, seed=seed
        )
        bench.send(*"pqrs")
        bench.send_ordered(*"abcd")
        while poller.serve():
            pass
        return seen

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(5)}) > 1
