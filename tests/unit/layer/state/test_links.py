"""Links: which agreements hang on a unit or a tenant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.keys import RowKey, link_pk
from kiwi_sync.state.links import delete_link, linked, write_link

from tests.fakes.memory import MemoryTable

TENANT = RowKey.parse("c/mieter/0001/4711")
UNIT = RowKey.parse("c/verwaltungseinheit/0001/100/0001")
FIRST = RowKey.parse("c/rental_agreement/0001/100-0001-03/4711")
STRANGE = RowKey.parse("c/rental_agreement/0%2F1/%25a%23b/4711")


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def test_links_lie_under_their_parent(table: MemoryTable) -> None:
    write_link(table, TENANT, FIRST, 3)
    write_link(table, TENANT, STRANGE, 4)
    write_link(table, UNIT, FIRST, 3)
    assert linked(table, TENANT) == {FIRST: 3, STRANGE: 4}
    assert linked(table, UNIT) == {FIRST: 3}
    assert linked(table, RowKey.parse("c/mieter/0001/471")) == {}


def test_links_lie_where_no_row_does() -> None:
    assert RowKey.parse("c/mieter/0001/1").pk.startswith("c#")
    for key in (TENANT, UNIT):
        assert link_pk(key).startswith("%link#")
        assert not RowKey(link_pk(key), key.kind, "1", ("1",)).pk.startswith("%link#")


@given(revs=st.lists(st.integers(0, 9), min_size=1))
def test_the_newest_link_stays_in_whatever_order_they_are_written(revs: list[int]) -> None:
    table = MemoryTable()
    for rev in revs:
        write_link(table, TENANT, FIRST, rev)
    assert linked(table, TENANT) == {FIRST: max(revs)}


@pytest.mark.parametrize(("rev", "left"), [(2, {FIRST: 3}), (3, {}), (4, {})])
def test_a_link_is_deleted_unless_it_is_newer(table: MemoryTable, rev: int, left: dict[RowKey, int]) -> None:
    write_link(table, TENANT, FIRST, 3)
    delete_link(table, TENANT, FIRST, rev)
    assert linked(table, TENANT) == left


def test_a_deletion_touches_one_link_only(table: MemoryTable) -> None:
    for parent in (TENANT, UNIT):
        write_link(table, parent, FIRST, 3)
        write_link(table, parent, STRANGE, 3)
    delete_link(table, TENANT, FIRST, 3)
    assert (linked(table, TENANT), linked(table, UNIT)) == ({STRANGE: 3}, {FIRST: 3, STRANGE: 3})


def test_deleting_what_is_not_there(table: MemoryTable) -> None:
    delete_link(table, TENANT, FIRST, 3)
    assert linked(table, TENANT) == {}
    assert table.items == {}
