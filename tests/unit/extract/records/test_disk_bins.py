"""Bins: entries come back in their order, from memory and from disk."""

from contextlib import closing

import pytest
from kiwi_extract.records import disk_bins
from kiwi_extract.records.disk_bins import Bins
from kiwi_extract.records.entry import Entry


@pytest.mark.parametrize("gathered", [1, 2000, 2**20])
def test_entries_come_back_in_their_order(gathered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_bins, "GATHERED", gathered)
    entries = [Entry("mieter", place, False, "ß", "😀", f'"{place}"', line=place) for place in range(20)]
    with closing(Bins()) as kept:
        for entry in entries:
            kept.add(entry.place % 3, entry)
        for name in range(3):
            found = list(kept.entries(name))
            assert found == entries[name::3]
            assert all(isinstance(entry, Entry) for entry in found)
        assert list(kept.entries("other")) == []


def test_reading_does_not_disturb_what_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_bins, "GATHERED", 1)
    with closing(Bins()) as kept:
        for place in range(3):
            kept.add("one", Entry("mieter", place, False, "1", "1"))
            assert [entry.place for entry in kept.entries("one")] == list(range(place + 1))
