"""The Mandanten that have had rows."""

from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.bookkeeping.mandanten import forget_mandanten, remember_mandanten, seen_mandanten

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION

STEPS = st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from("abcd"))))


@given(STEPS)
def test_like_a_set(steps: list[tuple[bool, set[str]]]) -> None:
    table, expected = MemoryTable(), set[str]()
    for remember, mandanten in steps:
        if remember:
            remember_mandanten(table, CONNECTION, mandanten)
            expected |= mandanten
        else:
            forget_mandanten(table, CONNECTION, mandanten)
            expected -= mandanten
        assert seen_mandanten(table, CONNECTION) == expected
    assert seen_mandanten(table, "other") == frozenset()


def test_what_is_known_is_not_written_again() -> None:
    table = MemoryTable()
    remember_mandanten(table, CONNECTION, ["a", "b"])
    table.writes.clear()
    remember_mandanten(table, CONNECTION, ["b"])
    forget_mandanten(table, CONNECTION, [])
    assert table.writes == []
