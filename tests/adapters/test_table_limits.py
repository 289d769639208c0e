"""The limits of DynamoDB, at the table in memory; and at the embedded AWS as far as that knows them."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.memory_table import ITEM_BYTES, MemoryTable
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.table import Change, ItemKey, Table

from tests.fakes.aws import Aws

KEY: ItemKey = ("p", "s")
TOO_LONG: list[ItemKey] = [("p" * 2049, "s"), ("ä" * 1025, "s"), ("p", "s" * 1025), ("p", "ä" * 513)]
LONGEST: ItemKey = ("p" * 2048, "ä" * 512)
OVERHEAD = len("pk") + len("p") + len("sk") + len("s") + len("text")


@pytest.fixture(params=["memory", "dynamo"])
def strict(request: pytest.FixtureRequest) -> Table:
    if request.param == "memory":
        return MemoryTable()
    aws: Aws = request.getfixturevalue("aws")
    return DynamoTable(aws.dynamodb, aws.new_table())


def put(table: Table, key: ItemKey) -> object:
    return table.update(key, Change(put={"a": 1}))


@pytest.mark.parametrize("key", TOO_LONG, ids=lambda key: f"{len(key[0])} {len(key[1])}")
def test_a_key_that_cannot_be_is_refused(strict: Table, key: ItemKey) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        put(strict, key)


@pytest.mark.parametrize("key", [("", "s"), ("p", "")])
def test_a_key_is_not_empty(key: ItemKey) -> None:
    """As on DynamoDB; the embedded AWS would store it."""
    with pytest.raises(ClientError, match="ValidationException"):
        put(MemoryTable(), key)


def test_a_key_may_be_as_long_as_this(strict: Table) -> None:
    assert put(strict, LONGEST)
    assert strict.get(LONGEST) == {"pk": LONGEST[0], "sk": LONGEST[1], "a": 1}


@pytest.mark.parametrize("text", ["x" * 410_000, "ä" * 205_000], ids=["ASCII", "UTF-8"])
def test_an_item_of_more_than_400_kilobytes_is_refused_and_nothing_changed(strict: Table, text: str) -> None:
    assert put(strict, KEY)
    with pytest.raises(ClientError, match="Item size"):
        strict.update(KEY, Change(put={"text": text}))
    assert strict.get(KEY) == {"pk": "p", "sk": "s", "a": 1}


@pytest.mark.parametrize("more", [0, 1])
def test_an_item_has_400_kilobytes_to_the_byte(more: int) -> None:
    """As DynamoDB counts names and values; the embedded AWS does not take it so exactly."""
    table = MemoryTable()
    change = Change(put={"text": "ä" * 10 + "x" * (ITEM_BYTES - OVERHEAD - 20 + more)})
    if more:
        with pytest.raises(ClientError, match="Item size"):
            table.update(KEY, change)
    else:
        assert table.update(KEY, change)


def test_what_grows_little_by_little_is_refused_as_well() -> None:
    table = MemoryTable()
    members = [f"{number:05}" + "x" * 995 for number in range(500)]
    fitting = (ITEM_BYTES - OVERHEAD + len("text") - len("members")) // 1000
    for one in members[:fitting]:
        assert table.update(KEY, Change(add={"members": frozenset({one})}))
    with pytest.raises(ClientError, match="Item size"):
        table.update(KEY, Change(add={"members": frozenset({members[fitting]})}))


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: table.get(("p", "")),
        lambda table: table.get_many([("", "s")]),
        lambda table: list(table.query("")),
        lambda table: table.delete(("p" * 2049, "s")),
        lambda table: table.owed("", last="z", limit=1),
        lambda table: table.owed("t", first="b", last="a", limit=1),
        lambda table: table.update(KEY, Change(put={"todo": ""})),
        lambda table: table.update(KEY, Change(put={"todo_at": "x" * 1025})),
        lambda table: table.update(KEY, Change(put={"todo": 7})),
        lambda table: table.update(KEY, Change(put={"pk": "q"})),
    ],
)
def test_questions_and_index_keys_that_cannot_be_are_refused(ask: Callable[[Table], object]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        ask(MemoryTable())


def test_the_index_follows_every_change() -> None:
    table = MemoryTable()
    keys = [("p", str(number)) for number in range(4)]
    for number, key in enumerate(keys):
        assert table.update(key, Change(put={"todo": "t", "todo_at": str(9 - number)}))
    assert table.owed("t", last="~", limit=3) == [keys[3], keys[2], keys[1]]
    assert table.update(keys[3], Change(put={"todo": "u"}))
    assert table.update(keys[2], Change(remove=["todo"]))
    assert table.delete(keys[1])
    assert table.owed("t", last="~", limit=9) == [keys[0]]
    assert table.owed("u", last="~", limit=9) == [keys[3]]
    assert {item["sk"] for item in table.owed_items()} == {"0", "3"}
