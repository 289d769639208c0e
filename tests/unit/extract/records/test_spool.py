"""The spool: an export's records, sorted by partition, without a trace afterwards."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from kiwi_extract.records import spool as spools
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.listing import SHOWN
from kiwi_extract.records.spool import Spool
from kiwi_sync.keys import RowKind

from tests.unit.extract.exports import CONNECTION, Export, Json, delta, entries, full, gone, tenant, unit
from tests.unit.extract.rig import key

BOTH = ("0001", "0002")


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as spool:
        yield spool


def fill(spool: Spool, export: Export, selected: Iterable[str] = BOTH) -> None:
    spool.add(entries(export))
    spool.seal(tuple(selected), export.get("mandanten"))


def of(spool: Spool, nummer: str, mandant: str = "0001") -> Entry | None:
    named = key(nummer, mandant)
    return spool.entries(named.partition).get(named.sk)


def reasons(spool: Spool) -> list[tuple[str, int, str | None, str | None]]:
    return [(entry.section, entry.place, entry.field, entry.reason) for entry in spool.rejected(SHOWN)]


def test_entries_come_back_as_they_went_in(spool: Spool) -> None:
    export = delta(1, [tenant("1"), tenant("2", firma=[])], [gone("3")], verwaltungseinheiten=[unit("1")])
    there = list(entries(export))
    fill(spool, export)
    found = [entry for place in spool.partitions(CONNECTION) for entry in spool.entries(place).values()]
    assert sorted(found, key=str) == sorted(there, key=str)


def test_every_entry_lies_in_its_row_s_partition(spool: Spool) -> None:
    fill(spool, full(1, [tenant(str(n), m) for n in range(200) for m in BOTH], BOTH))
    partitions = spool.partitions(CONNECTION)
    assert len(set(partitions)) == len(partitions) == 32
    for partition in partitions:
        for sk, entry in spool.entries(partition).items():
            assert key(sk, str(entry.mandant)).partition == partition


@pytest.mark.parametrize("own", [0, 1])
def test_mandanten_that_share_bins_are_kept_apart(
    spool: Spool, own: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "OWN_BINS", own)
    fill(spool, full(1, [tenant(str(n), m) for n in range(50) for m in (*BOTH, "0009")], BOTH))
    partitions = spool.partitions(CONNECTION)
    found = [entry for at in partitions for entry in spool.entries(at).values()]
    assert all(entry.mandant == at.mandant for at in partitions for entry in spool.entries(at).values())
    assert sorted((entry.mandant, entry.place) for entry in found) == sorted(
        (mandant, 3 * n + at) for n in range(50) for at, mandant in enumerate(BOTH)
    )
    assert spool.rejected_count() == 0


def test_of_mandanten_that_are_not_selected_nothing_is_kept(spool: Spool) -> None:
    other: list[Json] = [tenant("1", "0009"), tenant("2", "0009", firma=[]), {"mandant": "0009"}]
    fill(spool, full(1, [tenant("1"), *other], [*BOTH, "0009"]))
    assert {partition.mandant for partition in spool.partitions(CONNECTION)} == {"0001"}
    assert (spool.rejected_count(), spool.unreadable()) == (0, set())


def test_a_mandant_that_a_full_export_does_not_list(spool: Spool) -> None:
    fill(spool, full(1, [tenant("1"), tenant("1", "0002"), tenant("2", "0002", firma=[])], ["0001"]))
    assert reasons(spool) == [
        ("mieter", 1, "mandant", "mandant_not_listed"),
        ("mieter", 2, "firma", "not_text"),
    ]
    refused = of(spool, "1", "0002")
    assert refused is not None
    assert refused.record is None


def test_a_delta_lists_nothing_and_may_speak_of_all(spool: Spool) -> None:
    fill(spool, delta(1, [tenant("1"), tenant("1", "0002")]))
    assert spool.rejected_count() == 0


def test_one_key_twice_rejects_both(spool: Spool) -> None:
    same_number_elsewhere = [tenant("1", "0002")]
    units = [unit("1"), {**unit("1"), "wirtschaftseinheit": "200"}]
    fill(spool, full(1, [tenant("1"), tenant("1"), *same_number_elsewhere], BOTH, verwaltungseinheiten=units))
    assert reasons(spool) == [("mieter", 0, "nummer", "duplicate"), ("mieter", 1, "nummer", "duplicate")]
    assert spool.rejected_count() == 2


@pytest.mark.parametrize("bad_first", [True, False])
def test_a_good_and_a_bad_record_of_one_key(spool: Spool, *, bad_first: bool) -> None:
    good, bad = tenant("1"), tenant("1", firma=[])
    fill(spool, full(1, [bad, good] if bad_first else [good, bad]))
    places = {reason: place for _, place, _, reason in reasons(spool)}
    assert places == {"not_text": 0 if bad_first else 1, "duplicate": 1 if bad_first else 0}
    kept = of(spool, "1")
    assert kept is not None
    assert kept.rejected


@pytest.mark.parametrize("records", [[tenant("1")], [tenant("1"), tenant("1")], [tenant("1", firma=[])]])
@pytest.mark.parametrize("deletions", [1, 2])
def test_a_deletion_wins(spool: Spool, records: list[Json], deletions: int) -> None:
    fill(spool, delta(1, [*records, tenant("2")], [gone("1")] * deletions))
    deletion, other = of(spool, "1"), of(spool, "2")
    assert deletion is not None
    assert (deletion.deleted, deletion.rejected) == (True, False)
    assert other is not None
    assert other.record
    assert spool.rejected_count() == 0


def test_a_deletion_wins_in_its_own_section_and_mandant_only(spool: Spool) -> None:
    export = delta(1, [tenant("1", "0002")], [gone("1")], mietvertraege=[{"mandant": "0001", "nummer": "1"}])
    fill(spool, export)
    assert spool.rejected_count() == 1
    assert of(spool, "1", "0002") is not None


def test_deletions_have_no_place_in_a_full_export(spool: Spool) -> None:
    fill(spool, full(1, [tenant("1")], geloescht={"mieter": [gone("1"), gone("2"), {}]}))
    kept = of(spool, "1")
    assert kept is not None
    assert kept.record
    assert of(spool, "2") is None


def test_unreadable_keys(spool: Spool) -> None:
    mieter: list[object] = [{"mandant": "0001"}, {"mandant": "0001", "nummer": []}, {"nummer": "1"}, 5]
    deleted: list[object] = [{"mandant": "0002"}, 7]
    fill(spool, delta(1, mieter, deleted, verwaltungseinheiten=[{"mandant": "0002", "nummer": "1"}]))
    assert spool.unreadable() == {
        ("0001", RowKind.MIETER),
        (None, RowKind.MIETER),
        ("0002", RowKind.VERWALTUNGSEINHEIT),
    }
    assert spool.rejected_count() == 7
    assert spool.partitions(CONNECTION) == []


def test_only_so_many_rejected_ones_are_listed(spool: Spool) -> None:
    fill(spool, full(1, [{} for _ in range(SHOWN + 5)]))
    assert [entry.place for entry in spool.rejected(SHOWN)] == list(range(SHOWN))
    assert [entry.place for entry in spool.rejected(3)] == [0, 1, 2]
    assert spool.rejected_count() == SHOWN + 5


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux shows the files of a process")
def test_what_memory_cannot_hold_lies_in_a_file_without_a_name() -> None:
    (entry,) = entries(full(1, [tenant("1")]))
    before = nameless_bytes()
    with Spool() as spool:
        spool.add(entry._replace(record="x" * 1_000_000) for _ in range(40))
        assert nameless_bytes() > before + 10_000_000
    assert nameless_bytes() == before


def nameless_bytes() -> int:
    """The size of this process's open files that have no name (any more): nobody else can read them."""
    files = list(Path("/proc/self/fd").iterdir())
    nameless = [one for one in files if one.is_symlink() and "(deleted)" in str(one.readlink())]
    return sum(one.stat().st_size for one in nameless)


def test_a_listener_hears_every_entry_that_is_rejected() -> None:
    heard: list[Entry] = []
    with Spool(heard.append) as spool:
        spool.add(entries(full(1, [tenant("1"), tenant("1"), tenant(""), tenant("2", mandant="0009")])))
        spool.seal(["0001", "0009"], ["0001"])
        assert spool.rejected_count() == len(heard)
    assert [one.reason for one in heard] == ["missing", "duplicate", "duplicate", "mandant_not_listed"]
