"""The table in memory and the one on DynamoDB do the same, whatever is done to them."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.table import (
    Change,
    Check,
    Item,
    ItemKey,
    Table,
    Value,
    absent,
    at_most,
    either,
    equals,
    exists,
)

from tests.extent import extent
from tests.fakes.aws import Aws
from tests.fakes.memory import MemoryTable

SORT_KEYS = ("a", "a#1", "ä")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "rev": st.integers(-2, 3),
    "text": st.sampled_from(["", "a", "b", "ä"]),
    "flag": st.booleans(),
    "members": st.frozensets(st.sampled_from("xyz"), min_size=1),
    "todo": st.sampled_from(["t", "u"]),
    "todo_at": st.sampled_from(["2026-01", "2026-02", "P"]),
}
_examples = count()


@dataclass(frozen=True)
class Step:
    """An update, or (without a change) a deletion."""

    sk: str
    change: Change | None
    checks: tuple[Check, ...]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A well-formed change: every attribute once at most, and something is put."""
    put: dict[str, Value] = {"last": draw(st.integers(0, 9))}
    put_if_absent: dict[str, Value] = {}
    remove: list[str] = []
    add: dict[str, Any] = {}
    take: dict[str, frozenset[str]] = {}
    for name in sorted(draw(st.sets(st.sampled_from(sorted(VALUES)), max_size=4))):
        value = draw(VALUES[name])
        ways = ["put", "put_if_absent", "remove"]
        ways += ["add"] if name in {"rev", "members"} else []
        ways += ["take"] if name == "members" else []
        way = draw(st.sampled_from(ways))
        if way == "remove":
            remove.append(name)
        else:
            {"put": put, "put_if_absent": put_if_absent, "add": add, "take": take}[way][name] = value
    return Change(put, put_if_absent, remove, add, take)


def values_of(name: str) -> st.SearchStrategy[Value]:
    return VALUES[name]


simple_checks = st.one_of(
    st.sampled_from([*VALUES, "pk"]).map(absent),
    st.sampled_from([*VALUES, "pk"]).map(exists),
    st.sampled_from(sorted(VALUES)).flatmap(
        lambda name: st.one_of(st.none(), values_of(name)).map(lambda value: equals(name, value))
    ),
    VALUES["rev"].map(lambda value: at_most("rev", value)),
    VALUES["text"].map(lambda value: at_most("text", value)),
)
checks = st.one_of(
    simple_checks, st.lists(simple_checks, min_size=1, max_size=3).map(lambda some: either(*some))
)
steps = st.builds(
    Step,
    st.sampled_from(SORT_KEYS),
    st.one_of(changes(), changes(), changes(), st.none()),
    st.lists(checks, max_size=2).map(tuple),
)


def take_step(table: Table, pk: str, step: Step) -> bool:
    key = (pk, step.sk)
    if step.change is None:
        return table.delete(key, *step.checks)
    return table.update(key, step.change, *step.checks)


def seen(table: Table, pk: str) -> list[Item]:
    items = list(table.query(pk))
    there = table.get_many([(pk, sk) for sk in SORT_KEYS])
    assert list(there.values()) == [table.get(key) for key in there]
    assert sorted(there) == sorted((pk, str(item["sk"])) for item in items)
    return items


def owed(table: Table, pk: str, todo: str) -> set[ItemKey]:
    return {key for key in table.owed(todo, last="P~", limit=10_000) if key[0] == pk}


@settings(max_examples=extent(20, 40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=st.lists(steps, max_size=10))
def test_both_tables_are_alike(aws_table: DynamoTable, history: list[Step]) -> None:
    memory, pk = MemoryTable(), f"p{next(_examples)}"
    for step in history:
        assert take_step(memory, pk, step) == take_step(aws_table, pk, step), step
    assert seen(memory, pk) == seen(aws_table, pk)
    assert list(memory.query(pk, prefix="a#", only=("rev",))) == list(
        aws_table.query(pk, prefix="a#", only=("rev",))
    )
    for todo in ("t", "u"):
        assert owed(memory, pk, todo) == owed(aws_table, pk, todo)


def test_a_history_is_not_all_refusals(aws: Aws) -> None:
    memory, dynamo = MemoryTable(), DynamoTable(aws.dynamodb, aws.new_table())
    first = Step("a", Change(put={"rev": 1, "todo": "t", "todo_at": "P"}), (absent("pk"),))
    again = Step("a", Change(put={"text": "a"}, add={"rev": 1}), (at_most("rev", 1),))
    for table in (memory, dynamo):
        assert [take_step(table, "p", step) for step in (first, first, again, again)] == [
            True,
            False,
            True,
            False,
        ]
        assert owed(table, "p", "t") == {("p", "a")}
