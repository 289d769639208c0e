"""The changes of an export in a partition: each record and each absence judged by itself."""

from collections.abc import Mapping

import pytest
from kiwi_extract.compare.compare import (
    Comparison,
    PartitionScope,
    Write,
    compare,
    fingerprint_of,
    next_watermark,
)
from kiwi_extract.compare.watermark import Watermark
from kiwi_extract.records.entry import Entry
from kiwi_sync.state.table import Item, Value

SHAPE = "shape"
RECORD = '{"nummer":"1"}'
OLD, EQUAL, NEW = "1", "2", "3"
"""Versions before the export's, its own, and later."""
AT = EQUAL


def entry(sk: str = "k", record: str | None = RECORD, *, deleted: bool = False, bad: bool = False) -> Entry:
    text = None if deleted or bad else record
    return Entry("mieter", 0, deleted, "1", sk, text, None, "not_text" if bad else None)


def row(version: str, **attributes: Value) -> Item:
    return {"version": version, "rev": 1, "fingerprint": fingerprint_of(RECORD, SHAPE), **attributes}


def judged(
    told: Entry | None,
    present: Item | None,
    watermark: Watermark | None = None,
    *,
    full: bool = True,
    judges: bool = True,
    continues: bool = False,
) -> Comparison:
    entries = {} if told is None else {"k": told}
    rows = {} if present is None else {"k": present}
    question = PartitionScope(AT, full, SHAPE, judges_absence=judges, continues=continues)
    return compare(question, entries, rows, watermark or Watermark())


def tally(comparison: Comparison) -> dict[str, int]:
    names = ("unchanged", "changed", "gone", "outdated", "accepted")
    counted = {name: getattr(comparison, name) for name in names}
    return {name: count for name, count in counted.items() if count}


def whats(comparison: Comparison) -> list[Write]:
    return [change.write for change in comparison.changes]


GONE: Mapping[str, Value] = {"gone": True}


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize(
    ("told", "present", "changes", "counted"),
    [
        (entry(), None, [Write.RECORD], "changed"),
        (entry(record="{}"), row(OLD), [Write.RECORD], "changed"),
        (entry(), row(OLD, **GONE), [Write.RECORD], "changed"),
        (entry(record="{}"), row(EQUAL), [Write.RECORD], "changed"),
        (entry(deleted=True), None, [Write.TOMBSTONE], "gone"),
        (entry(deleted=True), row(OLD), [Write.GONE], "gone"),
        (entry(), row(EQUAL), [], "unchanged"),
        (entry(), row(EQUAL, todo="t"), [Write.SEND], "unchanged"),
        (entry(deleted=True), row(EQUAL, **GONE), [], None),
        (entry(deleted=True), row(EQUAL, **GONE, todo="t"), [Write.SEND], None),
    ],
)
def test_what_is_new_enough(
    told: Entry, present: Item | None, changes: list[Write], counted: str | None, *, full: bool
) -> None:
    comparison = judged(told, present, full=full)
    assert whats(comparison) == changes
    assert tally(comparison) == {"accepted": 1} | ({counted: 1} if counted else {})
    assert all((change.sk, change.row) == ("k", present) for change in comparison.changes)


@pytest.mark.parametrize("told", [entry(), entry(record="{}"), entry(deleted=True)])
@pytest.mark.parametrize(
    ("present", "watermark"),
    [
        (row(NEW), Watermark()),
        (row(NEW, **GONE), Watermark()),
        (row(NEW, todo="t"), Watermark()),
        (row(OLD), Watermark(NEW, NEW)),
        (None, Watermark(NEW, NEW)),
        (None, Watermark(NEW, NEW, {"other": OLD})),
        (row(OLD), Watermark(OLD, OLD, {"k": NEW})),
    ],
)
@pytest.mark.parametrize("full", [True, False])
def test_what_is_outdated_changes_nothing(
    told: Entry, present: Item | None, watermark: Watermark, *, full: bool
) -> None:
    comparison = judged(told, present, watermark, full=full)
    assert (whats(comparison), tally(comparison), comparison.exempt) == ([], {"outdated": 1}, {})


def test_an_unchanged_record_costs_a_full_export_nothing_and_moves_a_delta_s_row() -> None:
    assert whats(judged(entry(), row(OLD, todo="t"))) == []
    assert whats(judged(entry(), row(OLD), full=False)) == [Write.VERSION]
    assert whats(judged(entry(deleted=True), row(OLD, **GONE), full=False)) == [Write.VERSION]
    assert whats(judged(entry(), row(OLD), Watermark(AT, AT), full=False)) == []


@pytest.mark.parametrize("present", [row(OLD), row(OLD, **GONE), row(NEW), None])
@pytest.mark.parametrize("full", [True, False])
def test_rejected_is_not_gone_and_not_spoken_of(present: Item | None, *, full: bool) -> None:
    comparison = judged(entry(bad=True), present, Watermark(OLD, OLD), full=full)
    assert (whats(comparison), tally(comparison)) == ([], {})
    assert comparison.exempt == {"k": OLD if present is None else present["version"]}


def test_what_a_full_export_leaves_out_is_gone_if_absence_proves_anything() -> None:
    assert whats(judged(None, row(OLD))) == [Write.GONE]
    assert whats(judged(None, row(NEW))) == []
    assert whats(judged(None, row(OLD, **GONE))) == []
    unjudged = judged(None, row(OLD), Watermark(OLD, ""), judges=False)
    assert (whats(unjudged), unjudged.exempt) == ([], {"k": OLD})


def test_a_delta_judges_only_what_it_names() -> None:
    assert judged(None, row(OLD), full=False) == Comparison()


def test_an_exempt_key_without_a_row_stays_exempt_while_absence_proves_nothing() -> None:
    watermark = Watermark(OLD, OLD, {"k": ""})
    assert judged(None, None, watermark, judges=False).exempt == {"k": ""}
    assert judged(None, None, watermark).exempt == {}


@pytest.mark.parametrize(
    ("told", "present", "plain", "continued"),
    [
        (entry(), row(EQUAL), {"unchanged": 1}, {"changed": 1}),
        (entry(), row(OLD), {"unchanged": 1}, {"unchanged": 1}),
        (entry(deleted=True), row(EQUAL, **GONE), {}, {"gone": 1}),
        (entry(deleted=True), row(OLD, **GONE), {}, {}),
    ],
)
def test_a_continued_run_counts_what_it_wrote_before(
    told: Entry, present: Item, plain: dict[str, int], continued: dict[str, int]
) -> None:
    assert tally(judged(told, present)) == {"accepted": 1, **plain}
    assert tally(judged(told, present, continues=True)) == {"accepted": 1, **continued}


def test_the_fingerprint_covers_record_and_settings() -> None:
    prints = {fingerprint_of(record, shape) for record in ("{}", "{ }") for shape in ("a", "b")}
    assert len(prints) == 4


@pytest.mark.parametrize(
    ("before", "judges", "exempt", "after"),
    [
        (Watermark(), True, {}, Watermark(AT, AT)),
        (Watermark(OLD, OLD, {"x": ""}), True, {"k": OLD}, Watermark(AT, AT, {"k": OLD})),
        (Watermark(OLD, OLD, {"x": ""}), False, {"x": ""}, Watermark(AT, OLD, {"x": ""})),
        (Watermark(AT, AT, {"k": OLD}), True, {"k": OLD}, Watermark(AT, AT, {"k": OLD})),
        (Watermark(NEW, NEW), True, {}, Watermark(NEW, NEW)),
        (Watermark(NEW, ""), True, {}, Watermark(NEW, AT)),
        (Watermark(NEW, "", {"x": OLD}), True, {}, Watermark(NEW, AT, {"x": AT})),
        (Watermark(NEW, "", {"x": OLD}), True, {"x": OLD}, Watermark(NEW, AT, {"x": OLD})),
        (Watermark(NEW, "", {"x": OLD}), False, {"x": OLD}, Watermark(NEW, "", {"x": OLD})),
        (Watermark(NEW, ""), True, {"k": ""}, Watermark(NEW, AT, {"k": ""})),
        (Watermark(NEW, ""), True, {"k": NEW}, Watermark(NEW, AT)),
    ],
)
def test_the_next_watermark(
    before: Watermark, judges: bool, exempt: dict[str, str], after: Watermark
) -> None:
    question = PartitionScope(AT, True, SHAPE, judges_absence=judges)
    assert next_watermark(question, Comparison(exempt=exempt), before) == after
