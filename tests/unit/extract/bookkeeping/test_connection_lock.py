"""One export of a connection at a time."""

from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.connection_lock import ConnectionBusyError, connection_lock
from kiwi_extract.bookkeeping.deadline import MARGIN, Deadline, DeadlineReachedError

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION, NOW
from tests.unit.extract.rig import TurnedClock
from tests.unit.extract.tables import CrashError, CrashingTable


def deadline(clock: TurnedClock, minutes: float = 15) -> Deadline:
    return Deadline(clock.now + timedelta(minutes=minutes), clock)


def test_only_one_holds_it() -> None:
    table, clock = MemoryTable(), TurnedClock()
    with connection_lock(table, CONNECTION, deadline(clock)):
        with pytest.raises(ConnectionBusyError), connection_lock(table, CONNECTION, deadline(clock)):
            pytest.fail("two hold it")
        with connection_lock(table, "other", deadline(clock)):
            pass
    with connection_lock(table, CONNECTION, deadline(clock)):
        pass


def test_it_is_free_again_after_a_fault() -> None:
    table, clock = MemoryTable(), TurnedClock()
    with pytest.raises(CrashError), connection_lock(table, CONNECTION, deadline(clock)):
        raise CrashError
    with connection_lock(table, CONNECTION, deadline(clock)):
        pass


def crashed(clock: TurnedClock) -> CrashingTable:
    """A table on which a holder has crashed."""
    table = CrashingTable()
    table.left = 1
    with pytest.raises(CrashError), connection_lock(table, CONNECTION, deadline(clock)):
        pass
    table.left = None
    return table


@pytest.mark.parametrize(("seconds", "free"), [(0, False), (15 * 60 - 1, False), (15 * 60, True)])
def test_a_crashed_holder_s_ends_with_its_deadline(seconds: int, *, free: bool) -> None:
    clock = TurnedClock()
    table = crashed(clock)
    clock.now += timedelta(seconds=seconds)
    try:
        with connection_lock(table, CONNECTION, deadline(clock)):
            taken = False
    except ConnectionBusyError:
        taken = True
    assert taken is not free


def test_a_late_holder_does_not_take_away_another_s() -> None:
    table, clock = MemoryTable(), TurnedClock()
    first = connection_lock(table, CONNECTION, deadline(clock))
    first.__enter__()
    clock.now += timedelta(minutes=16)
    with connection_lock(table, CONNECTION, deadline(clock)):
        first.__exit__(None, None, None)
        with pytest.raises(ConnectionBusyError), connection_lock(table, CONNECTION, deadline(clock)):
            pytest.fail("two hold it")


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_the_holder_stops_before_it_ends(seconds: int) -> None:
    ends = NOW + MARGIN + timedelta(seconds=seconds)
    reached = Deadline(ends, TurnedClock())
    if seconds > 0:
        reached.check()
    else:
        with pytest.raises(DeadlineReachedError):
            reached.check()
