"""Parts whose names come again with every export: never are those of two exports put together."""

import json
from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.expected_exports import REPORTED, WITHIN, parts_missing
from kiwi_extract.inbox.parts import SplitExport, register
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.keys import split_pk
from kiwi_sync.messages import Pointer
from kiwi_sync.rules.reasons import RejectedExport

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.extract.aws import BUCKET
from tests.unit.extract.exports import NOW
from tests.unit.extract.tables import BusyTable


class Night:
    """Objects of the same names, uploaded at any time."""

    def __init__(self) -> None:
        self.table, self.queue = MemoryTable(), MemoryQueue()

    def upload(self, number: int, hours: float, version: str, of: int = 2, key: str = "") -> int:
        """Upload a part. Returns the number of exports sent on."""
        moment = NOW + timedelta(hours=hours)
        split = SplitExport("c1", "nacht", "nacht-1", number, of, called="nacht")
        pointer = Pointer(bucket=BUCKET, key=f"exports/c1/full/{key}{number}.csv", version=version)
        register(self.table, self.queue, split, pointer, moment, moment)
        sent = self.queue.take()
        self.last = json.loads(sent[-1].body) if sent else {}
        return len(sent)

    @property
    def versions(self) -> list[str]:
        """The versions of the parts that were sent last."""
        return [part["version"] for part in self.last["parts"]]

    def late(self, hours: float) -> int:
        return parts_missing(self.table, "c1", NOW + timedelta(hours=hours))


def test_parts_of_different_nights_are_never_mixed() -> None:
    night = Night()
    assert [night.upload(1, 0, "a1"), night.upload(2, 1, "a2")] == [0, 1]
    assert night.upload(1, 24, "b1") == 0
    assert night.upload(1, 0, "a1") == 0
    assert night.upload(2, 24.5, "b2") == 1
    assert night.versions == ["b1", "b2"]


def test_a_part_that_is_mended_before_all_are_there_goes_with_the_others() -> None:
    night = Night()
    assert [night.upload(1, 0, "a1"), night.upload(1, 1, "a2"), night.upload(2, 2, "a3")] == [0, 0, 1]
    assert night.versions == ["a2", "a3"]
    assert night.upload(2, 2, "a3") == 0


UPLOADS = [(1, 0.1, "a1"), (2, 0.2, "a2"), (1, 2.1, "b1"), (2, 2.2, "b2")]


@pytest.mark.parametrize("twice", range(4))
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2), (0, 1, 3, 2), (1, 0, 2, 3)])
def test_parts_that_are_uploaded_anew_never_go_with_those_before(order: tuple[int, ...], twice: int) -> None:
    night, sent = Night(), []
    for place, index in enumerate(order):
        # A notification may come again, however late.
        again = order[: place + 1][: twice + 1]
        sent += [night.versions for one in (index, *again) if night.upload(*UPLOADS[one])]
    assert sent == [["a1", "a2"], ["b1", "b2"]]


def test_a_late_part_of_an_earlier_night_is_left_out() -> None:
    night = Night()
    assert [night.upload(1, 24, "b1"), night.upload(2, 0, "a2")] == [0, 0]
    assert night.upload(2, 24.5, "b2") == 1
    assert night.versions == ["b1", "b2"]
    assert night.upload(2, 0, "a2") == 0


class BusyNight(Night):
    """While a part is noted, another one is."""

    def __init__(self, meanwhile: tuple[int, float, str]) -> None:
        super().__init__()
        self.table = self.busy = BusyTable()
        self.busy.meddle = lambda _: self.sent.append(self.upload(*meanwhile))
        self.sent: list[int] = []

    def next_one(self, number: int, hours: float, version: str) -> int:
        self.busy.at, self.busy.times = (split_pk("c1"), "nacht"), 1
        return self.upload(number, hours, version)


def test_parts_that_begin_an_export_at_the_same_time_do_not_take_each_other_away() -> None:
    night = BusyNight((2, 2.1, "b2"))
    assert [night.upload(1, 0, "a1"), night.upload(2, 0, "a2")] == [0, 1]
    assert (night.next_one(1, 2, "b1"), night.sent) == (1, [0])
    assert night.versions == ["b1", "b2"]


def test_two_objects_with_one_number_are_refused_and_so_is_what_comes_with_them() -> None:
    night = Night()
    night.upload(1, 0, "a1", key="mieter")
    for number, key in ((1, "vertraege"), (2, "vertraege"), (2, "mieter"), (1, "mieter")):
        with pytest.raises(RejectedExportError) as caught:
            night.upload(number, 0.1, "x", key=key)
        assert caught.value.reason is RejectedExport.PARTS_DIFFER
    assert [night.upload(1, 24, "b1", key="m"), night.upload(2, 24, "b2", key="n")] == [0, 1]
    assert [night.upload(1, 25, "c1", key="o"), night.upload(2, 25, "c2", key="p")] == [0, 1]


def test_ids_of_parts_sort_by_their_times() -> None:
    night, ids = Night(), []
    for hour in range(0, 300, 20):
        night.upload(1, hour, f"{hour}")
        night.upload(2, hour + 0.5, f"{hour}")
        ids.append(night.last["export_id"])
    assert sorted(ids) == ids
    assert len(set(ids)) == len(ids)


def test_a_missing_part_is_reported_after_a_time_and_for_a_time() -> None:
    night = Night()
    night.upload(1, 0, "a1")
    hours = [WITHIN.total_seconds() / 3600, REPORTED.total_seconds() / 3600]
    assert [night.late(hour) for hour in (0, hours[0], hours[0] + 1, hours[1], hours[1] + 1)] == [
        0,
        0,
        1,
        1,
        0,
    ]
    night.upload(2, 13, "late")
    assert night.late(14) == 0
    assert night.upload(1, 14, "too") == 1
    assert night.late(15) == 0


def test_a_crash_before_the_whole_is_sent_on_loses_nothing() -> None:
    night = Night()
    night.upload(1, 0, "a1")
    night.upload(2, 1, "a2")
    night.table.items[split_pk("c1")]["nacht"].pop("sent")
    assert night.upload(2, 1, "a2") == 1
