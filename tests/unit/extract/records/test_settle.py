"""Several entries of one key: a deletion wins, all else is rejected."""

import pytest
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.settle import settled
from kiwi_extract.records.validate import validate

from tests.unit.extract.exports import Json, gone, tenant


def row(value: Json, place: int = 0, *, deleted: bool = False) -> Entry:
    return validate(RawRecord("mieter", place, deleted, value, "export.csv", place + 2))


@pytest.mark.parametrize("other", [row(tenant("1", vorname="X"), 1), row(tenant("1", vorname=[]), 1)])
@pytest.mark.parametrize("first", [True, False])
def test_what_stands_there_twice_is_rejected_twice(other: Entry, *, first: bool) -> None:
    alike = [row(tenant("1"))]
    found, rejected = settled([other, *alike] if first else [*alike, other])
    assert found["1"].rejected
    reasons = {entry.place: entry.reason for entry in rejected}
    assert reasons == {0: "duplicate", 1: other.reason or "duplicate"}
    assert {entry.place_text for entry in rejected} == {"export.csv, line 2", "export.csv, line 3"}


def test_a_deletion_wins() -> None:
    deletion = row(gone("1"), 5, deleted=True)
    found, rejected = settled([row(tenant("1")), row(tenant("1", vorname=[])), deletion])
    assert (found, rejected) == ({"1": deletion}, [])


def test_a_deletion_that_is_rejected_silences_nobody() -> None:
    deletion = row(gone("1"), 5, deleted=True).refused("nummer", "mandant_not_listed")
    record = row(tenant("1"))
    found, rejected = settled([record, deletion])
    assert found["1"].rejected
    assert {(entry.place, entry.reason) for entry in rejected} == {
        (0, "duplicate"),
        (5, "mandant_not_listed"),
    }


def test_who_stands_there_once_is_left_alone() -> None:
    once, bad = row(tenant("2")), row(tenant("3", firma=[]))
    found, rejected = settled([row(tenant("1")), once, bad, row(tenant("1"))])
    assert (found["2"], found["3"]) == (once, bad)
    assert [entry.sk for entry in rejected] == ["3", "1", "1"]
