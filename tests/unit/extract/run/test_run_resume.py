"""An export that is interrupted: by its deadline, or by a crash at any write."""

from copy import deepcopy
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiwi_extract.bookkeeping.deadline import DeadlineReachedError
from kiwi_sync.state.table import Item

from tests.extent import extent
from tests.unit.extract.exports import Export, delta, full, gone, tenant, unit
from tests.unit.extract.rig import Rig
from tests.unit.extract.tables import CrashError, CrashingTable

MANDANTEN = ("0001", "0002")
BEFORE = full(1, [tenant(n, m) for n in ("1", "2", "3") for m in MANDANTEN], MANDANTEN)
CHANGED = [tenant("1", firma="new"), tenant("2"), tenant("4"), tenant("5", firma=[])]
FULL = full(2, [*CHANGED, tenant("9", "0002")], MANDANTEN, verwaltungseinheiten=[unit("1")])
DELTA = delta(2, CHANGED, [gone("3"), gone("8")], verwaltungseinheiten=[unit("1")])
NAMELESS = full(2, [*CHANGED, {"mandant": "0001"}], MANDANTEN)
NEWER = [full(4, [tenant("1"), {"mandant": "0002"}], MANDANTEN), delta(3, [tenant("7")])]
EXPORTS = {"full": [FULL], "delta": [DELTA], "nameless": [NAMELESS], "late": [*NEWER, DELTA]}
EXPORTS["late full"] = [*NEWER, FULL]


@cache
def before() -> Rig:
    """A rig that knows what was before, with everything settled."""
    rig = Rig()
    rig.settings.store(*MANDANTEN, "0003")
    rig.extract(full(0, [tenant("1", "0003")], ["0003"]))
    rig.settings.store(*MANDANTEN)
    rig.extract(BEFORE)
    settle(rig, set(rig.rows()))
    return rig


def prepared() -> Rig:
    """A fresh one that knows the same."""
    rig = Rig(CrashingTable())
    rig.table.items = deepcopy(before().table.items)
    rig.settings.stored = dict(before().settings.stored)
    return rig


def settle(rig: Rig, keys: set[str]) -> None:
    """Do the work of transform and load with keys that arrive."""
    for text, row in rig.rows().items():
        if text in keys:
            item = rig.table.items[row.key.pk][row.key.sk]
            item.pop("todo", None)
            item.pop("todo_at", None)


def state(rig: Rig) -> dict[tuple[str, str], Item]:
    """All that must be alike however often it was interrupted: not times, not what is owed, not the tally."""
    passing = ("rev", "source_rev", "todo", "todo_at", "began_at", "ended_at", "last_at", "expires", "counts")
    return {
        (pk, sk): {name: value for name, value in item.items() if name not in passing}
        for pk, items in rig.table.items.items()
        for sk, item in items.items()
    }


def uninterrupted(exports: list[Export]) -> dict[tuple[str, str], Item]:
    rig = prepared()
    rig.extract_all(exports)
    return state(rig)


def owed(rig: Rig) -> set[str]:
    """Rows that this export wrote and that are not settled; what others wrote they have sent."""
    items = {text: rig.table.items[row.key.pk][row.key.sk] for text, row in rig.rows().items()}
    return {text for text, item in items.items() if "todo" in item and str(item["version"]).endswith(" e2")}


def crash_at(name: str, writes: int) -> tuple[Rig, bool]:
    """A rig on which the last of the exports crashed after so many writes; whether it did."""
    *earlier, export = EXPORTS[name]
    rig = prepared()
    table = rig.table
    assert isinstance(table, CrashingTable)
    rig.extract_all(earlier)
    rig.transform.take()
    table.left = writes
    try:
        rig.extract(export)
    except CrashError:
        table.left = None
        return rig, True
    return rig, False


@pytest.mark.parametrize("name", EXPORTS)
def test_a_crash_at_any_write(name: str) -> None:
    expected = uninterrupted(EXPORTS[name])
    for writes in range(1000):
        rig, crashed = crash_at(name, writes)
        if not crashed:
            assert writes > 3
            return
        settle(rig, set(rig.transform.keys()))
        unsent = owed(rig)
        rig.clock.now += timedelta(minutes=15)
        rig.extract(EXPORTS[name][-1])
        sent = set(rig.transform.keys())
        assert state(rig) == expected, writes
        assert unsent <= sent, writes
        assert owed(rig) <= sent, writes
    raise AssertionError("always crashed")


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("minutes", [9, 11, 20, 60])
def test_any_number_of_hand_backs(name: str, minutes: int) -> None:
    *earlier, export = EXPORTS[name]
    rig = prepared()
    rig.extract_all(earlier)
    rig.transform.take()
    rig.clock.tick = timedelta(minutes=1)
    assert rig.until_done(export, minutes) > 0 or (export is DELTA and minutes > 9)
    assert state(rig) == uninterrupted(EXPORTS[name])
    assert owed(rig) <= set(rig.transform.keys())


@given(st.lists(st.integers(0, 40), max_size=4), st.sampled_from(sorted(EXPORTS)))
@settings(max_examples=extent(15, 40))
def test_crash_after_crash(crashes: list[int], name: str) -> None:
    *earlier, export = EXPORTS[name]
    rig = prepared()
    table = rig.table
    assert isinstance(table, CrashingTable)
    rig.extract_all(earlier)
    for writes in crashes:
        table.left = writes
        rig.clock.now += timedelta(minutes=15)
        try:
            rig.extract(export)
        except CrashError:
            continue
    table.left = None
    rig.clock.now += timedelta(minutes=15)
    rig.extract(export)
    counts = rig.counts(2)
    assert rig.live() == _live(EXPORTS[name])
    assert counts["outdated"] + counts["accepted"] > 0


def _live(exports: list[Export]) -> dict[str, str]:
    rig = prepared()
    rig.extract_all(exports)
    return rig.live()


def test_an_invocation_that_gets_nowhere_fails_so_that_attempts_are_counted() -> None:
    rig = prepared()
    with pytest.raises(DeadlineReachedError):
        rig.extract(FULL, minutes=1)
    assert rig.run(2)["status"] == "working"
    assert rig.extract(FULL).value == "done"


def test_the_tally_of_an_interrupted_run_is_the_run_s() -> None:
    rig = prepared()
    rig.extract(FULL)
    other = prepared()
    other.clock.tick = timedelta(minutes=1)
    assert other.until_done(FULL, 12) > 1
    assert other.counts(2) == rig.counts(2)
