"""Holds in the table: they read back as written, and a person's decision is final."""

from dataclasses import replace
from datetime import timedelta

import pytest
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import carried_out, decide, end_hold, holds, read_hold, standing, write_hold

from tests.fakes.memory import MemoryTable
from tests.unit.layer.holdings import NOW, hold, there


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    assert write_hold(table, hold(), None, NOW)
    return table


@pytest.mark.parametrize("document", ["message", None])
def test_what_is_written_is_read_back(document: str | None) -> None:
    table = MemoryTable()
    one = hold(document=document)
    assert write_hold(table, one, None, NOW)
    assert there(table) == replace(one, held_at="2026-11-22T12:00:00.000000Z")
    assert table.items["%hold#c1"]["e1"]["expires"] == int((NOW + timedelta(days=90)).timestamp())


def test_holds_are_those_of_one_connection(table: MemoryTable) -> None:
    for connection, export_id in (("c1", "e2"), ("c1#", "e3"), ("c2", "e1")):
        write_hold(table, hold(connection, export_id), None, NOW)
    assert [one.export_id for one in holds(table, "c1")] == ["e1", "e2"]
    assert read_hold(table, "c1", "e3") is None
    assert standing(table, "c1") == 2


@pytest.mark.parametrize("status", [HoldStatus.APPROVED, HoldStatus.REJECTED])
def test_a_decision_has_a_name_and_a_time_and_is_made_once(table: MemoryTable, status: HoldStatus) -> None:
    seen = there(table)
    assert decide(table, seen, status, "Erika", NOW)
    assert not decide(table, seen, HoldStatus.APPROVED, "Max", NOW)
    now = there(table)
    assert (now.status, now.by, now.decided_at) == (status, "Erika", "2026-11-22T12:00:00.000000Z")
    assert standing(table, "c1") == 0


def test_what_stands_anew_since_it_was_read_is_not_decided(table: MemoryTable) -> None:
    seen = there(table)
    assert write_hold(table, replace(seen, counts={}), seen, NOW + timedelta(seconds=1))
    assert not decide(table, seen, HoldStatus.APPROVED, "Erika", NOW)
    assert there(table).stands


def test_it_ends_for_each_mandant_by_itself(table: MemoryTable) -> None:
    end_hold(table, there(table), ["0001"], "e2")
    one = there(table)
    assert (one.stands, set(one.open), one.ended) == (True, {"0002"}, {"0001": "e2"})
    end_hold(table, one, ["0002"], "e3")
    assert (there(table).status, set(there(table).open)) == (HoldStatus.ENDED, set())


def test_what_a_person_has_decided_is_neither_ended_nor_overwritten(table: MemoryTable) -> None:
    seen = there(table)
    decide(table, seen, HoldStatus.APPROVED, "Erika", NOW)
    end_hold(table, seen, ["0001", "0002"], "e2")
    assert not write_hold(table, seen, seen, NOW)
    assert not write_hold(table, seen, None, NOW)
    assert there(table).status is HoldStatus.APPROVED


def test_only_the_approved_is_carried_out(table: MemoryTable) -> None:
    carried_out(table, there(table))
    assert there(table).stands
    decide(table, there(table), HoldStatus.APPROVED, "Erika", NOW)
    carried_out(table, there(table))
    assert there(table).status is HoldStatus.CARRIED_OUT


def test_one_that_stands_anew_waits_for_a_new_decision(table: MemoryTable) -> None:
    decide(table, there(table), HoldStatus.APPROVED, "Erika", NOW)
    assert write_hold(table, hold(), there(table), NOW)
    assert (there(table).status, there(table).by, there(table).decided_at) == (
        HoldStatus.STANDING,
        None,
        None,
    )
