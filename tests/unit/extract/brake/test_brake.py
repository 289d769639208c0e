"""The brake: losses of too many are held, whole; everything else of the export flows."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from kiwi_extract.bookkeeping.mandanten import seen_mandanten
from kiwi_extract.bookkeeping.runs import Status
from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.holds import Count, read_hold

from tests.unit.extract.brake.houses import (
    Houses,
    changed,
    counted,
    hold,
    houses,
    numbers,
    status,
    synchronize,
    together,
    without,
)
from tests.unit.extract.exports import CONNECTION, delta, full, lease, tenant, unit
from tests.unit.extract.rig import Rig, text

TEN = numbers(10)
LOSING = numbers(3)
NEW = numbers(1, first=50)
ELSEWHERE = {"wirtschaftseinheit": "100", "nummer": "999"}


def letting(mandanten: tuple[str, ...] = ("0001",), **limits: Any) -> Rig:
    """A rig that has brought ten tenants in each Mandant to KIWI."""
    rig = Rig()
    rig.settings.store(*mandanten, **({"brake_agreements": 2, "brake_percent": 5} | limits))
    rig.extract(full(1, mandanten=mandanten, **together(*(houses(TEN, mandant) for mandant in mandanten))))
    assert len(synchronize(rig)) == 10 * len(mandanten)
    return rig


def removed(section: str) -> Callable[[Houses], Houses]:
    return lambda there: without(there, section, LOSING)


def rewritten(section: str, **fields: object) -> Callable[[Houses], Houses]:
    return lambda there: changed(there, section, LOSING, **fields)


WAYS: dict[str, tuple[Callable[[Houses], Houses], Loss]] = {
    "leases removed": (removed("mietvertraege"), Loss.REMOVED),
    "tenants removed": (removed("mieter"), Loss.REMOVED),
    "units removed": (removed("verwaltungseinheiten"), Loss.REMOVED),
    "no e-mail": (rewritten("mieter", email=None), Loss.NO_EMAIL),
    "no valid e-mail": (rewritten("mieter", email="nobody"), Loss.INVALID_EMAIL),
    "another tenant": (rewritten("mietvertraege", mieter=["010"]), Loss.TENANT_DROPPED),
    "an unknown unit": (rewritten("mietvertraege", verwaltungseinheit=ELSEWHERE), Loss.UNIT_GONE),
}


@pytest.mark.parametrize("way", WAYS)
def test_whichever_way_too_many_would_lose_it_is_held_and_the_rest_flows(way: str) -> None:
    make, reason = WAYS[way]
    rig = letting()
    before = synchronize(rig)
    more = together(make(houses(TEN)), houses(NEW))
    assert rig.extract(full(2, **changed(more, "verwaltungseinheiten", TEN, ort="Bonn"))) is Status.HELD
    assert synchronize(rig) == {*before, "0001/050/050"}
    assert '"Bonn"' in rig.live()[f"{CONNECTION}/verwaltungseinheit/0001/100/010"]
    found = hold(rig, 2)
    assert (found.status, found.counts) == (HoldStatus.STANDING, {"0001": Count(3, 10, 3)})
    assert {lost.reason for lost in found.keys} == {reason}
    assert {lost.agreement for lost in found.keys} == {
        f"{CONNECTION}/rental_agreement/0001/{n}/{n}" for n in LOSING
    }
    assert rig.run(2)["status"] == "held"
    assert rig.counts(2)["held"] == 3
    assert rig.documents.kept == ["c1/e2"]


@pytest.mark.parametrize("way", WAYS)
def test_as_many_as_are_allowed_may_lose(way: str) -> None:
    rig = letting(brake_agreements=3)
    make, _ = WAYS[way]
    assert rig.extract(full(2, **make(houses(TEN)))) is Status.DONE
    assert synchronize(rig) == {f"0001/{n}/{n}" for n in TEN if n not in LOSING} | (
        {f"0001/{n}/010" for n in LOSING} if way == "another tenant" else set()
    )
    assert read_hold(rig.table, CONNECTION, "e2") is None


def test_a_record_that_is_held_stays_whole_and_keeps_its_version() -> None:
    rig = letting()
    rig.extract(full(2, **changed(houses(TEN), "mieter", LOSING, email=None, nachname="Neu")))
    assert "Neu" not in rig.live()[text("001")]
    late = delta(1, [tenant("001", nachname="Newer than the row, older than the hold")])
    late["export_id"], late["exported_at"] = "e1b", full(1)["exported_at"]
    rig.extract(late)
    assert "Newer" in rig.live()[text("001")], "the hold has not moved what older exports may say"


@pytest.mark.parametrize(("percent", "held"), [(29.9, True), (30, False)])
def test_both_limits_must_be_exceeded(percent: float, *, held: bool) -> None:
    rig = letting(brake_percent=percent)
    rig.extract(full(2, **without(houses(TEN), "mieter", LOSING)))
    assert (rig.run(2)["status"] == "held") is held


def test_zero_and_zero_hold_whatever_loses_anybody() -> None:
    rig = letting(brake_agreements=0, brake_percent=0)
    rig.extract(full(2, **without(houses(TEN), "mieter", ["001"])))
    assert status(rig, 2) is HoldStatus.STANDING


def test_what_costs_nobody_access_flows_though_losses_are_held() -> None:
    rig = letting()
    idle = unit("700"), tenant("701", email=None), lease("702", mieter=["999"])
    rig.extract(delta(2, [idle[1]], verwaltungseinheiten=[idle[0]], mietvertraege=[idle[2]]))
    synchronize(rig)
    rig.extract(full(3, **without(houses(TEN), "mieter", LOSING)))
    assert rig.counts(3)["gone"] == 3, "the idle ones"
    assert rig.counts(3)["held"] == 3


def test_a_lease_that_moves_to_a_unit_of_the_same_export_loses_nothing() -> None:
    rig = letting(brake_agreements=0, brake_percent=0)
    moved = changed(houses(TEN), "mietvertraege", LOSING, verwaltungseinheit=ELSEWHERE)
    rig.extract(full(2, **moved | {"verwaltungseinheiten": [*moved["verwaltungseinheiten"], unit("999")]}))
    assert rig.run(2)["status"] == "done"


@pytest.mark.parametrize("scope", ["full", "delta"])
def test_a_lease_that_moves_to_a_unit_that_goes_is_held_with_it(scope: str) -> None:
    rig = letting()
    rig.extract(delta(2, verwaltungseinheiten=[unit("999")]))
    synchronize(rig)
    moved = changed(houses(TEN), "mietvertraege", LOSING, verwaltungseinheit=ELSEWHERE)
    going = {"geloescht": {"verwaltungseinheiten": [{"mandant": "0001", **ELSEWHERE}]}}
    rig.extract(full(3, **moved) if scope == "full" else delta(3, **moved) | going)
    assert len(synchronize(rig)) == 10
    assert rig.counts(3)["held"] == 3


def test_a_lease_that_moves_to_a_unit_that_has_gone_before_is_held() -> None:
    rig = letting()
    rig.extract(delta(2, verwaltungseinheiten=[unit("999")]))
    rig.extract(full(3, **houses(TEN)))
    rig.extract(full(4, **changed(houses(TEN), "mietvertraege", LOSING, verwaltungseinheit=ELSEWHERE)))
    assert (rig.run(4)["status"], len(synchronize(rig))) == ("held", 10)


def test_mandanten_are_judged_each_by_itself() -> None:
    both = ("0001", "0002")
    rig = letting(both)
    there = together(without(houses(TEN), "mieter", LOSING), without(houses(TEN, "0002"), "mieter", ["001"]))
    rig.extract(full(2, mandanten=both, **there))
    assert hold(rig, 2).counts == {"0001": Count(3, 10, 3)}
    assert len(synchronize(rig)) == 19


def test_a_deselected_mandant_is_held_and_not_forgotten() -> None:
    rig = letting(("0001", "0002"))
    rig.settings.store("0001", brake_agreements=2)
    rig.extract(full(2, **houses(TEN)))
    assert hold(rig, 2).counts == {"0002": Count(10, 10, 30)}
    assert {lost.reason for lost in hold(rig, 2).keys} == {Loss.DESELECTED}
    assert len(synchronize(rig)) == 20
    assert set(seen_mandanten(rig.table, CONNECTION)) == {"0001", "0002"}


def test_a_delta_is_judged_like_a_full_export() -> None:
    rig = letting()
    gone = [{"mandant": "0001", "nummer": nummer} for nummer in LOSING]
    rig.extract(delta(2, [tenant("004", firma="x")], gone))
    assert (rig.run(2)["status"], rig.counts(2)["changed"]) == ("held", 1)
    assert len(synchronize(rig)) == 10


def test_who_is_on_the_way_out_already_is_not_lost_again() -> None:
    rig = letting(brake_agreements=0, brake_percent=0)
    for row in rig.rows().values():
        if row.key.numbers == ("001", "001"):
            rig.table.items[row.key.pk][row.key.sk]["reason"] = "gone"
    rig.extract(full(2, **without(houses(TEN), "mieter", ["001"])))
    assert rig.run(2)["status"] == "done"


def test_an_agreement_in_doubt_counts() -> None:
    rig = letting(brake_agreements=0, brake_percent=0)
    for row in rig.rows().values():
        if row.key.numbers == ("001", "001"):
            item = rig.table.items[row.key.pk][row.key.sk]
            del item["kiwi_id"]
            item["doubt"] = "x"
    rig.extract(full(2, **without(houses(TEN), "mieter", ["001"])))
    assert hold(rig, 2).counts == {"0001": Count(1, 10, 1)}


def test_a_hold_lists_a_hundred_agreements_and_counts_all() -> None:
    rig = Rig()
    many = numbers(150)
    rig.extract(full(1, **houses(many)))
    synchronize(rig)
    rig.extract(full(2, **houses([])))
    assert hold(rig, 2).counts == {"0001": Count(150, 150, 450)}
    assert len(hold(rig, 2).keys) == 100


def test_neither_hold_nor_run_has_a_person_s_data() -> None:
    rig = letting()
    rig.extract(full(2, **changed(houses(TEN), "mieter", LOSING, email=None, nachname="Geheim")))
    kept = [rig.table.items[f"%hold#{CONNECTION}"], rig.table.items[f"%run#{CONNECTION}"]]
    assert "Geheim" not in json.dumps(kept)
    assert "example.org" not in json.dumps(kept)


def test_an_unchanged_export_is_read_once_and_no_agreement_is_looked_at() -> None:
    rig = letting()
    assert counted(rig, full(2, **houses(TEN))) == {
        "verwaltungseinheit": 16,
        "mieter": 16,
        "mietvertrag": 16,
        f"%hold#{CONNECTION}": 1,
    }


def test_what_changes_without_a_loss_is_read_twice_and_no_agreement_is_looked_at() -> None:
    rig = letting()
    queried = counted(rig, full(2, **changed(houses(TEN), "mieter", TEN, nachname="Neu")))
    assert queried["verwaltungseinheit"] == queried["mietvertrag"] == 16
    assert 16 < queried["mieter"] <= 32
    assert queried["rental_agreement"] == 0
    assert counted(rig, delta(3, [tenant("001", nachname="Neuer")])) == {}


def test_agreements_are_read_where_something_might_be_lost() -> None:
    rig = letting()
    assert counted(rig, full(2, **without(houses(TEN), "mieter", ["001"])))["rental_agreement"] == 16
