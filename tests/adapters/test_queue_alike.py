"""The queues of the sandbox, of the simulation and of the embedded AWS receive alike.

Left out, since the embedded AWS gets them wrong: the order within a FIFO group after a visibility time-out,
and the end of deduplication. Left out, since the simulation has them on purpose: messages that come twice.
"""

import pytest
from kiwi_sync.queues import Outgoing

from tests.adapters.queue_drivers import MOST, VISIBILITY, Driver, Received, driver


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
