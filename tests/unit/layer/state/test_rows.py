"""Rows as the stages see them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kiwi_sync.keys import SHARDS, RowKey
from kiwi_sync.state.rows import (
    PARKED,
    Row,
    item_key,
    let_rest,
    new_or_unchanged,
    next_rev,
    owe,
    read_row,
    read_rows,
    row_of,
    todo_marker,
    todo_partition,
    tombstone,
    unchanged,
)
from kiwi_sync.state.table import Change
from kiwi_sync.times import stamp

from tests.fakes.memory import MemoryTable

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = RowKey.parse("c/mieter/0001/47%2311")
OTHER = RowKey.parse("c/mieter/0001/4712")
WHOLE: dict[str, Any] = {
    "rev": 7,
    "source_rev": 6,
    "settings_version": 2,
    "record": "{}",
    "gone": True,
    "desired": "{}",
    "desired_from": 6,
    "reason": "no_email",
    "external_id": "0001-4711",
    "notice": "n",
    "kiwi_id": "0001--4711",
    "payload_hash": "p",
    "identity_hash": "i",
    "doubt": "d",
    "outcome": "o",
    "problem": "kiwi_refused",
    "problem_text": "words",
    "restore_access": True,
    "access_tries": 2,
    "quiet": "q",
    "readdressing": "r",
    "disturbs": True,
    "disturbed": frozenset({"m"}),
    "awaited_by": frozenset({"a"}),
    "doors": "[]",
    "noticed": frozenset({"doors_removed"}),
    "coordinates": "52.5 13.4",
    "claims": frozenset({"a"}),
    "held": frozenset({"b"}),
    "email_limit": 3,
    "wants": frozenset({"w"}),
    "counted": 5,
    "entering": True,
    "parents": frozenset({"c"}),
    "todo": "c#1",
    "todo_at": "P",
    "expires": 1,
}


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def write(table: MemoryTable, key: RowKey = KEY, **attributes: Any) -> Row:
    table.update(item_key(key), Change(put={"rev": 1, **attributes}))
    return table.row(key.text)


def test_a_row_is_read_whole_whatever_else_lies_there(table: MemoryTable) -> None:
    assert write(table, **WHOLE, version="v", fingerprint="f") == Row(KEY, **WHOLE)
    assert set(WHOLE) == set(Row.__dataclass_fields__) - {"key"}


def test_a_row_of_which_little_is_known(table: MemoryTable) -> None:
    assert write(table) == Row(KEY, rev=1)
    assert row_of({"pk": KEY.pk, "sk": KEY.sk}) == Row(KEY, rev=0)
    assert write(table).at == (KEY.pk, KEY.sk) == item_key(KEY)


def test_rows_that_are_there(table: MemoryTable) -> None:
    row = write(table)
    absent = RowKey.parse("c/mieter/0001/1")
    assert read_row(table, absent) is None
    assert read_row(table, KEY) == row
    assert read_rows(table, [KEY, absent, KEY, OTHER]) == {KEY: row}
    assert read_rows(table, []) == {}


@pytest.mark.parametrize(
    ("attributes", "in_kiwi", "perhaps", "leaving"),
    [
        ({}, False, False, False),
        ({"kiwi_id": "k"}, True, True, True),
        ({"doubt": "d"}, False, True, True),
        ({"kiwi_id": "k", "doubt": "d"}, True, True, True),
        ({"desired": "{}"}, False, False, False),
        ({"desired": "{}", "kiwi_id": "k"}, True, True, False),
        ({"desired": "{}", "doubt": "d"}, False, True, False),
    ],
)
def test_where_a_row_stands(attributes: dict[str, Any], in_kiwi: bool, perhaps: bool, leaving: bool) -> None:
    row = Row(KEY, 1, **attributes)
    assert (row.in_kiwi, row.perhaps_in_kiwi, row.leaving) == (in_kiwi, perhaps, leaving)


def test_a_row_that_has_moved_on_refuses_what_was_read_before(table: MemoryTable) -> None:
    row = write(table)
    assert table.update(row.at, Change(put={"outcome": "first"}), unchanged(row))
    assert table.update(row.at, Change(add={"rev": 1}), new_or_unchanged(row))
    assert not table.update(row.at, Change(put={"outcome": "second"}), unchanged(row))
    assert not table.update(row.at, Change(put={"outcome": "second"}), new_or_unchanged(row))
    assert not table.update(row.at, Change(put={"outcome": "second"}), new_or_unchanged(None))
    assert table.row(KEY.text).outcome == "first"


def test_a_row_that_was_not_there(table: MemoryTable) -> None:
    assert not table.update(item_key(KEY), Change(put={"rev": 9}), unchanged(Row(KEY, 1)))
    assert table.update(item_key(KEY), Change(put={"rev": 2}), new_or_unchanged(None))
    assert table.row(KEY.text).rev == 2


def test_a_row_that_comes_back_is_not_its_earlier_self() -> None:
    first = next_rev(None, NOW)
    later = first
    for _ in range(1000):
        later = next_rev(later, NOW)
    assert later == first + 1000
    assert next_rev(None, NOW + timedelta(days=90)) > later
    assert first == int(NOW.timestamp() * 1000)


def test_what_is_owed_is_found_by_connection_and_shard(table: MemoryTable) -> None:
    row = write(table, expires=5)
    write(table, OTHER)
    owe(table, row, NOW)
    found = [
        key
        for shard in range(SHARDS)
        for key in table.owed(todo_partition("c", format(shard, "x")), last=stamp(NOW), limit=10)
    ]
    assert found == [row.at]
    assert RowKey.of_row(*found[0]) == KEY
    assert table.owed(todo_partition("d", KEY.partition.shard), last="P~", limit=10) == []


def test_owing_moves_the_row_on_and_keeps_it(table: MemoryTable) -> None:
    row = write(table, expires=5)
    owe(table, row, NOW)
    owed = table.row(KEY.text)
    assert (owed.rev, owed.expires, owed.todo_at) == (2, None, stamp(NOW))
    assert not table.update(row.at, Change(remove=["todo", "todo_at"]), unchanged(row))


def test_nothing_is_owed_of_a_row_that_is_gone(table: MemoryTable) -> None:
    owe(table, Row(KEY, 1), NOW)
    assert read_row(table, KEY) is None


def test_what_is_parked_is_due_at_no_date(table: MemoryTable) -> None:
    row = write(table, KEY, **todo_marker(KEY, PARKED))
    todo = todo_partition("c", KEY.partition.shard)
    assert table.owed(todo, last=stamp(datetime(9999, 12, 31, tzinfo=UTC)), limit=10) == []
    assert table.owed(todo, first=PARKED, last=PARKED + "~", limit=10) == [row.at]


def test_a_tombstone_stands_for_ninety_days() -> None:
    assert tombstone(NOW) == {"expires": int(datetime(2027, 2, 20, tzinfo=UTC).timestamp())}


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (stamp(NOW), stamp(NOW + timedelta(hours=1))),
        (stamp(NOW + timedelta(hours=2)), stamp(NOW + timedelta(hours=2))),
        (PARKED, PARKED),
        (None, None),
    ],
)
def test_a_row_that_is_owed_rests_for_an_hour_and_is_not_brought_forward(
    at: str | None, then: str | None
) -> None:
    table = MemoryTable()
    table.update(item_key(KEY), Change(put={"rev": 1, **(todo_marker(KEY, at) if at else {})}))
    let_rest(table, KEY, NOW)
    assert table.row(KEY.text).todo_at == then
    let_rest(table, OTHER, NOW)
    assert read_row(table, OTHER) is None
