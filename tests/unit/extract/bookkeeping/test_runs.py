"""The run's row: where an export stands, and how it ended."""

import json
from datetime import timedelta
from typing import Any

import pytest
from kiwi_extract.bookkeeping.runs import (
    UNKNOWN,
    Run,
    Status,
    Terms,
    begin,
    end,
    note_progress,
    refuse,
    resume,
)
from kiwi_extract.bookkeeping.tally import Tally
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.records.entry import Entry
from kiwi_sync.rules.reasons import RejectedExport

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION, NOW

REFUSAL = RejectedExportError(RejectedExport.COUNT_MISMATCH, "anzahl.mieter: says 2, but 1 records are there")


def row(table: MemoryTable, connection: str = CONNECTION, export_id: str = "e1") -> dict[str, Any]:
    return dict(table.items[f"%run#{connection}"][export_id])


def begun(table: MemoryTable, version: str = "v1", settings: int = 1, mapping: str | None = None) -> Run:
    run = resume(table, CONNECTION, "e1", version, Terms(settings, mapping=mapping))
    begin(table, run, NOW)
    return run


def progressed(table: MemoryTable) -> Run:
    run = begun(table)
    run.done |= {"a", "b"}
    run.staying.add("0002")
    run.tally = Tally(changed=2, accepted=3)
    note_progress(table, run)
    return run


def test_a_new_run() -> None:
    table = MemoryTable()
    assert begun(table) == Run(CONNECTION, "e1", "v1", Terms(1))
    there = row(table)
    assert there["status"] == "working"
    assert there["expires"] == int((NOW + timedelta(days=90)).timestamp())


def test_a_run_that_was_handed_back_goes_on() -> None:
    table = MemoryTable()
    before = progressed(table)
    again = begun(table)
    assert again.continues
    assert (again.done, again.staying, again.tally) == (before.done, before.staying, before.tally)


def test_a_run_that_crashed_goes_on_from_the_start() -> None:
    table = MemoryTable()
    begun(table)
    assert begun(table) == Run(CONNECTION, "e1", "v1", Terms(1), continues=True)


def test_under_other_settings_nothing_is_done() -> None:
    table = MemoryTable()
    progressed(table)
    for _ in range(2):
        assert begun(table, settings=2) == Run(CONNECTION, "e1", "v1", Terms(2), continues=True)


def test_with_another_mapping_nothing_is_done() -> None:
    table = MemoryTable()
    progressed(table)
    again = begun(table, mapping="m2")
    assert again.continues
    assert not again.done
    assert row(table)["mapping"] == "m2"
    note_progress(table, again)
    assert "mapping" in row(table)
    begun(table)
    assert "mapping" not in row(table)


def test_another_export_of_the_same_name_begins_anew() -> None:
    table = MemoryTable()
    progressed(table)
    assert begun(table, "v2") == Run(CONNECTION, "e1", "v2", Terms(1))
    assert "progress" not in row(table)


@pytest.mark.parametrize(
    ("tally", "status"),
    [
        (Tally(), Status.DONE),
        (Tally(accepted=1), Status.DONE),
        (Tally(outdated=1), Status.SUPERSEDED),
        (Tally(outdated=9, accepted=1), Status.DONE),
    ],
)
def test_how_a_run_ends(tally: Tally, status: Status) -> None:
    table = MemoryTable()
    run = progressed(table)
    run.tally = tally
    entry = Entry("mieter", 3, True, "1", None, None, "nummer", "missing")
    assert end(table, run, {"mieter": 4}, (7, [entry]), NOW) is status
    there = row(table)
    assert (there["status"], there["ended_at"]) == (status.value, "2026-11-22T12:00:00.000000Z")
    assert json.loads(there["counts"]) == {"read": {"mieter": 4}, "rejected": 7, **vars(tally)}
    place = {"kind": "mieter", "key": None, "field": "nummer", "reason": "missing"}
    assert json.loads(there["rejected"]) == [{**place, "place": "geloescht.mieter[3]"}]
    assert there.keys() & {"progress", "staying", "tally"} == set()


def test_after_its_end_a_run_begins_anew() -> None:
    table = MemoryTable()
    end(table, progressed(table), {}, (0, []), NOW)
    assert not begun(table).continues
    assert row(table).keys() & {"counts", "rejected", "reason"} == set()


def test_a_refusal() -> None:
    table = MemoryTable()
    progressed(table)
    refuse(table, CONNECTION, "e1", REFUSAL, "rejected/c1/m.json", NOW)
    there = row(table)
    assert (there["status"], there["reason"], there["detail"], there["kept"]) == (
        "rejected",
        "count_mismatch",
        REFUSAL.detail,
        "rejected/c1/m.json",
    )
    assert there.keys() & {"progress", "staying", "tally"} == set()
    assert not begun(table).continues
    assert row(table).keys() & {"reason", "detail", "kept"} == set()


def test_a_refusal_has_room_for_so_much_detail() -> None:
    table = MemoryTable()
    endless = RejectedExportError(RejectedExport.ENVELOPE_INVALID, "mandanten.0: must be a text; " * 20_000)
    refuse(table, CONNECTION, "e1", endless, None, NOW)
    assert row(table)["detail"] == endless.detail[:1000]


def test_a_run_has_room_for_so_many_rejected_records() -> None:
    table = MemoryTable()
    mandant, sk = "\U0001f600" * 64, "#".join(["\U0001f600" * 64] * 2)
    entries = [Entry("mieter", place, False, mandant, sk) for place in range(500)]
    end(table, begun(table), {}, (500, entries), NOW)
    shown = json.loads(str(row(table)["rejected"]))
    assert [one["place"] for one in shown] == [f"mieter[{place}]" for place in range(len(shown))]
    assert 50 < len(shown) < 100
    assert json.loads(str(row(table)["counts"]))["rejected"] == 500


def test_a_refusal_of_nobody_knows_whose() -> None:
    table = MemoryTable()
    refuse(table, None, "message-1", REFUSAL, None, NOW)
    assert row(table, UNKNOWN, "message-1")["kept"] == ""
