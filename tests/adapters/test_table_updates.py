"""Changing items, and the conditions for it, alike in every table."""

import pytest
from botocore.exceptions import ClientError
from kiwi_sync.state.table import Change, Check, Item, Table, absent, at_most, either, equals, exists

from tests.fakes.memory import MemoryTable

KEY = ("p", "1")
START: Item = {"n": 5, "text": "b", "yes": True, "members": frozenset({"x", "y"}), "ä": ""}
HOLDING = [
    (),
    (exists("pk"),),
    (exists("ä"),),
    (absent("other"),),
    (equals("n", 5),),
    (equals("text", "b"),),
    (equals("ä", ""),),
    (equals("yes", True),),
    (equals("members", frozenset({"y", "x"})),),
    (equals("other", None),),
    (at_most("n", 5),),
    (at_most("n", 40),),
    (at_most("text", "b"),),
    (at_most("text", "ä"),),
    (at_most("pk", "p"),),
    (either(absent("pk"), at_most("n", 5)),),
    (either(equals("n", 6), equals("n", 5)),),
    (either(either(absent("n"), equals("n", 6)), exists("n")),),
    (exists("n"), absent("other"), equals("text", "b"), at_most("n", 9)),
]
FAILING = [
    (absent("pk"),),
    (absent("yes"),),
    (exists("other"),),
    (equals("n", 6),),
    (equals("n", "5"),),
    (equals("yes", False),),
    (equals("n", None),),
    (equals("other", 5),),
    (equals("members", frozenset({"x"})),),
    (at_most("n", 4),),
    (at_most("n", -40),),
    (at_most("text", "a"),),
    (at_most("text", "aä"),),
    (at_most("other", 5),),
    (either(absent("pk"), at_most("n", 4)),),
    (exists("n"), equals("n", 5), absent("text")),
    (either(equals("n", 5)), either(equals("n", 6))),
]
ALL = Change(
    put={"n": 99, "new": "x"},
    put_if_absent={"text2": "t"},
    remove=["text"],
    add={"count": 2, "others": frozenset({"o"})},
    take={"members": frozenset({"x"})},
)


@pytest.fixture
def started(table: Table) -> Table:
    """A table with one item."""
    assert table.update(KEY, Change(put=START))
    return table


def attributes(table: Table) -> Item | None:
    item = table.get(KEY)
    if item is not None:
        assert (item.pop("pk"), item.pop("sk")) == KEY
    return item


def test_put_replaces_and_leaves_the_rest(started: Table) -> None:
    assert started.update(KEY, Change(put={"n": 6, "text": True, "members": frozenset({"z"})}))
    assert attributes(started) == {**START, "n": 6, "text": True, "members": frozenset({"z"})}


def test_put_if_absent(started: Table) -> None:
    assert started.update(KEY, Change(put_if_absent={"n": 7, "ä": "z", "new": "first"}))
    assert started.update(KEY, Change(put_if_absent={"new": "second"}))
    assert attributes(started) == {**START, "new": "first"}


def test_remove(started: Table) -> None:
    assert started.update(KEY, Change(remove=["text", "members", "was never there"]))
    assert attributes(started) == {"n": 5, "yes": True, "ä": ""}


def test_add_to_numbers(started: Table) -> None:
    assert started.update(KEY, Change(add={"n": 2, "count": 3}))
    assert started.update(KEY, Change(add={"n": -10, "count": 3}))
    assert attributes(started) == {**START, "n": -3, "count": 6}


def test_add_to_sets(started: Table) -> None:
    assert started.update(KEY, Change(add={"members": frozenset({"y", "z"}), "new": frozenset({"a", "b"})}))
    assert attributes(started) == {
        **START,
        "members": frozenset({"x", "y", "z"}),
        "new": frozenset({"a", "b"}),
    }


def test_take_from_sets_until_they_are_gone(started: Table) -> None:
    assert started.update(KEY, Change(take={"members": frozenset({"x", "not there"})}))
    assert attributes(started) == {**START, "members": frozenset({"y"})}
    assert not started.update(KEY, Change(take={"members": frozenset({"y"})}), absent("members"))
    assert started.update(KEY, Change(take={"members": frozenset({"y", "x"})}))
    left = attributes(started)
    assert left is not None
    assert "members" not in left
    assert started.update(KEY, Change(take={"members": frozenset({"y"})}), absent("members"))
    assert attributes(started) == left


def test_everything_at_once(started: Table) -> None:
    assert started.update(KEY, ALL, exists("pk"))
    assert attributes(started) == {
        "n": 99,
        "new": "x",
        "text2": "t",
        "yes": True,
        "ä": "",
        "count": 2,
        "others": frozenset({"o"}),
        "members": frozenset({"y"}),
    }


def test_an_update_creates_the_item(table: Table) -> None:
    change = Change(
        put={"a": 1}, put_if_absent={"b": "x"}, add={"n": -2, "s": frozenset({"m"})}, remove=["nothing"]
    )
    assert table.update(KEY, change, absent("pk"))
    assert attributes(table) == {"a": 1, "b": "x", "n": -2, "s": frozenset({"m"})}
    assert not table.update(KEY, change, absent("pk"))


@pytest.mark.parametrize("check", [exists("pk"), equals("n", 0), at_most("n", 9), at_most("text", "z")])
def test_a_refused_update_creates_nothing(table: Table, check: Check) -> None:
    assert not table.update(KEY, Change(put={"a": 1}), check)
    assert table.get(KEY) is None
    assert list(table.query("p")) == []


@pytest.mark.parametrize("checks", HOLDING)
def test_checks_that_hold(started: Table, checks: tuple[Check, ...]) -> None:
    assert started.update(KEY, Change(put={"done": True}), *checks)
    assert attributes(started) == {**START, "done": True}
    assert started.update(KEY, Change(remove=["done"]))
    assert started.delete(KEY, *checks)
    assert attributes(started) is None


@pytest.mark.parametrize("checks", FAILING)
def test_checks_that_fail_change_nothing(started: Table, checks: tuple[Check, ...]) -> None:
    assert not started.update(KEY, ALL, *checks)
    assert attributes(started) == START
    assert not started.delete(KEY, *checks)
    assert attributes(started) == START


@pytest.mark.parametrize(
    "change",
    [
        Change(),
        Change(put={"a": 1}, remove=["a"]),
        Change(put={"a": 1}, add={"a": 1}),
    ],
    ids=["nothing", "put and removed", "put and added"],
)
def test_a_malformed_change_is_refused_aloud(started: Table, change: Change) -> None:
    with pytest.raises(ClientError):
        started.update(KEY, change)
    assert attributes(started) == START


@pytest.mark.parametrize(
    "check", [equals("yes", 1), equals("n", True), at_most("n", "9"), at_most("text", 9)]
)
def test_types_never_mix(check: Check) -> None:
    """As on DynamoDB; the embedded AWS takes 1 for true, and fails on the rest."""
    table = MemoryTable()
    assert table.update(KEY, Change(put={**START, "n": 1}))
    assert not table.update(KEY, Change(put={"done": True}), check)


def test_no_set_is_empty() -> None:
    """As on DynamoDB; the embedded AWS would store it."""
    with pytest.raises(ClientError, match="malformed"):
        MemoryTable().update(KEY, Change(put={"a": frozenset()}))
