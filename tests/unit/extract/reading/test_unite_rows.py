"""Rows of one key become one record, or one that is rejected with a reason."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.reading.unite_rows import MAX_ITEMS, unite

KEY = {"mandant": "1", "nummer": "7"}


def lease(line: int = 1, section: str = "mietvertraege", **more: Any) -> RawRecord:
    return RawRecord(section, line - 1, False, KEY | more, "leases.csv", line, repeats=True)


def united(*rows: RawRecord) -> RawRecord:
    [record] = unite(rows)
    return record


def test_tenants_of_several_rows_are_those_of_one_lease() -> None:
    record = united(
        lease(2, mieter=["1"], beginn="2024-01-01"), lease(3, mieter=["2", "1"], beginn="2024-01-01")
    )
    assert record.value == KEY | {"mieter": ["1", "2"], "beginn": "2024-01-01"}
    assert (record.source, record.line, record.reason) == ("leases.csv", 2, None)


def test_what_one_row_does_not_say_another_may() -> None:
    unit = {"wirtschaftseinheit": "1", "nummer": "2"}
    record = united(
        lease(beginn="2024-01-01", ende="", verwaltungseinheit=unit),
        lease(mieter=["1"], ende="2024-12-31", verwaltungseinheit={"wirtschaftseinheit": None, "nummer": ""}),
    )
    assert record.value == KEY | {
        "mieter": ["1"],
        "beginn": "2024-01-01",
        "ende": "2024-12-31",
        "verwaltungseinheit": unit,
    }
    assert record.reason is None


@pytest.mark.parametrize(
    ("one", "other"),
    [("2024-01-01", "2024-01-02"), ({"nummer": "1"}, {"nummer": "2"}), (["1"], "1"), (1, 2)],
)
def test_rows_that_disagree_are_rejected_at_the_line_of_the_second(one: Any, other: Any) -> None:
    record = united(lease(2, beginn=one), lease(3, beginn=other), lease(4, beginn=one))
    assert (record.line, record.field, record.reason) == (3, "beginn", "rows_disagree")
    assert record.value["nummer"] == "7"


@pytest.mark.parametrize(
    ("one", "other"), [(7, "7"), (" x", "x"), (None, ""), ({"nummer": 1}, {"nummer": "1"})]
)
def test_what_means_the_same_does_not_disagree(one: Any, other: Any) -> None:
    assert united(lease(beginn=one), lease(beginn=other)).reason is None


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_row_that_cannot_be_used_rejects_its_record(bad: int) -> None:
    rows = [lease(line, mieter=[str(line)]) for line in (1, 2, 3)]
    rows[bad] = rows[bad]._replace(reason="not_a_date", field="ende")
    record = united(*rows)
    assert (record.line, record.field, record.reason) == (bad + 1, "ende", "not_a_date")
    assert record.value["mandant"] == "1"


def test_rows_that_complete_add_to_what_another_table_has() -> None:
    record = united(
        lease(2, mieter=["1"])._replace(source="tenants.csv", repeats=False, completes=True),
        lease(7, beginn="2024-01-01"),
        lease(3, mieter=["2"])._replace(source="tenants.csv", repeats=False, completes=True),
    )
    assert record.value == KEY | {"mieter": ["1", "2"], "beginn": "2024-01-01"}
    assert (record.source, record.line) == ("leases.csv", 7)


def test_rows_that_complete_are_nothing_by_themselves() -> None:
    row = lease(2, mieter=["1"])._replace(completes=True)
    assert list(unite([row, row._replace(reason="not_a_date", field="ende")])) == []


def test_a_row_that_completes_and_cannot_be_used_rejects_its_record() -> None:
    bad = lease(2, mieter=["1"])._replace(completes=True, reason="not_text", field="mieter")
    record = united(lease(7, beginn="2024-01-01"), bad)
    assert (record.line, record.field, record.reason) == (2, "mieter", "not_text")


def test_records_that_do_not_repeat_pass_as_they_are() -> None:
    rows = [RawRecord("mieter", 0, False, KEY), RawRecord("mieter", 1, False, KEY), lease(3)]
    assert list(unite(rows)) == rows


@pytest.mark.parametrize("value", [{"mandant": "1"}, {"mandant": "1", "nummer": ["7"]}, "7", None, {}])
def test_rows_without_a_key_stand_alone(value: Any) -> None:
    rows = [lease(1)._replace(value=value), lease(2)._replace(value=value)]
    assert list(unite(rows)) == rows


def test_keys_of_different_sections_mandanten_and_deletions_are_different() -> None:
    rows = [
        lease(1),
        lease(2, section="mieter"),
        lease(3, mandant="2"),
        lease(4)._replace(deleted=True),
        RawRecord("verwaltungseinheiten", 4, False, KEY | {"wirtschaftseinheit": "1"}, repeats=True),
        RawRecord("verwaltungseinheiten", 5, False, KEY | {"wirtschaftseinheit": "2"}, repeats=True),
    ]
    assert len(list(unite(rows))) == len(rows)


def test_a_list_does_not_grow_without_end() -> None:
    rows = (lease(number, mieter=[str(number)]) for number in range(1, 2 * MAX_ITEMS))
    assert len(united(*rows).value["mieter"]) == MAX_ITEMS


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from("xyz"), max_size=2))))
def test_whatever_the_order_each_key_is_there_once_with_all_its_tenants(
    rows: Sequence[tuple[str, list[str]]],
) -> None:
    records = [lease(number + 1, nummer=key, mieter=mieter) for number, (key, mieter) in enumerate(rows)]
    found = {record.value["nummer"]: set(record.value["mieter"]) for record in unite(records)}
    assert found == {key: {it for other, mieter in rows if other == key for it in mieter} for key, _ in rows}
