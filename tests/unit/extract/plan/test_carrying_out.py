"""Carrying out a plan does this and nothing else: it is refused when anything has moved."""

from collections.abc import Callable
from copy import deepcopy
from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.compare.watermark import WATERMARK
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Change

from tests.unit.extract.brake.houses import changed, houses, numbers, settle, without
from tests.unit.extract.exports import CONNECTION, Export, delta, full, gone, lease, tenant
from tests.unit.extract.plan.prepared import NEXT, THREE, lines, prepared
from tests.unit.extract.plan.world import in_kiwi
from tests.unit.extract.rig import Rig, key
from tests.unit.extract.tables import CrashError, CrashingTable


def test_a_plan_is_carried_out() -> None:
    rig = prepared()
    export = full(2, **NEXT)
    plan = rig.plan(export)
    # A dry run by its own words: the plan's fingerprint says otherwise.
    status = rig.extract(export | {"dry_run": True}, plan=plan["state"]["fingerprint"])
    assert status is Status.DONE
    assert rig.run(2)["plan"] == plan["state"]["fingerprint"]
    assert rig.counts(2)["changed"] == 1


def touch_row(rig: Rig) -> None:
    rig.table.update((key("002").pk, "002"), Change(add={"rev": 1}))


def settle_owed(rig: Rig) -> None:
    rig.table.update((key("002").pk, "002"), Change(put={"todo": "x", "todo_at": "y"}))


def other_export(rig: Rig) -> None:
    rig.extract(full(1, **THREE) | {"export_id": "e1b"})


def other_delta(rig: Rig) -> None:
    rig.extract(delta(1, [tenant("999")]))


def other_settings(rig: Rig) -> None:
    rig.settings.store(brake_agreements=21)


def move_watermark(rig: Rig) -> None:
    rig.table.update((key("002").pk, WATERMARK), Change(put={"exempt": '{"002": ""}'}))


@pytest.mark.parametrize(
    "moves", [touch_row, settle_owed, other_export, other_delta, other_settings, move_watermark]
)
def test_a_plan_is_refused_once_anything_has_moved(moves: Callable[[Rig], None]) -> None:
    rig = prepared()
    export = full(2, **NEXT)
    plan = rig.plan(export)
    moves(rig)
    before = deepcopy(rig.table.items)
    with pytest.raises(RejectedExportError) as refused:
        rig.extract(export, plan=plan["state"]["fingerprint"])
    assert refused.value.reason is RejectedExport.PLAN_OUTDATED
    assert rig.table.items == before


@pytest.mark.parametrize(
    "other",
    [
        full(2, **THREE),
        full(3, **NEXT),
        delta(2, **NEXT),
        full(2, **changed(NEXT, "mieter", ["002"], firma=[])),
        full(
            2, ["nobody"], **{section: NEXT[section] for section in ("verwaltungseinheiten", "mietvertraege")}
        ),
    ],
)
def test_another_export_does_not_pass_for_the_planned_one(other: Export) -> None:
    rig = prepared()
    plan = rig.plan(full(2, **NEXT))
    with pytest.raises(RejectedExportError) as refused:
        rig.extract(other, plan=plan["state"]["fingerprint"])
    assert refused.value.reason is RejectedExport.PLAN_OUTDATED


def test_a_delta_s_plan_looks_only_at_the_rows_that_it_names() -> None:
    rig = prepared()
    export = delta(2, [tenant("001", vorname="Erika")], [gone("777")])
    fingerprint = rig.plan(export)["state"]["fingerprint"]
    touch_row(rig)
    assert rig.extract(export, plan=fingerprint) is Status.DONE


def test_what_goes_on_with_a_plan_is_not_refused_for_its_own_writes() -> None:
    rig = prepared(CrashingTable())
    export = full(2, **houses(numbers(9)))
    fingerprint = rig.plan(export)["state"]["fingerprint"]
    assert isinstance(rig.table, CrashingTable)
    rig.table.left = 8
    with pytest.raises(CrashError):
        rig.extract(export, plan=fingerprint)
    rig.table.left = None
    rig.table.items[f"%connection#{CONNECTION}"].pop("lease", None)
    assert rig.extract(export, plan=fingerprint) is Status.DONE
    assert len(rig.tenants()) == 9


def test_without_time_a_plan_is_not_carried_out() -> None:
    rig = prepared()
    export = full(2, **NEXT)
    fingerprint = rig.plan(export)["state"]["fingerprint"]
    with pytest.raises(RejectedExportError) as refused:
        rig.extract(export, minutes=0.5, plan=fingerprint)
    assert getattr(refused.value, "reason", None) is RejectedExport.PLAN_TOO_LARGE
    settle(rig)
    assert rig.tenants() == {"001", "002", "003"}


HOME = {"wirtschaftseinheit": "100", "nummer": "002"}


def more_leases(rig: Rig) -> None:
    """Leases of the tenant that a delta deletes, and that it does not name."""
    rig.clock.now += timedelta(minutes=1)
    rig.extract(
        delta(1, mietvertraege=[lease(nummer, mieter=["001"], verwaltungseinheit=HOME) for nummer in "789"])
        | {"export_id": "e1b"}
    )
    at = (key("001").pk, "001")
    rev = rig.table.items[at[0]][at[1]]["rev"]
    in_kiwi(rig)
    # The tenant itself has not moved.
    rig.table.update(at, Change(put={"rev": rev}))


def test_a_delta_s_plan_is_refused_once_it_would_do_more_than_its_lines() -> None:
    rig = prepared()
    export = delta(2, deleted=[gone("001")])
    plan = rig.plan(export)
    assert lines(plan, "delete") == {"tenant/001", "rental_agreement/001/001"}
    more_leases(rig)
    with pytest.raises(RejectedExportError) as refused:
        rig.extract(export, plan=plan["state"]["fingerprint"])
    assert refused.value.reason is RejectedExport.PLAN_OUTDATED
    again = rig.plan(export)
    assert len(lines(again, "delete")) == 5
    assert rig.extract(export, plan=again["state"]["fingerprint"]) is Status.DONE


def crashed(rig: Rig, export: Export, fingerprint: str, left: int) -> None:
    """Crash after so many writes while a plan is carried out."""
    assert isinstance(rig.table, CrashingTable)
    rig.table.left = left
    with pytest.raises(CrashError):
        rig.extract(export, plan=fingerprint)
    rig.table.left = None
    rig.table.items[f"%connection#{CONNECTION}"].pop("lease", None)


def has_written(rig: Rig, hour: int) -> bool:
    """Whether a row or a watermark is as an export of this hour has left it."""
    return any(
        str(item.get("version", "")).endswith(f"e{hour}")
        for pk, items in rig.table.items.items()
        for item in items.values()
        if not pk.startswith("%")
    )


def writes_until_the_first_row(export: Export) -> int:
    """How many writes come before the first that a plan is checked against."""
    for left in range(20):
        rig = prepared(CrashingTable())
        crashed(rig, export, rig.plan(export)["state"]["fingerprint"], left)
        if has_written(rig, 2):
            return left - 1
    raise AssertionError("never written")


@pytest.mark.parametrize("moves", [other_delta, other_settings, touch_row])
def test_what_has_begun_and_written_nothing_is_compared_again(moves: Callable[[Rig], None]) -> None:
    export = full(2, **NEXT)
    # The last write before the first row says that it begins: who dies then is trusted.
    first = writes_until_the_first_row(export)
    for left in range(first):
        rig = prepared(CrashingTable())
        fingerprint = rig.plan(export)["state"]["fingerprint"]
        crashed(rig, export, fingerprint, left)
        moves(rig)
        with pytest.raises(RejectedExportError) as refused:
            rig.extract(export, plan=fingerprint)
        assert refused.value.reason is RejectedExport.PLAN_OUTDATED
        assert not has_written(rig, 2)


def test_what_has_written_goes_on_though_something_newer_came_but_not_under_other_settings() -> None:
    export = full(2, **NEXT)
    first = writes_until_the_first_row(export)
    for moves, refused in ((other_delta, False), (other_settings, True)):
        rig = prepared(CrashingTable())
        fingerprint = rig.plan(export)["state"]["fingerprint"]
        crashed(rig, export, fingerprint, first + 1)
        moves(rig)
        if refused:
            with pytest.raises(RejectedExportError):
                rig.extract(export, plan=fingerprint)
        else:
            assert rig.extract(export, plan=fingerprint) is Status.DONE


def test_what_has_decided_on_losses_and_written_nothing_decides_alike() -> None:
    for left in range(writes_until_the_first_row(full(2, **NEXT))):
        rig = prepared(CrashingTable())
        rig.settings.store(brake_agreements=1, brake_percent=0)
        export = full(2, **without(THREE, "mietvertraege", ["003"]))
        fingerprint = rig.plan(export)["state"]["fingerprint"]
        crashed(rig, export, fingerprint, left)
        assert rig.extract(export, plan=fingerprint) is Status.DONE


@pytest.mark.parametrize("status", [Status.DONE, Status.HELD])
def test_a_plan_that_comes_twice_has_been_carried_out_and_says_so(status: Status) -> None:
    rig = prepared()
    if status is Status.HELD:
        rig.settings.store(brake_agreements=0, brake_percent=0)
    export = full(2, **NEXT)
    fingerprint = rig.plan(export)["state"]["fingerprint"]
    assert rig.extract(export, plan=fingerprint) is status
    before = deepcopy(rig.table.items)
    assert rig.extract(export, plan=fingerprint) is status
    assert {pk: items for pk, items in rig.table.items.items() if "%connection" not in pk} == {
        pk: items for pk, items in before.items() if "%connection" not in pk
    }


def test_a_plan_takes_over_what_an_ordinary_run_has_left() -> None:
    rig = prepared(CrashingTable())
    export = full(2, **houses(numbers(9)))
    assert isinstance(rig.table, CrashingTable)
    rig.table.left = 8
    with pytest.raises(CrashError):
        rig.extract(export)
    rig.table.left = None
    rig.table.items[f"%connection#{CONNECTION}"].pop("lease", None)
    fingerprint = rig.plan(export)["state"]["fingerprint"]
    crashed(rig, export, fingerprint, 8)
    assert rig.run(2)["plan"] == fingerprint
    assert rig.extract(export, plan=fingerprint) is Status.DONE
    assert rig.run(2)["plan"] == fingerprint
