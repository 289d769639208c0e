"""The brake over a day, over hand-backs and crashes: what was let pass counts once, and a decision stays."""

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from kiwi_extract.bookkeeping.deadline import DeadlineReachedError
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.brake.decision import LossesMovedError
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Count, read_hold

from tests.unit.extract.brake.houses import (
    changed,
    counted,
    hold,
    houses,
    numbers,
    status,
    synchronize,
    without,
)
from tests.unit.extract.exports import CONNECTION, Export, delta, full
from tests.unit.extract.rig import Rig
from tests.unit.extract.tables import CrashError, CrashingTable

TEN = numbers(10)


def letting(agreements: int = 3) -> Rig:
    rig = Rig(CrashingTable())
    rig.settings.store(brake_agreements=agreements)
    rig.extract(full(1, **houses(TEN)))
    synchronize(rig)
    return rig


def passed(rig: Rig) -> int:
    """How many agreements exports of the last day were let take away, as the table remembers."""
    entries = json.loads(str(rig.table.items[f"%connection#{CONNECTION}"]["losses#0001"]["entries"]))
    return sum(entry["passed"] for entry in entries.values())


def losing(hour: int, *gone: str) -> Export:
    return delta(hour, deleted=[{"mandant": "0001", "nummer": nummer} for nummer in gone])


def test_many_small_deltas_cannot_do_what_a_large_one_may_not() -> None:
    rig = letting()
    for hour, nummer in enumerate(TEN, 2):
        rig.extract(losing(hour, nummer))
        synchronize(rig)
    assert len(synchronize(rig)) == 7
    assert [rig.run(hour)["status"] for hour in range(2, 12)] == ["done"] * 3 + ["held"] * 7


def test_after_a_day_what_was_lost_counts_no_more() -> None:
    rig = letting()
    rig.extract(losing(2, *TEN[:3]))
    synchronize(rig)
    rig.clock.now += timedelta(days=1, seconds=-1)
    rig.extract(losing(3, TEN[3]))
    assert rig.run(3)["status"] == "held"
    rig.clock.now += timedelta(seconds=1)
    rig.extract(losing(4, TEN[4]))
    assert rig.run(4)["status"] == "done"


def test_a_share_is_one_of_what_there_was_before_the_day_s_losses() -> None:
    rig = letting(agreements=0)
    rig.settings.store(brake_agreements=0, brake_percent=20)
    for hour, (nummer, what) in enumerate(zip(TEN, ["done", "done", "held"], strict=False), 2):
        rig.extract(losing(hour, nummer))
        synchronize(rig)
        assert rig.run(hour)["status"] == what


def test_what_is_held_does_not_count() -> None:
    rig = letting()
    rig.extract(losing(2, *TEN[:5]))
    rig.extract(losing(3, *TEN[5:8]))
    assert rig.run(3)["status"] == "done"


def test_a_repeat_of_an_export_that_was_let_pass_costs_nothing_more() -> None:
    rig = letting()
    for _ in range(5):
        rig.extract(losing(2, *TEN[:3]))
        synchronize(rig)
    assert rig.run(2)["status"] == "done"
    rig.extract(losing(3, TEN[3]))
    assert rig.run(3)["status"] == "held"


@pytest.mark.parametrize("gone", [3, 4])
@pytest.mark.parametrize("scope", ["full", "delta"])
def test_a_crash_at_any_write_counts_nothing_twice(gone: int, scope: str) -> None:
    export = (
        losing(2, *TEN[:gone]) if scope == "delta" else full(2, **without(houses(TEN), "mieter", TEN[:gone]))
    )
    for writes in range(100):
        rig = letting()
        table = rig.table
        assert isinstance(table, CrashingTable)
        table.left = writes
        try:
            rig.extract(export)
        except CrashError:
            table.left = None
            synchronize(rig)
            rig.clock.now += timedelta(minutes=15)
            rig.extract(export)
            crashed = True
        else:
            crashed, table.left = False, None
        assert passed(rig) == (3 if gone == 3 else 0)
        assert len(synchronize(rig)) == (7 if gone == 3 else 10), writes
        assert rig.run(2)["status"] == ("done" if gone == 3 else "held"), writes
        standing = read_hold(rig.table, CONNECTION, "e2")
        assert (standing.counts if standing else None) == (None if gone == 3 else {"0001": Count(4, 10, 4)})
        if not crashed:
            assert writes > 3
            return
    raise AssertionError("always crashed")


def interrupted(rig: Rig, export: Export, minutes: float) -> None:
    """Extract until it is handed back, and let transform and load do what it has sent."""
    assert rig.extract(export, minutes) is Status.WORKING
    synchronize(rig)


@pytest.mark.parametrize("minutes", [12, 20, 30, 40, 50, 60])
@pytest.mark.parametrize("gone", [3, 4])
def test_a_run_that_is_handed_back_abides_by_its_decision(minutes: int, gone: int) -> None:
    rig = letting()
    export = full(2, **without(houses([*TEN, "077"]), "mietvertraege", TEN[:gone]))
    rig.clock.tick = timedelta(minutes=1)
    interrupted(rig, export, minutes)
    rig.until_done(export, 20)
    assert len(synchronize(rig)) == 11 - (gone if gone == 3 else 0)
    assert rig.run(2)["status"] == ("done" if gone == 3 else "held")
    if gone == 4:
        assert (status(rig, 2), hold(rig, 2).counts) == (HoldStatus.STANDING, {"0001": Count(4, 10, 4)})


def test_to_have_judged_a_mandant_is_progress() -> None:
    both = ("0001", "0002")
    seen = set()
    for minutes in range(5, 20):
        rig = letting()
        rig.settings.store(*both)
        rig.clock.tick = timedelta(minutes=1)
        with contextlib.suppress(DeadlineReachedError):
            rig.extract(full(2, mandanten=both, **houses(TEN)), minutes)
        run = rig.run(2)
        seen.add((run.get("passed"), run.get("progress") == "[]"))
    assert (None, False) in seen, "it has failed, with nothing done"
    assert ('["0001"]', True) in seen


def test_a_mandant_that_has_been_judged_is_not_read_again_for_that() -> None:
    rig = letting()
    export = full(2, **changed(houses(TEN), "mietvertraege", TEN, ende="2030-12-31"))
    rig.clock.tick = timedelta(minutes=1)
    interrupted(rig, export, 20)
    rig.clock.tick = timedelta()
    left = 48 - len(json.loads(str(rig.run(2)["progress"])))
    queried = counted(rig, export)
    assert sum(count for kind, count in queried.items() if not kind.startswith("%")) == left < 48


def test_under_other_settings_it_decides_anew_and_its_own_losses_count() -> None:
    rig = letting(agreements=5)
    export = full(
        2, **without(without(houses(TEN), "verwaltungseinheiten", TEN[:2]), "mietvertraege", TEN[2:5])
    )
    rig.clock.tick = timedelta(minutes=1)
    interrupted(rig, export, 22)
    left = len(synchronize(rig))
    assert 6 < left < 10
    rig.clock.tick = timedelta()
    rig.settings.store(brake_agreements=6)
    rig.extract(export)
    assert rig.run(2)["status"] == "held", "five were let pass, of which some are still there"
    assert len(synchronize(rig)) == left


def test_a_decision_that_somebody_else_has_changed_meanwhile_is_not_overwritten() -> None:
    rig = letting()
    original = rig.table.get

    def meddled(key: tuple[str, str]) -> Any:
        found = original(key)
        if key[1] == "losses#0001":
            rig.table.items.setdefault(key[0], {})[key[1]] = {"pk": key[0], "sk": key[1], "entries": "{}"}
        return found

    rig.table.get = meddled  # type: ignore[method-assign]  # somebody in spite of the lease
    with pytest.raises(LossesMovedError):
        rig.extract(losing(2, TEN[0]))
    assert len(rig.tenants()) == 10
