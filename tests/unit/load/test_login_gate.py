"""The log-in gate: a refused secret is tried once a minute over all invocations, a new one at once."""

import pytest
from kiwi_load.kiwi_gate import KiwiGate, Passage
from kiwi_load.login_gate import SharedLoginGate
from kiwi_sync.kiwi.errors import KiwiAway, KiwiLoginRefused
from kiwi_sync.state.availability import read_availability

from tests.fakes.memory import MemoryQueue
from tests.unit.load.points import PointedTable, Points
from tests.unit.transform.world import CONNECTION, Time


class Secrets:
    """The log-in gate of one connection, in as many containers as one likes: the table remembers."""

    def __init__(self) -> None:
        self.clock = Time()
        self.points = Points()
        self.table = PointedTable(self.points)

    @property
    def container(self) -> SharedLoginGate:
        return SharedLoginGate(self.table, CONNECTION, self.clock)

    def passage(self) -> Passage:
        return KiwiGate(self.table, MemoryQueue(), self.clock, 1.0).passage(CONNECTION)

    def try_and_refuse(self, version: str) -> None:
        """KIWI does not like it."""
        self.container.permit(version)
        self.container.refused(version)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


def test_a_refused_secret_pauses_the_connection_and_is_tried_again_after_a_minute(secrets: Secrets) -> None:
    for _ in range(3):
        secrets.try_and_refuse("1")
        assert secrets.passage() is Passage.CLOSED
        for _ in range(5):
            secrets.clock.sleep(11)
            with pytest.raises(KiwiLoginRefused):
                secrets.container.permit("1")
        secrets.clock.sleep(6)
        assert secrets.passage() is Passage.PROBE


def test_a_new_secret_is_tried_at_once(secrets: Secrets) -> None:
    secrets.try_and_refuse("1")
    secrets.container.permit("2")
    secrets.container.accepted("2")
    assert secrets.passage() is Passage.OPEN


def test_a_good_secret_is_never_held_back(secrets: Secrets) -> None:
    secrets.container.permit("1")
    secrets.container.accepted("1")
    for _ in range(10):
        secrets.container.permit("1")
    assert secrets.passage() is Passage.OPEN


def test_a_good_secret_that_is_refused_is_good_no_more(secrets: Secrets) -> None:
    secrets.container.permit("1")
    secrets.container.accepted("1")
    secrets.container.refused("1")
    with pytest.raises(KiwiLoginRefused):
        secrets.container.permit("1")
    assert secrets.passage() is Passage.CLOSED


def test_a_good_secret_costs_no_write(secrets: Secrets) -> None:
    secrets.container.accepted("1")
    secrets.table.writes.clear()
    secrets.container.permit("1")
    secrets.container.accepted("1")
    assert secrets.table.writes == []


def test_while_one_container_tries_a_secret_the_others_wait_for_the_verdict(secrets: Secrets) -> None:
    secrets.container.permit("1")
    with pytest.raises(KiwiAway):
        secrets.container.permit("1")
    secrets.clock.sleep(6)
    secrets.container.permit("1")


def test_of_two_containers_that_try_at_once_one_does(secrets: Secrets) -> None:
    secrets.points.at = 1
    secrets.points.happening = lambda _what: secrets.container.permit("1")
    secrets.points.arm()
    with pytest.raises(KiwiAway):
        secrets.container.permit("1")


def test_a_pause_without_a_verdict_on_the_secret_is_one_too(secrets: Secrets) -> None:
    gate = KiwiGate(secrets.table, MemoryQueue(), secrets.clock, 1.0)
    secrets.container.accepted("1")
    gate.pause(CONNECTION, KiwiLoginRefused())
    assert read_availability(secrets.table, CONNECTION).paused_version == "1"
    secrets.clock.sleep(30)
    gate.pause(CONNECTION, KiwiLoginRefused())
    secrets.clock.sleep(31)
    assert secrets.passage() is Passage.PROBE, "a second refusal does not make the minute longer"
