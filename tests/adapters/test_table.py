"""Reading and deleting items, alike in every table."""

import pytest
from kiwi_sync.state.table import Change, Item, Table, absent, at_most, equals

EVERYTHING: Item = {
    "text": "Grüße 👋",
    "empty": "",
    "number": -7,
    "large": 1_764_000_000_123,
    "yes": True,
    "no": False,
    "members": frozenset({"a", "ü", "#"}),
}


def put(table: Table, pk: str, sk: str, **attributes: str | int) -> None:
    assert table.update((pk, sk), Change(put={"there": True, **attributes}))


def sort_keys(table: Table, pk: str, prefix: str = "") -> list[str]:
    return [str(item["sk"]) for item in table.query(pk, prefix=prefix)]


def test_what_is_not_there(table: Table) -> None:
    put(table, "a", "1")
    assert table.get(("a", "2")) is None
    assert table.get(("b", "1")) is None
    assert list(table.query("b")) == []
    assert table.get_many([("b", "1")]) == {}
    assert table.get_many([]) == {}
    assert table.owed("t", last="9", limit=1) == []


def test_every_type_comes_back_as_it_went(table: Table) -> None:
    table.update(("a", "1"), Change(put=EVERYTHING))
    item = table.get(("a", "1"))
    assert item == {"pk": "a", "sk": "1", **EVERYTHING}
    assert {name: type(value) for name, value in item.items()} == {
        "pk": str,
        "sk": str,
        **{name: type(value) for name, value in EVERYTHING.items()},
    }


def test_names_and_values_that_would_mean_something_in_an_expression(table: Table) -> None:
    odd = {"size": "SET #n0 = :v0", "a.b": "x", "name": "attribute_exists(pk)", "#n1": ":v1"}
    assert table.update(("#pk", ":v0 OR"), Change(put=odd), absent("size"), absent("a.b"))
    assert table.get(("#pk", ":v0 OR")) == {"pk": "#pk", "sk": ":v0 OR", **odd}
    assert table.update(("#pk", ":v0 OR"), Change(remove=["a.b"]), equals("a.b", "x"))
    assert list(table.query("#pk", only=["a.b", "size"])) == [{"size": "SET #n0 = :v0"}]


def test_changing_an_item_that_was_read_changes_nothing(table: Table) -> None:
    put(table, "a", "1", text="as it is")
    for item in (table.get(("a", "1")), table.get_many([("a", "1")])["a", "1"], *table.query("a")):
        assert item is not None
        item["text"] = "changed"
    assert table.get(("a", "1")) == {"pk": "a", "sk": "1", "there": True, "text": "as it is"}


def test_get_many_takes_more_than_a_hundred_duplicates_and_absent_keys(table: Table) -> None:
    keys = [(f"p{number % 3}", str(number)) for number in range(130)]
    there = [key for key in keys if int(key[1]) % 10]
    for key in there:
        put(table, *key)
    found = table.get_many([*keys, *keys[:50], ("p0", "absent")])
    assert found == {key: {"pk": key[0], "sk": key[1], "there": True} for key in there}


def test_a_query_gives_its_partition_only_in_the_order_of_utf8(table: Table) -> None:
    ordered = ["%a", "0", "10", "9", "A", "a", "a#b", "ab", "ä", "\uffee", "\U0001f600"]
    assert ordered == sorted(ordered, key=str.encode)
    for sk in reversed(ordered):
        put(table, "p", sk)
    put(table, "p2", "0")
    assert sort_keys(table, "p") == ordered


def test_a_query_with_a_prefix(table: Table) -> None:
    for sk in ("a", "a#1", "a#2", "a%", "b#1", "A#1"):
        put(table, "p", sk)
    assert sort_keys(table, "p", "a#") == ["a#1", "a#2"]
    assert sort_keys(table, "p", "c") == []
    assert sort_keys(table, "p", "a#1") == ["a#1"]


def test_a_query_for_some_attributes(table: Table) -> None:
    put(table, "p", "1", rev=1, size=9)
    put(table, "p", "2", size=8)
    put(table, "p", "3")
    found = list(table.query("p", only=["sk", "rev", "size"]))
    assert found == [{"sk": "1", "rev": 1, "size": 9}, {"sk": "2", "size": 8}, {"sk": "3"}]


def test_a_query_over_several_pages(table: Table) -> None:
    large = "x" * 300_000
    for number in range(9):
        put(table, "p", str(number), large=large)
    assert [item["sk"] for item in table.query("p", only=["sk"])] == list("012345678")
    assert [len(str(item["large"])) for item in table.query("p")] == [300_000] * 9


def test_the_first_of_a_query(table: Table) -> None:
    for sk in ("a", "b#1", "b#2", "b#3", "c"):
        put(table, "p", sk)
    put(table, "q", "b#0")
    firsts = [[item["sk"] for item in table.first("p", limit=limit)] for limit in (1, 3, 9)]
    assert firsts == [["a"], ["a", "b#1", "b#2"], ["a", "b#1", "b#2", "b#3", "c"]]
    assert table.first("p", prefix="b#", limit=1) == [{"pk": "p", "sk": "b#1", "there": True}]
    assert [item["sk"] for item in table.first("p", prefix="b#", limit=9)] == ["b#1", "b#2", "b#3"]
    assert table.first("p", prefix="d", limit=2) == []


def test_owed_keys_are_sparse_and_by_todo(table: Table) -> None:
    put(table, "p", "1", todo="t", todo_at="2026")
    put(table, "p", "2", todo="other", todo_at="2026")
    put(table, "p", "3")
    put(table, "p", "4", todo="t")
    assert table.owed("t", last="9", limit=10) == [("p", "1")]
    assert table.update(("p", "1"), Change(remove=["todo", "todo_at"]))
    assert table.owed("t", last="9", limit=10) == []


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("", "2026-01-03", "123"),
        ("", "2026-01-02", "12"),
        ("", "2026-01-02z", "12"),
        ("", "2025", ""),
        ("2026-01-02", "2026-01-03", "23"),
        ("2026-01-02", "2026-01-02", "2"),
        ("", "9", "123"),
        ("P", "P~", "4"),
        ("", "P~", "1234"),
    ],
)
def test_owed_keys_from_first_to_last(table: Table, first: str, last: str, found: str) -> None:
    for sk, at in (("4", "P"), ("2", "2026-01-02"), ("3", "2026-01-03"), ("1", "2026-01-01")):
        put(table, f"p{sk}", sk, todo="t", todo_at=at)
    keys = table.owed("t", first=first, last=last, limit=10)
    assert keys == [(f"p{sk}", sk) for sk in found]
    assert table.owed("t", first=first, last=last, limit=2) == keys[:2]


def test_all_owed_keys_of_a_time_come_page_by_page(table: Table) -> None:
    there = [(f"p{number % 3}", str(number)) for number in range(7)]
    for pk, sk in there:
        put(table, pk, sk, todo="t", todo_at="P")
    put(table, "p", "earlier", todo="t", todo_at="O")
    put(table, "p", "later", todo="t", todo_at="PA")
    put(table, "p", "other", todo="u", todo_at="P")
    pages = list(table.owed_at("t", "P", page=3))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(key for page in pages for key in page) == sorted(there)
    assert list(table.owed_at("t", "Q", page=3)) == []


def test_a_page_that_moves_away_or_comes_back_hides_no_other_and_none_comes_twice(table: Table) -> None:
    there = {("p", str(number)) for number in range(6)}
    for key in there:
        put(table, *key, todo="t", todo_at="P")
    found = []
    for page in table.owed_at("t", "P", page=2):
        found += page
        for key in page:
            table.update(key, Change(put={"todo_at": "2026"}))
        table.update(page[0], Change(put={"todo_at": "P"}))
    assert len(found) == 6
    assert set(found) == there


def test_delete(table: Table) -> None:
    put(table, "p", "1", rev=3)
    put(table, "p", "2", rev=3)
    assert not table.delete(("p", "1"), at_most("rev", 2))
    assert not table.delete(("p", "1"), at_most("rev", 3), absent("pk"))
    assert table.get(("p", "1")) == {"pk": "p", "sk": "1", "there": True, "rev": 3}
    assert table.delete(("p", "1"), at_most("rev", 3))
    assert table.get(("p", "1")) is None
    assert sort_keys(table, "p") == ["2"]
    assert table.delete(("p", "2"))
    assert list(table.query("p")) == []


def test_delete_what_is_not_there(table: Table) -> None:
    assert table.delete(("p", "1"))
    assert table.delete(("p", "1"), absent("pk"))
    assert not table.delete(("p", "1"), at_most("rev", 3))
    assert table.get(("p", "1")) is None


def test_what_is_deleted_is_no_longer_owed(table: Table) -> None:
    put(table, "p", "1", todo="t", todo_at="2026")
    assert table.delete(("p", "1"))
    assert table.owed("t", last="9", limit=10) == []
