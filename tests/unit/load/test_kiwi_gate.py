"""The gate: how long KIWI is left alone, and who may probe it."""

import json
import random
from datetime import timedelta

import pytest
from kiwi_load.kiwi_gate import LONGEST, LONGEST_ASKED, KiwiGate, Passage
from kiwi_sync.kiwi.errors import KiwiLoginRefused
from kiwi_sync.state.availability import read_availability
from kiwi_sync.times import read_stamp, stamp

from tests.fakes.memory import MemoryQueue
from tests.unit.load.points import PointedTable, Points
from tests.unit.transform.world import CONNECTION, Time


class Extremes(random.Random):
    """Draws the middle, or whichever end it is told."""

    share = 0.5

    def uniform(self, a: float, b: float) -> float:
        return a + (b - a) * self.share


class Gated:
    """A gate, and its surroundings."""

    def __init__(self) -> None:
        self.clock = Time()
        self.points = Points()
        self.table = PointedTable(self.points)
        self.exports = MemoryQueue()
        self.jitter = Extremes()
        self.gate = KiwiGate(self.table, self.exports, self.clock, 1.0, self.jitter)

    def passage(self) -> Passage:
        return self.gate.passage(CONNECTION)

    def rest(self, retry_after: float | None = None) -> float:
        """The seconds that KIWI is left alone after one more failure, once the last rest is over."""
        self.gate.away(CONNECTION, retry_after, probing=True)
        until = read_availability(self.table, CONNECTION).away_until
        assert until is not None
        return (read_stamp(until) - self.clock.now).total_seconds()

    def orders(self) -> list[tuple[dict[str, object], int]]:
        """The sweeps that were asked for, each with its delay."""
        return [(json.loads(order.body), order.delay) for order in self.exports.take()]


@pytest.fixture
def gated() -> Gated:
    return Gated()


def test_a_kiwi_of_which_nothing_is_known_may_be_called(gated: Gated) -> None:
    assert gated.passage() is Passage.OPEN


def test_rests_double_up_to_five_minutes(gated: Gated) -> None:
    rests = [gated.rest() for _ in range(30)]
    assert rests[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert set(rests[9:]) == {LONGEST.total_seconds()}


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 0.75), (1.0, 1.25)])
def test_jitter_is_a_quarter_to_either_side(gated: Gated, share: float, seconds: float) -> None:
    gated.jitter.share = share
    assert gated.rest() == seconds


@pytest.mark.parametrize(
    ("asked", "seconds"), [(30.0, 30), (0.5, 1), (999_999.0, LONGEST_ASKED.total_seconds())]
)
def test_kiwi_may_ask_for_longer(gated: Gated, asked: float, seconds: float) -> None:
    assert gated.rest(asked) == seconds


def test_jitter_does_not_shorten_what_kiwi_asks_for(gated: Gated) -> None:
    gated.jitter.share = 0.0
    assert gated.rest(30.0) == 30


def test_while_kiwi_is_away_the_gate_is_closed_then_one_caller_probes(gated: Gated) -> None:
    gated.gate.away(CONNECTION, 10.0)
    assert gated.passage() is Passage.CLOSED
    gated.clock.sleep(10)
    assert [gated.passage() for _ in range(3)] == [Passage.PROBE, Passage.CLOSED, Passage.CLOSED]
    gated.clock.sleep(61)
    assert gated.passage() is Passage.PROBE, "the prober has died"


def test_of_two_that_want_to_probe_at_once_one_does(gated: Gated) -> None:
    gated.gate.away(CONNECTION, 10.0)
    gated.clock.sleep(10)
    other: list[Passage] = []
    gated.points.at = 1
    gated.points.happening = lambda _what: other.append(gated.passage())
    gated.points.arm()
    assert [gated.passage(), *other] == [Passage.CLOSED, Passage.PROBE]


def test_of_many_calls_that_fail_at_once_one_counts(gated: Gated) -> None:
    for _ in range(10):
        gated.gate.away(CONNECTION, None)
    assert read_availability(gated.table, CONNECTION).away_failures == 1
    assert len(gated.orders()) == 1


def test_of_two_failures_that_are_noted_at_once_one_counts(gated: Gated) -> None:
    gated.points.at = 1
    gated.points.happening = lambda _what: gated.gate.away(CONNECTION, None)
    gated.points.arm()
    gated.gate.away(CONNECTION, None)
    assert read_availability(gated.table, CONNECTION).away_failures == 1


def test_a_sweep_is_asked_for_when_the_rest_is_over(gated: Gated) -> None:
    gated.gate.away(CONNECTION, 2.5)
    order = {"format": "kiwi-sweep/1", "connection": CONNECTION, "resume": True}
    assert gated.orders() == [(order, 3)]
    gated.rest(3600.0)
    assert gated.orders() == [(order, 900)], "SQS delays no longer"


def test_a_kiwi_that_is_back_is_open_and_owed_rows_come_at_once(gated: Gated) -> None:
    for _ in range(5):
        gated.rest()
    gated.orders()
    gated.gate.back(CONNECTION)
    assert gated.passage() is Passage.OPEN
    assert [delay for _, delay in gated.orders()] == [0]
    assert gated.rest() == 1, "it begins anew"


def test_connections_are_left_alone_one_by_one(gated: Gated) -> None:
    gated.gate.away(CONNECTION, None)
    gated.gate.pause("paused", KiwiLoginRefused())
    assert gated.gate.passage("another") is Passage.OPEN


def test_a_paused_connection_is_tried_once_a_minute(gated: Gated) -> None:
    gated.gate.pause(CONNECTION, KiwiLoginRefused())
    assert gated.passage() is Passage.CLOSED
    gated.clock.sleep(61)
    assert gated.passage() is Passage.PROBE


def test_the_probe_s_failure_counts_though_the_prober_holds_the_gate(gated: Gated) -> None:
    gated.gate.away(CONNECTION, None)
    gated.clock.sleep(2)
    assert gated.passage() is Passage.PROBE
    gated.gate.away(CONNECTION, None, probing=True)
    known = read_availability(gated.table, CONNECTION)
    assert known.away_failures == 2
    assert known.away_until is not None
    assert read_stamp(known.away_until) == gated.clock.now + timedelta(seconds=2)


def test_since_when_it_is_away_is_remembered_until_it_is_back(gated: Gated) -> None:
    since = gated.clock.now
    gated.gate.away(CONNECTION, None)
    for _ in range(3):
        gated.rest()
    assert read_availability(gated.table, CONNECTION).away_since == stamp(since)
    assert read_availability(gated.table, CONNECTION).away_for(gated.clock.now) == gated.clock.now - since
    gated.gate.back(CONNECTION)
    assert read_availability(gated.table, CONNECTION).away_for(gated.clock.now) == timedelta()
