"""The brake and placeholders: who would lose access because of an address that is nobody's own."""

from typing import Any

import pytest
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.brake import shared_emails
from kiwi_sync.rules.reasons import Loss
from kiwi_sync.state.holds import Count, read_hold
from kiwi_sync.state.rows import item_key
from kiwi_sync.state.table import Change
from kiwi_sync.state.wants import Want, email_claim, wants, write_want

from tests.unit.extract.brake.houses import changed, counted, hold, houses, numbers, synchronize, together
from tests.unit.extract.exports import CONNECTION, Export, delta, full, tenant
from tests.unit.extract.rig import Rig, key, text

TEN = numbers(10)
FOUR = numbers(4)
INFO = "info@example.org"


def letting(**limits: Any) -> Rig:
    """A rig that has brought ten tenants with addresses of their own to KIWI."""
    rig = Rig()
    rig.settings.store(**({"brake_agreements": 0, "brake_percent": 0} | limits))
    bring(rig, full(1, **houses(TEN)))
    return rig


def bring(rig: Rig, export: Export) -> set[str]:
    """Extract, and what transform and load do: who has access then."""
    rig.extract(export)
    there = synchronize(rig)
    for row in rig.rows().values():
        rig.table.update(row.at, Change(put={"kiwi_id": "k"}))
    return there


def count(rig: Rig, address: str, *others: str, mandant: str = "0001") -> None:
    """Others want an address by now, as load has noted."""
    for nummer in others:
        write_want(rig.table, email_claim(CONNECTION, address), Want(key(nummer, mandant), 3))


def lost(rig: Rig, hour: int) -> set[tuple[str, str, Loss]]:
    """The tenants that would lose by a hold, the tenants by whose records, and why."""
    return {
        (one.agreement.rpartition("/")[2], one.record.rpartition("/")[2], one.reason)
        for one in hold(rig, hour).keys
    }


def test_what_is_newly_blocked_is_held_exactly() -> None:
    rig = letting()
    rig.settings.store(brake_agreements=0, brake_percent=0, blocked_emails=["m003@example.org"])
    there = changed(houses(TEN), "mieter", ["003"], email="m003@example.org")
    bring(rig, full(2, **there))
    assert hold(rig, 2).counts == {"0001": Count(1, 10, 1)}
    assert lost(rig, 2) == {("003", "003", Loss.PLACEHOLDER_EMAIL)}
    assert "m003@" not in rig.live()[text("003")]


def test_settings_that_block_what_is_there_are_held() -> None:
    rig = letting()
    bring(rig, full(2, **changed(houses(TEN), "mieter", FOUR[:2], email=INFO)))
    rig.settings.store(brake_agreements=0, brake_percent=0, blocked_emails=["@example.org"])
    assert rig.extract(full(3, **changed(houses(TEN), "mieter", FOUR[:2], email=INFO))) is Status.HELD
    assert {victim for victim, _, _ in lost(rig, 3)} >= set(FOUR[:2])


def test_who_is_out_because_of_a_blocked_address_has_nothing_to_lose() -> None:
    rig = letting(blocked_emails=[INFO], brake_agreements=20)
    bring(rig, full(2, **changed(houses(TEN), "mieter", ["001"], email=INFO)))
    rig.table.update(
        item_key(key("001")), Change(put={"reason": "placeholder_email"}, remove=["kiwi_id", "desired"])
    )
    queried = counted(rig, delta(3, [tenant("001", email=INFO, nachname="Neu")]))
    assert queried["rental_agreement"] == 0


def test_many_that_get_one_address_are_held_and_the_rest_flows() -> None:
    rig = letting()
    there = changed(houses(TEN), "mieter", FOUR, email=INFO)
    before = synchronize(rig)
    assert bring(rig, full(2, **changed(there, "mieter", ["009"], nachname="Neu"))) == before
    assert hold(rig, 2).counts == {"0001": Count(4, 10, 4)}
    assert lost(rig, 2) == {(nummer, nummer, Loss.PLACEHOLDER_EMAIL) for nummer in FOUR}
    assert "Neu" in rig.live()[text("009")]
    assert INFO not in rig.live()[text("001")]


def test_as_many_as_the_limit_may_share_an_address() -> None:
    rig = letting()
    bring(rig, full(2, **changed(houses(TEN), "mieter", FOUR[:3], email=INFO)))
    assert read_hold(rig.table, CONNECTION, "e2") is None


def test_without_a_limit_no_shared_address_is_held() -> None:
    rig = letting(shared_email_limit=0)
    bring(rig, full(2, **changed(houses(TEN), "mieter", TEN, email=INFO)))
    assert read_hold(rig.table, CONNECTION, "e2") is None


@pytest.mark.parametrize("mandant", ["0001", "0002"])
def test_those_who_want_the_address_already_count(mandant: str) -> None:
    rig = letting()
    count(rig, INFO, "801", "802", "803", mandant=mandant)
    bring(rig, delta(2, [tenant("001", email=INFO)]))
    assert lost(rig, 2) == {("001", "001", Loss.PLACEHOLDER_EMAIL)}


def test_those_who_leave_with_the_same_export_do_not_count() -> None:
    rig = letting()
    count(rig, INFO, "008", "009", "010")
    bring(rig, delta(2, [tenant("001", email=INFO), tenant("010", email="m10@example.org")]))
    assert read_hold(rig.table, CONNECTION, "e2") is None


def test_a_new_tenant_is_held_who_would_take_it_from_those_who_have_it() -> None:
    rig = letting()
    count(rig, INFO, "001", "002", "003")
    new = houses(["050"])
    bring(rig, delta(2, **changed(new, "mieter", ["050"], email=INFO)))
    assert lost(rig, 2) == {(nummer, "050", Loss.PLACEHOLDER_EMAIL) for nummer in FOUR[:3]}
    assert text("050") not in rig.live()


def test_who_keeps_an_address_looks_nobody_up() -> None:
    rig = letting()
    count(rig, "m1@example.org", "801", "802", "803")
    bring(rig, delta(2, [tenant("001", nachname="Neu")]))
    assert read_hold(rig.table, CONNECTION, "e2") is None


def test_a_lower_limit_is_held_among_those_that_it_concerns() -> None:
    rig = letting()
    there = changed(houses(TEN), "mieter", FOUR[:3], email=INFO)
    bring(rig, full(2, **there))
    rig.settings.store(brake_agreements=0, brake_percent=0, shared_email_limit=2)
    bring(rig, full(3, **there))
    assert {victim for victim, _, _ in lost(rig, 3)} == set(FOUR[:3])


def test_of_very_many_changes_those_that_were_there_count_among_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_emails, "EXACT", 5)
    rig = letting()
    count(rig, "m9@example.com", "801", "802", "803")
    there = changed(houses(TEN), "mieter", FOUR, email=INFO)
    there = together(changed(there, "mieter", ["009"], email="m9@example.com"), houses(["050"]))
    there = changed(there, "mieter", ["005", "006"], email="few@example.org")
    bring(rig, full(2, **changed(there, "mieter", ["050"], email="few@example.org")))
    assert {victim for victim, _, _ in lost(rig, 2)} == set(FOUR)


def test_wants_of_the_tests_are_as_load_notes_them() -> None:
    rig = letting()
    count(rig, INFO, "001")
    assert [want.key for want in wants(rig.table, email_claim(CONNECTION, INFO))] == [key("001")]
