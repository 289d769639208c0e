"""A dry run writes a plan and nothing else."""

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy

import pytest
from kiwi_extract.bookkeeping.connection_lock import connection_lock
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Change, Item

from tests.fakes.memory import MemoryTable
from tests.unit.extract.brake.houses import approve, changed, without
from tests.unit.extract.exports import CONNECTION, Export, delta, full, lease, tenant, unit
from tests.unit.extract.plan.prepared import NEXT, THREE, lines, prepared
from tests.unit.extract.rig import Rig


def test_a_dry_run_leaves_a_plan_and_its_own_run_and_nothing_else() -> None:
    rig = prepared()
    before = deepcopy(rig.table.items)
    plan = rig.plan(full(2, **NEXT))
    run = rig.table.items[f"%run#{CONNECTION}"].pop("e2#plan")
    assert rig.table.items == before
    assert (rig.transform.sent, rig.load.sent) == ([], [])
    assert (run["status"], run["plan"]) == ("planned", f"plan {CONNECTION}/e2")
    counts = json.loads(str(run["counts"]))
    assert counts["read"] == {"verwaltungseinheiten": 3, "mieter": 3, "mietvertraege": 2}
    assert (counts["changed"], counts["gone"], counts["unchanged"]) == (1, 1, 7)
    assert (plan["export_id"], plan["scope"], plan["state"]["owed"]) == ("e2", "full", 0)


def test_a_dry_run_leaves_the_real_run_alone() -> None:
    rig = prepared()
    before = dict(rig.run(1))
    rig.plan(full(1, **THREE))
    assert rig.run(1) == before


def test_the_plan_of_the_same_export_again_is_empty() -> None:
    rig = prepared()
    plan = rig.plan(full(2, **THREE))
    assert (plan["lines"], plan["counts"], plan["rows"]["unchanged"]) == ([], [], 9)


def test_a_first_export_would_create_everything_and_says_who_is_skipped() -> None:
    rig = Rig()
    people = [tenant("1"), tenant("2", email=None), tenant("3", email="?")]
    plan = rig.plan(
        full(1, people, verwaltungseinheiten=[unit("0001")], mietvertraege=[lease("L", mieter=["1", "2"])])
    )
    assert lines(plan, "create") == {"rental_unit/100/0001", "tenant/1", "rental_agreement/L/1"}
    assert lines(plan, "skip") == {"tenant/2", "tenant/3", "rental_agreement/L/2"}
    reasons = {(one["kind"], one["reason"]): one["count"] for one in plan["reasons"]}
    assert reasons == {
        ("tenant", "no_email"): 1,
        ("tenant", "invalid_email"): 1,
        ("rental_agreement", "tenant_not_synchronized"): 1,
    }


def test_losses_that_are_too_many_would_be_held() -> None:
    rig = prepared()
    rig.settings.store(brake_agreements=0, brake_percent=0)
    plan = rig.plan(full(2, **without(THREE, "mietvertraege", ["002", "003"])))
    assert lines(plan, "hold") == {"mietvertrag/002", "mietvertrag/003"}
    assert lines(plan, "delete") == set()
    assert plan["holds"] == [{"mandant": "0001", "lost": 2, "total": 3, "records": 2}]
    assert not rig.table.items.get(f"%hold#{CONNECTION}")


def test_an_approved_export_is_planned_as_approved() -> None:
    rig = prepared()
    rig.settings.store(brake_agreements=0, brake_percent=0)
    export = full(2, **without(THREE, "mietvertraege", ["003"]))
    rig.extract(export)
    approve(rig, 2)
    assert "rental_agreement/003/003" in lines(rig.plan(export), "delete")


def test_values_are_never_in_a_plan_of_a_dry_run() -> None:
    rig = prepared()
    export = full(2, **changed(THREE, "mieter", ["001"], vorname="Gunhild", email="g@x.de"))
    text = json.dumps(rig.plan(export))
    assert '"fields": ["email_address", "first_name"]' in text
    assert "Gunhild" not in text
    assert "g@x.de" not in text


def test_what_is_rejected_is_listed() -> None:
    rig = prepared()
    plan = rig.plan(full(2, **changed(THREE, "mieter", ["002"], vorname=[])))
    assert plan["rejected"]["count"] == 1
    assert plan["rejected"]["records"][0]["key"] == "0001/002"
    assert plan["lines"] == []


def test_a_deselected_mandant_would_be_gone() -> None:
    rig = prepared()
    rig.settings.store("0002")
    plan = rig.plan(full(2, mandanten=["0002"]))
    assert len(lines(plan, "delete")) == 9


def test_without_time_there_is_no_plan() -> None:
    rig = prepared()
    with pytest.raises(RejectedExportError) as refused:
        rig.plan(full(2, **NEXT), minutes=0.5)
    assert refused.value.reason is RejectedExport.PLAN_TOO_LARGE


def test_a_plan_says_when_the_state_was_not_at_rest() -> None:
    rig = Rig()
    rig.extract(full(1, **THREE))
    plan = rig.plan(full(2, **NEXT))
    assert plan["state"]["owed"] == 9
    assert plan["state"]["busy"] is False


def moved_to(number: str) -> Export:
    """The lease of the first tenant, in another unit."""
    home = {"wirtschaftseinheit": "100", "nummer": number}
    return delta(2, mietvertraege=[lease("001", mieter=["001"], verwaltungseinheit=home)])


def test_agreements_that_move_to_different_units_have_different_hashes() -> None:
    rig = prepared()
    ((one,), (other,)) = (rig.plan(moved_to(number))["lines"] for number in ("002", "003"))
    assert (one["action"], one["fields"]) == ("replace", ["rental_unit"])
    assert one["old_hash"] == other["old_hash"] != one["new_hash"] != other["new_hash"] != one["old_hash"]


def test_the_fields_of_an_agreement_that_is_in_another_unit_than_desired_are_not_known() -> None:
    rig = prepared()
    row = next(row for text, row in rig.rows().items() if text.endswith("rental_agreement/0001/001/001"))
    rig.table.update(row.at, Change(put={"identity_hash": "of another unit"}))
    ((line),) = rig.plan(moved_to("002"))["lines"]
    assert line["action"] == "replace"
    assert "fields" not in line


class LendingTable(MemoryTable):
    """While rows are read, somebody's lease ends."""

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        self.items.get(f"%connection#{CONNECTION}", {}).pop("lease", None)
        return super().query(pk, prefix=prefix, only=only)


def test_a_plan_says_that_an_export_was_being_worked_though_it_has_ended_by_then() -> None:
    rig = prepared(LendingTable())
    entered = connection_lock(rig.table, CONNECTION, rig.deadline())
    with entered:
        assert rig.plan(full(2, **NEXT))["state"]["busy"] is True


def test_a_dry_run_does_not_log_that_losses_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr(
        "kiwi_extract.brake.held_losses.logger.warning",
        lambda text, **more: logged.append(f"{text} {more['lost']}"),
    )
    rig = prepared()
    rig.settings.store(brake_agreements=0, brake_percent=0)
    export = full(2, **without(THREE, "mietvertraege", ["002", "003"]))
    rig.plan(export)
    assert logged == []
    assert rig.extract(export) is Status.HELD
    assert logged == ["losses held 2"]
