"""The decision whether too many would lose, and the losses of the last day."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.bookkeeping.runs import Run, Terms
from kiwi_extract.brake.decision import EARLIER, MAX_DECISIONS, decide, read_ledger, record, too_many
from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.state.holds import Count

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION, NOW

URL = "https://kiwi.example"
HOURS = timedelta(hours=1)


def limits(agreements: int = 20, percent: float = 5) -> ConnectionSettings:
    return ConnectionSettings(
        mandanten=("1",),
        kiwi_api_url=URL,
        kiwi_erp_api_url=URL,
        secret="s",
        brake_agreements=agreements,
        brake_percent=percent,
    )


@pytest.mark.parametrize(
    ("lost", "total", "spent", "held"),
    [
        (20, 20, 0, False),
        (21, 21, 0, True),
        (21, 420, 0, False),
        (21, 419, 0, True),
        (1, 380, 20, True),
        (1, 400, 20, False),
        (0, 0, 500, False),
        (1, 0, 500, True),
    ],
)
def test_the_defaults(lost: int, total: int, spent: int, held: bool) -> None:
    assert too_many(limits(), Count(lost, total), spent) is held


def test_a_hundred_percent_hold_nothing() -> None:
    assert not too_many(limits(0, 100), Count(50, 50), 50)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 30), st.floats(0, 100))
def test_more_losses_are_never_let_pass_where_fewer_are_held(
    lost: int, rest: int, spent: int, agreements: int, percent: float
) -> None:
    settings = limits(agreements, percent)
    if too_many(settings, Count(lost, lost + rest), spent):
        assert too_many(settings, Count(lost + 1, lost + 1 + rest), spent)
        assert too_many(settings, Count(lost, lost + rest), spent + 1)


class Day:
    """Decisions on one Mandant, of whose hundred agreements ten may be lost a day."""

    def __init__(self) -> None:
        self.table = MemoryTable()

    def held(
        self,
        export: str,
        lost: int,
        hours: float = 0,
        *,
        continues: bool = False,
        settings: int = 1,
        rejected: bool = False,
        mandant: str = "0001",
    ) -> bool:
        run = Run(CONNECTION, export, export, Terms(settings), continues=continues)
        count, now = Count(lost, 100), NOW + hours * HOURS
        ledger = read_ledger(self.table, CONNECTION, mandant, now)
        decision = decide(ledger, run, limits(10, 1), count, now, rejected=rejected)
        if decision is None:
            return ledger.decisions[export].held
        record(self.table, ledger, export, decision)
        return decision.held


def test_a_day_has_its_limit_whichever_exports_use_it_up() -> None:
    day = Day()
    assert [day.held(str(hour), 3, hour) for hour in range(5)] == [False, False, False, True, True]
    assert not day.held("small", 1, 5)
    assert day.held("next", 1, 6)
    assert not day.held("tomorrow", 3, 24)


def test_each_mandant_has_its_own() -> None:
    day = Day()
    assert not day.held("a", 10)
    assert not day.held("b", 10, mandant="a#b/c%")
    assert day.held("c", 1)


def test_what_continues_abides_by_its_decision_and_what_comes_again_does_not() -> None:
    day = Day()
    assert not day.held("a", 6)
    assert not day.held("b", 4)
    assert not day.held("a", 50, continues=True)
    assert day.held("c", 1, continues=True), "it has not decided yet"
    assert day.held("a", 5)
    assert day.held("c", 1, 23, continues=True)


def test_under_other_settings_what_continues_decides_anew_and_its_own_count() -> None:
    day = Day()
    assert not day.held("a", 6)
    assert day.held("a", 5, continues=True, settings=2)
    assert not day.held("a", 4, continues=True, settings=3)
    assert day.held("b", 1)


def test_the_rejected_is_held_however_few_it_takes() -> None:
    assert Day().held("a", 1, rejected=True)
    day = Day()
    assert not day.held("a", 1, rejected=False)


def test_only_the_last_day_is_remembered() -> None:
    day = Day()
    for hour in range(0, 240, 12):
        day.held(f"e{hour}", 1, hour)
    entries = day.table.items[f"%connection#{CONNECTION}"]["losses#0001"]["entries"]
    assert str(entries).count('"at"') == 2


def test_a_day_of_very_many_exports_fits_into_an_item_and_counts_whole() -> None:
    day = Day()
    for number in range(MAX_DECISIONS + 50):
        day.held(f"{number:04}-{'x' * 100}", int(number in {3, 5, 1030}), number / 100)
    entries = str(day.table.items[f"%connection#{CONNECTION}"]["losses#0001"]["entries"])
    assert len(entries) < 400_000
    assert EARLIER in entries
    assert not day.held("seven", 7, 11)
    assert day.held("eleven", 1, 11)
