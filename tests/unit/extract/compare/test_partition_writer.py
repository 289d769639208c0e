"""One partition: read, compare, write, send; with others writing in between, and the deadline near."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from kiwi_extract.compare import partition_writer as module
from kiwi_extract.compare.partition_writer import CHUNK, RowKeepsMovingError
from kiwi_extract.compare.watermark import watermark_key, watermark_of
from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.rows import item_key, owe

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.extract.compare.partitions import AT, PARTITION, bring_in, entry, many, question, work
from tests.unit.extract.exports import CONNECTION, NOW, version
from tests.unit.extract.rig import Rig, key
from tests.unit.extract.tables import BusyTable


def test_rows_are_written_and_their_keys_sent() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(record='{"a":1}'))
    row = rig.table.row(AT.text)
    assert (row.record, row.gone, row.settings_version) == ('{"a":1}', False, 1)
    assert row.rev == row.source_rev == int(NOW.timestamp() * 1000)
    assert row.todo == f"{CONNECTION}#{PARTITION.shard}"
    assert row.todo_at == "2026-11-22T12:15:00.000000Z"
    assert rig.transform.keys() == [AT.text]


def test_every_write_of_source_moves_the_rev() -> None:
    rig = Rig()
    revs = []
    for hour, told in enumerate([entry(), entry(record="[]"), entry(deleted=True), entry()], start=1):
        bring_in(rig, hour, told, full=False)
        revs.append(rig.table.row(AT.text).rev)
    assert revs == [revs[0] + step for step in range(4)]
    assert rig.transform.keys() == [AT.text] * 4


def test_a_row_that_is_gone_keeps_no_personal_data() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(record='{"a":1}'))
    bring_in(rig, 2)
    row = rig.table.items[PARTITION.pk][AT.sk]
    assert row["gone"] is True
    assert row.keys() & {"record", "fingerprint", "expires"} == set()
    assert row.keys() >= {"todo", "todo_at"}


def test_the_deletion_of_something_unknown_is_recorded_and_expires() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(deleted=True), full=False)
    row = rig.table.row(AT.text)
    assert (row.gone, row.todo, row.expires) == (True, None, int((NOW + timedelta(days=90)).timestamp()))
    assert rig.transform.keys() == []
    bring_in(rig, 2, entry(), full=False)
    assert (rig.table.row(AT.text).gone, rig.table.row(AT.text).expires) == (False, None)


def test_a_tombstone_that_is_confirmed_lives_as_long_as_a_new_one() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(deleted=True), full=False)
    rig.clock.now += timedelta(days=80)
    bring_in(rig, 2, entry(deleted=True), full=False)
    expires = int((rig.clock.now + timedelta(days=90)).timestamp())
    assert rig.table.items[PARTITION.pk][AT.sk]["expires"] == expires


def test_confirming_a_deletion_does_not_make_an_unsettled_row_expire() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(), full=False)
    bring_in(rig, 2, entry(deleted=True), full=False)
    bring_in(rig, 3, entry(deleted=True), full=False)
    row = rig.table.items[PARTITION.pk][AT.sk]
    assert (row["version"], "expires" in row, "todo" in row) == (version(3), False, True)


def test_a_delta_that_confirms_disturbs_nobody() -> None:
    rig = Rig()
    bring_in(rig, 1, entry(), full=False)
    before = rig.table.row(AT.text)
    rig.transform.take()
    bring_in(rig, 2, entry(), full=False)
    assert rig.table.row(AT.text) == before
    assert rig.table.items[PARTITION.pk][AT.sk]["version"] == version(2)
    assert rig.transform.keys() == []


@pytest.mark.parametrize("times", [1, 3, module.ATTEMPTS - 1])
def test_a_row_that_moves_is_read_and_compared_again(times: int) -> None:
    table = BusyTable()
    rig = Rig(table)
    bring_in(rig, 1, entry())
    table.at, table.times = item_key(AT), times
    table.meddle = lambda busy: owe(busy, busy.row(AT.text), NOW)
    rig.transform.take()
    bring_in(rig, 2, entry(record="[]"))
    assert rig.table.row(AT.text).record == "[]"
    assert rig.table.row(AT.text).rev == int(NOW.timestamp() * 1000) + times + 1
    assert rig.transform.keys() == [AT.text]


def test_a_row_that_appears_meanwhile_is_compared_again() -> None:
    table = BusyTable()
    rig = Rig(table)
    table.at, table.times, later = item_key(AT), 1, Rig(table)
    table.meddle = lambda _: void(bring_in(later, 5, entry(record="[5]"), full=False))
    bring_in(rig, 2, entry(record="[2]"))
    assert rig.table.row(AT.text).record == "[5]"
    assert rig.transform.keys() == []


def test_a_row_that_vanishes_meanwhile_needs_no_deletion() -> None:
    table = BusyTable()
    rig = Rig(table)
    bring_in(rig, 1, entry())
    rig.transform.take()
    table.at, table.times = item_key(AT), 1
    table.meddle = lambda busy: void(busy.delete(item_key(AT)))
    bring_in(rig, 2)
    assert rig.rows() == {}
    assert rig.transform.keys() == []


def test_a_row_that_never_rests_is_left_for_later() -> None:
    table = BusyTable()
    rig = Rig(table)
    bring_in(rig, 1, entry())
    table.at, table.times = item_key(AT), 1000
    table.meddle = lambda busy: owe(busy, busy.row(AT.text), NOW)
    doing = work(rig, 2)
    with pytest.raises(RowKeepsMovingError):
        doing.bring_in(PARTITION, question(rig, 2), {})
    assert not doing.wrote
    assert rig.table.row(AT.text).record == "{}"
    assert watermark_of(rig.table.get(watermark_key(PARTITION))).version == version(1)


def void(_: object) -> None:
    """For lambdas that give nothing back."""


@dataclass
class WatchfulQueue(MemoryQueue):
    """Knows how many rows were there at every sending."""

    table: MemoryTable = field(default_factory=MemoryTable)
    rows: list[int] = field(default_factory=list)

    def send(self, messages: Iterable[Outgoing]) -> None:
        sent = list(messages)
        for message in sent:
            for text in json.loads(message.body)["keys"]:
                assert RowKey.parse(text).sk in self.table.items[PARTITION.pk]
        self.rows.append(len(self.table.items[PARTITION.pk]))
        super().send(sent)


def test_keys_are_sent_after_their_rows_chunk_by_chunk() -> None:
    table = MemoryTable()
    queue = WatchfulQueue(table=table)
    rig = Rig(table, transform=queue)
    partition, entries = many(2 * CHUNK + 1)
    work(rig, 1).bring_in(partition, question(rig, 1, full=False), entries)
    assert queue.rows == [CHUNK, 2 * CHUNK, 2 * CHUNK + 1]
    assert sorted(queue.keys()) == sorted(key(sk).text for sk in entries)
