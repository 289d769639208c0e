"""The `actual` part: only the load that marked a row may write its result."""

from dataclasses import replace

import pytest
from kiwi_load.actual import ActualWriter, TakenOverError
from kiwi_sync.rules.action import Actual
from kiwi_sync.rules.reasons import Problem
from kiwi_sync.state.rows import PARKED, Row

from tests.unit.load.driver import World
from tests.unit.transform.world import tenant, tenant_key

IN_KIWI = Actual("id", "hash", None, frozenset({"claim"}))


@pytest.fixture
def writer(world: World) -> ActualWriter:
    """A tenant's row that transform has written and load has not."""
    world.erp.say(tenant())
    world.to_transform.take()
    world.transform.transform(row(world).key)
    return world.load.writer


def row(world: World) -> Row:
    return world.row(tenant_key())


def test_doubt_comes_with_claims_and_a_debt(world: World, writer: ActualWriter) -> None:
    world.table.items[row(world).key.pk]["7"].pop("todo")
    token = writer.doubt(row(world), frozenset({"claim"}), restore_access=True)
    marked = row(world)
    assert (marked.doubt, marked.claims, marked.restore_access) == (token, frozenset({"claim"}), True)
    assert marked.todo is not None


def test_a_row_that_has_moved_on_is_not_marked(world: World, writer: ActualWriter) -> None:
    before = row(world)
    world.erp.say(tenant(name="Anne"))
    assert writer.doubt(before, frozenset(), restore_access=False) is None
    assert row(world).doubt is None


def test_what_came_of_it_settles_the_row(world: World, writer: ActualWriter) -> None:
    before = row(world)
    token = writer.doubt(before, frozenset({"claim"}), restore_access=True)
    assert writer.settle(before, token, IN_KIWI, "waiting", last=False)
    after = row(world)
    assert (after.kiwi_id, after.payload_hash, after.held) == ("id", "hash", frozenset({"claim"}))
    assert (after.todo, after.doubt, after.outcome, after.restore_access) == (None, None, "waiting", False)


def test_a_row_that_moved_on_keeps_its_debt_and_learns_what_kiwi_holds(
    world: World, writer: ActualWriter
) -> None:
    before = row(world)
    token = writer.doubt(before, frozenset(), restore_access=False)
    world.erp.say(tenant_key())
    assert not writer.settle(before, token, IN_KIWI, None, last=True)
    after = row(world)
    assert (after.kiwi_id, after.doubt, after.expires) == ("id", None, None)
    assert after.todo is not None


def test_what_transform_has_yet_to_see_is_not_settled(world: World, writer: ActualWriter) -> None:
    world.erp.say(tenant(name="Anne"))
    assert not writer.settle(row(world), None, Actual(), None, last=False)
    assert row(world).todo is not None


def test_who_was_taken_over_writes_nothing(world: World, writer: ActualWriter) -> None:
    before = row(world)
    token = writer.doubt(before, frozenset(), restore_access=False)
    other = writer.doubt(before, frozenset(), restore_access=False)
    with pytest.raises(TakenOverError):
        writer.settle(before, token, IN_KIWI, None, last=False)
    with pytest.raises(TakenOverError):
        writer.note(before, token, IN_KIWI)
    assert (row(world).kiwi_id, row(world).doubt) == (None, other)
    writer.note(before, other, IN_KIWI)
    assert (row(world).kiwi_id, row(world).todo is not None) == ("id", True)


def test_nothing_new_is_not_written(world: World, writer: ActualWriter) -> None:
    writer.settle(row(world), None, IN_KIWI, "waiting", last=False)
    world.table.writes.clear()
    assert writer.settle(row(world), None, IN_KIWI, "waiting", last=False)
    assert world.table.writes == []
    writer.settle(row(world), None, replace(IN_KIWI, kiwi_id=None), "waiting", last=False)
    assert world.table.writes != []


def test_a_refusal_parks_the_row_and_a_settlement_clears_it(world: World, writer: ActualWriter) -> None:
    before = row(world)
    token = writer.doubt(before, frozenset(), restore_access=False)
    writer.refused(before, token, Problem.REFUSED, "words", IN_KIWI)
    parked = row(world)
    assert (parked.problem, parked.problem_text, parked.todo_at) == (Problem.REFUSED, "words", PARKED)
    assert (parked.doubt, parked.kiwi_id) == (None, "id")
    writer.settle(parked, None, IN_KIWI, None, last=False)
    assert (row(world).problem, row(world).problem_text, row(world).todo) == (None, None, None)


def test_a_refusal_of_what_has_moved_on_does_not_park_it(world: World, writer: ActualWriter) -> None:
    before = row(world)
    token = writer.doubt(before, frozenset(), restore_access=False)
    world.erp.say(tenant(name="Anne"))
    writer.refused(before, token, Problem.REFUSED, "words", Actual())
    after = row(world)
    assert (after.doubt, after.problem) == (None, Problem.REFUSED)
    assert after.todo_at != PARKED
