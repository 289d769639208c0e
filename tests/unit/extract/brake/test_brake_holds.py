"""The life of a hold: approved, rejected, replaced by a newer full export, repeated."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.runs import Status
from kiwi_sync.queues import Outgoing
from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.holds import Count, Lost, decide, read_hold, standing

from tests.fakes.memory import MemoryQueue
from tests.unit.extract.brake.houses import (
    approve,
    changed,
    hold,
    houses,
    numbers,
    reject,
    status,
    synchronize,
    together,
    without,
)
from tests.unit.extract.exports import CONNECTION, Export, delta, full, tenant
from tests.unit.extract.rig import Rig, text
from tests.unit.extract.tables import CrashError, CrashingTable

TEN = numbers(10)
LOSING = TEN[:3]
WHOLE = houses(TEN)
FEWER = without(WHOLE, "mieter", LOSING)


def letting(*mandanten: str) -> Rig:
    rig = Rig()
    rig.settings.store(*mandanten, brake_agreements=2)
    there = together(*(houses(TEN, mandant) for mandant in mandanten or ("0001",)))
    rig.extract(full(1, mandanten=mandanten or ("0001",), **there))
    synchronize(rig)
    return rig


def held(export: Export | None = None) -> Rig:
    rig = letting()
    assert rig.extract(export or full(2, **FEWER)) is Status.HELD
    synchronize(rig)
    return rig


def losing(hour: int, *gone: str) -> Export:
    return delta(hour, deleted=[{"mandant": "0001", "nummer": nummer} for nummer in gone])


def test_an_approved_export_is_carried_out_and_does_not_count() -> None:
    rig = held()
    approve(rig, 2)
    assert rig.extract(full(2, **FEWER)) is Status.DONE
    assert len(synchronize(rig)) == 7
    assert (status(rig, 2), hold(rig, 2).by) == (HoldStatus.CARRIED_OUT, "Erika")
    assert rig.extract(losing(3, "004", "005")) is Status.DONE


def test_a_record_with_a_lost_e_mail_and_a_new_name_gets_both_when_approved() -> None:
    export = full(2, **changed(WHOLE, "mieter", LOSING, email=None, nachname="Neu"))
    rig = held(export)
    assert "example.org" in rig.live()[text("001")]
    approve(rig, 2)
    rig.extract(export)
    assert "Neu" in rig.live()[text("001")]
    assert "example.org" not in rig.live()[text("001")]


def test_a_rejected_export_is_held_silently_whenever_it_comes_again() -> None:
    rig = held()
    reject(rig, 2)
    rig.settings.store(brake_agreements=100)
    rig.clock.now += timedelta(days=2)
    assert rig.extract(full(2, **FEWER)) is Status.HELD
    assert len(synchronize(rig)) == 10
    assert status(rig, 2) is HoldStatus.REJECTED


def test_a_repeat_updates_its_own_hold() -> None:
    rig = held()
    rig.extract(losing(3, "001"))
    synchronize(rig)
    rig.settings.store(brake_agreements=1)
    rig.extract(full(2, **FEWER))
    assert hold(rig, 2).counts == {"0001": Count(2, 9, 2)}
    assert (standing(rig.table, CONNECTION), rig.documents.kept) == (1, ["c1/e2"])


def test_a_newer_full_export_without_the_losses_ends_the_hold() -> None:
    rig = held()
    rig.extract(full(3, **WHOLE))
    assert (status(rig, 2), hold(rig, 2).ended) == (HoldStatus.ENDED, {"0001": "e3"})
    assert rig.run(3)["status"] == "done"
    assert rig.extract(full(2, **FEWER)) is Status.SUPERSEDED


def test_a_newer_full_export_with_the_losses_has_a_hold_of_its_own() -> None:
    rig = held()
    for hour in (3, 4):
        rig.extract(full(hour, **FEWER))
        assert (status(rig, hour - 1), status(rig, hour)) == (HoldStatus.ENDED, HoldStatus.STANDING)
    assert standing(rig.table, CONNECTION) == 1
    approve(rig, 4)
    rig.extract(full(4, **FEWER))
    assert len(synchronize(rig)) == 7


@pytest.mark.parametrize("decided", [False, True])
def test_an_older_export_that_comes_again_holds_silently(decided: bool) -> None:
    rig = held()
    rig.extract(full(3, **FEWER))
    if decided:
        reject(rig, 3)
    assert rig.extract(full(2, **FEWER)) is Status.HELD
    assert (status(rig, 2), len(synchronize(rig))) == (HoldStatus.ENDED, 10)
    assert rig.extract(losing(2, *LOSING) | {"export_id": "late"}) is Status.HELD
    assert read_hold(rig.table, CONNECTION, "late") is None


@pytest.mark.parametrize("newer", [full(1, **WHOLE) | {"export_id": "e0"}, losing(3, "009")])
def test_an_older_full_export_or_a_delta_ends_no_hold(newer: Export) -> None:
    rig = held()
    rig.extract(newer)
    assert status(rig, 2) is HoldStatus.STANDING


def test_a_full_export_whose_absences_prove_nothing_ends_no_hold() -> None:
    rig = held()
    nameless = [*FEWER["mieter"], {"mandant": "0001"}]
    assert rig.extract(full(3, **FEWER | {"mieter": nameless})) is Status.DONE
    assert status(rig, 2) is HoldStatus.STANDING


def test_a_newer_full_export_of_one_mandant_leaves_the_hold_on_the_other() -> None:
    both = ("0001", "0002")
    rig = letting(*both)
    rig.extract(full(2, mandanten=both, **houses([])))
    assert hold(rig, 2).open == set(both)
    rig.extract(full(3, **WHOLE))
    assert status(rig, 2) is HoldStatus.STANDING
    assert set(hold(rig, 2).open) == {"0002"}
    approve(rig, 2)
    rig.extract(full(2, mandanten=both, **houses([])))
    assert {who.partition("/")[0] for who in synchronize(rig)} == {"0001"}
    assert status(rig, 2) is HoldStatus.CARRIED_OUT


def test_an_approval_is_not_for_a_mandant_that_a_newer_full_export_has_taken_over() -> None:
    both = ("0001", "0002")
    rig = letting(*both)
    rig.extract(full(2, mandanten=both, **houses([])))
    rig.extract(full(3, **FEWER))
    approve(rig, 2)
    rig.extract(full(2, mandanten=both, **houses([])))
    assert synchronize(rig) == {f"0001/{nummer}/{nummer}" for nummer in TEN}
    assert (status(rig, 2), status(rig, 3)) == (HoldStatus.CARRIED_OUT, HoldStatus.STANDING)


def test_a_newer_delta_s_hold_does_not_silence_an_older_one() -> None:
    rig = letting()
    rig.extract(losing(3, *LOSING))
    rig.extract(losing(2, *TEN[3:6]))
    assert standing(rig.table, CONNECTION) == 2


def test_an_approved_older_export_takes_only_what_no_newer_one_has_spoken_of() -> None:
    rig = held()
    rig.extract(delta(3, [tenant("001", firma="stays")]))
    approve(rig, 2)
    rig.extract(full(2, **FEWER))
    assert synchronize(rig) == {f"0001/{n}/{n}" for n in TEN if n not in {"002", "003"}}


def test_approved_is_what_the_person_saw_and_no_more() -> None:
    rig = held()
    rig.extract(losing(3, *LOSING))
    approve(rig, 2)
    rig.settings.store("0009", brake_agreements=2)
    assert rig.extract(full(2, **FEWER)) is Status.HELD
    assert len(synchronize(rig)) == 10
    assert (status(rig, 2), hold(rig, 2).counts) == (HoldStatus.STANDING, {"0001": Count(10, 10, 30)})
    assert rig.documents.brought == []


def test_other_holds_on_the_mandant_are_looked_at_again() -> None:
    rig = letting()
    both = [*LOSING, "004"]
    rig.extract(losing(2, *both))
    rig.extract(losing(3, *LOSING))
    assert standing(rig.table, CONNECTION) == 2
    approve(rig, 3)
    rig.extract(losing(3, *LOSING))
    synchronize(rig)
    assert rig.documents.brought == [hold(rig, 2).document]
    assert rig.extract(losing(2, *both)) is Status.DONE
    assert (len(synchronize(rig)), status(rig, 2)) == (6, HoldStatus.ENDED)


def test_an_approval_is_for_one_version_of_the_export() -> None:
    rig = held()
    approve(rig, 2)
    later = full(3, **FEWER) | {"export_id": "e2"}
    assert rig.extract(later) is Status.HELD
    assert (status(rig, 2), len(synchronize(rig))) == (HoldStatus.STANDING, 10)
    assert hold(rig, 2).document != "document c1/e2 1", "the later one is kept"


def test_holds_on_other_mandanten_are_left_alone() -> None:
    rig = letting("0001", "0002")
    elsewhere = [{"mandant": "0002", "nummer": nummer} for nummer in LOSING]
    rig.extract(delta(2, deleted=elsewhere))
    rig.extract(losing(3, *LOSING))
    approve(rig, 3)
    rig.extract(losing(3, *LOSING))
    assert (rig.documents.brought, status(rig, 2)) == ([], HoldStatus.STANDING)


def test_an_approval_in_the_middle_of_the_run_covers_also_what_was_done_before() -> None:
    rig = letting()
    export = full(2, **FEWER)
    rig.clock.tick = timedelta(minutes=1)
    assert rig.extract(export, minutes=50) is Status.WORKING
    approve(rig, 2)
    rig.until_done(export, minutes=40)
    assert len(synchronize(rig)) == 7
    assert status(rig, 2) is HoldStatus.CARRIED_OUT


class QuickPerson(MemoryQueue):
    """Approves as soon as the export sends its first keys."""

    rig: Rig

    def send(self, messages: Iterable[Outgoing]) -> None:
        if standing(self.rig.table, CONNECTION):
            approve(self.rig, 2)


def test_an_approval_while_it_is_worked_waits_for_its_own_message() -> None:
    rig = letting()
    rig.transform = person = QuickPerson()
    person.rig = rig
    assert rig.extract(full(2, **together(FEWER, houses(["050"])))) is Status.HELD
    assert status(rig, 2) is HoldStatus.APPROVED
    rig.extract(full(2, **FEWER))
    assert status(rig, 2) is HoldStatus.CARRIED_OUT


def test_a_crash_at_any_write_of_an_approved_export() -> None:
    for writes in range(100):
        rig = held()
        approve(rig, 2)
        table = CrashingTable()
        rig.table, table.items, table.left = table, rig.table.items, writes
        try:
            rig.extract(full(2, **FEWER))
        except CrashError:
            table.left = None
            rig.clock.now += timedelta(minutes=15)
            synchronize(rig)
            rig.extract(full(2, **FEWER))
        else:
            assert writes > 3
            return
        assert (len(synchronize(rig)), status(rig, 2)) == (7, HoldStatus.CARRIED_OUT), writes
        assert rig.run(2)["status"] == "done"
    raise AssertionError("always crashed")


def test_two_people_cannot_decide_on_the_same_hold() -> None:
    rig = held()
    seen = hold(rig, 2)
    reject(rig, 2)
    assert not decide(rig.table, seen, HoldStatus.APPROVED, "Max", rig.clock.now)
    assert hold(rig, 2).by == "Erika"


def test_what_a_hold_lists_can_be_read_back() -> None:
    rig = held()
    found = hold(rig, 2)
    assert (found.is_full, found.version.endswith(" e2"), found.document) == (True, True, "document c1/e2 1")
    agreement = f"{CONNECTION}/rental_agreement/0001/001/001"
    assert Lost(agreement, text("001"), Loss.REMOVED) in found.keys
    assert not read_hold(rig.table, CONNECTION, "e1")
