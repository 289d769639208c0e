"""One partition when its time is up, when a write fails, and when its watermark grows too large."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.deadline import DeadlineReachedError
from kiwi_extract.compare import partition_writer as module
from kiwi_extract.compare.partition_writer import CHUNK
from kiwi_extract.compare.watermark import Watermark, watermark_key, watermark_of
from kiwi_sync.state.table import Change, Check, ItemKey

from tests.fakes.memory import MemoryTable
from tests.unit.extract.compare.partitions import AT, PARTITION, bring_in, entry, many, question, work
from tests.unit.extract.exports import version
from tests.unit.extract.rig import Rig
from tests.unit.extract.tables import CrashError


def watermark(rig: Rig) -> Watermark:
    return watermark_of(rig.table.get(watermark_key(PARTITION)))


def test_the_time_is_up_in_the_middle() -> None:
    rig = Rig()
    partition, entries = many(3 * CHUNK)
    rig.clock.tick = timedelta(minutes=1)
    doing = work(rig, 1, minutes=5)
    with pytest.raises(DeadlineReachedError):
        doing.bring_in(partition, question(rig, 1), entries)
    assert doing.wrote
    assert len(rig.rows()) == len(rig.transform.keys()) == 2 * CHUNK
    assert watermark(rig) == Watermark()
    rig.clock.tick = timedelta()
    comparison = work(rig, 1).bring_in(partition, question(rig, 1), entries)
    assert comparison.accepted == len(rig.rows()) == 3 * CHUNK
    assert watermark(rig).version == version(1)


def test_nothing_is_written_when_the_time_is_up_at_once() -> None:
    rig = Rig()
    doing = work(rig, 1, minutes=1)
    with pytest.raises(DeadlineReachedError):
        doing.bring_in(PARTITION, question(rig, 1), {AT.sk: entry()})
    assert (doing.wrote, rig.table.items, rig.transform.sent) == (False, {}, [])


def test_to_send_again_is_not_to_write() -> None:
    rig = Rig()
    bring_in(rig, 1, entry())
    doing = work(rig, 1)
    doing.bring_in(PARTITION, question(rig, 1), {AT.sk: entry()})
    assert rig.transform.keys() == [AT.text, AT.text]
    assert not doing.wrote


class HalfBrokenTable(MemoryTable):
    """One row's write fails at once, another's takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.failed = threading.Event()

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        if key[1] == "0001":
            self.failed.set()
            raise CrashError
        self.failed.wait(10)
        threading.Event().wait(0.05)
        return super().update(key, change, *checks)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_no_write_is_on_its_way_any_more_when_another_has_failed(threads: ThreadPoolExecutor) -> None:
    rig = Rig(HalfBrokenTable())
    partition, entries = many(4)
    doing = work(rig, 1)
    doing.writers = threads
    with pytest.raises(CrashError):
        doing.bring_in(partition, question(rig, 1), entries)
    written = len(rig.table.writes)
    assert written == 3
    threads.shutdown()
    assert len(rig.table.writes) == written


def test_a_watermark_that_grows_too_large_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    bring_in(rig, 1, entry("1"), entry("2"))
    before = watermark(rig)
    monkeypatch.setattr(module, "EXEMPT_BYTES", 10)
    bring_in(rig, 2, judges=False)
    assert watermark(rig) == before
    assert len(rig.live()) == 2


def test_a_watermark_is_as_large_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig()
    bring_in(rig, 1, entry("\U0001f600" * 10))
    before = watermark(rig)
    monkeypatch.setattr(module, "EXEMPT_BYTES", 100)
    bring_in(rig, 2, judges=False)
    assert watermark(rig) == before


def test_a_delta_notes_what_it_creates_where_absence_proved_nothing() -> None:
    rig = Rig()
    bring_in(rig, 5, judges=False)
    bring_in(rig, 2, entry("1"), entry("2", deleted=True), full=False)
    assert watermark(rig) == Watermark(version(5), "", {"1": "", "2": ""})


def test_the_same_full_export_again_writes_no_watermark() -> None:
    rig = Rig()
    bring_in(rig, 1, entry())
    rig.table.writes.clear()
    bring_in(rig, 1, entry())
    assert rig.table.writes == []
