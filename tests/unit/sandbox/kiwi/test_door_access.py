"""Access and doors: manual changes, and deliberate failures."""

import pytest
from kiwi_sandbox.kiwi import ApiError, EmbeddedKiwi

from tests.contract.kiwi.client import Kiwi
from tests.contract.kiwi.objects import ADDRESS, UNIT, another

ANNA = "anna@kiwi.example.com"


@pytest.fixture
def leased(erp: Kiwi) -> Kiwi:
    """A lease of a unit with one door."""
    erp.leased()
    erp.embedded.assign_door("u1", "front", "Front door")
    return erp


def test_access_by_hand_moves_wish_and_doors(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    before = leased.state()["id"]
    kiwi.set_access("a1", True)
    assert leased.shape() == ("Active", "Activated", "OK")
    assert (kiwi.permissions(), kiwi.active()) == ({(ANNA, "front")}, {"a1"})
    kiwi.set_access("a1", False)
    assert leased.shape() == ("Inactive", "Deactivated", "OK")
    assert (kiwi.permissions(), kiwi.active()) == (set(), set())
    assert leased.state()["id"] == before


def test_access_by_hand_never_fails(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.shared.reconcile_failures = kiwi.shared.reconcile_away = 1.0
    kiwi.fail_next_reconciles(1)
    kiwi.set_access("a1", True)
    assert leased.shape() == ("Active", "Activated", "OK")


def test_a_deletion_with_access_is_noted(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.set_access("a1", True)
    leased.ok("DELETE", "rental_agreements/a1")
    assert kiwi.deleted_with_access == ["a1"]
    assert kiwi.permissions() == {(ANNA, "front")}


def test_a_deletion_after_a_failed_withdrawal_is_noted(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    leased.switch("Active")
    kiwi.fail_next_reconciles(1)
    leased.switch("Inactive")
    leased.ok("DELETE", "rental_agreements/a1")
    assert kiwi.deleted_with_access == ["a1"]


@pytest.mark.parametrize("used", [True, False])
def test_a_deletion_without_access_is_not_noted(kiwi: EmbeddedKiwi, leased: Kiwi, used: bool) -> None:
    if used:
        leased.switch("Active")
        leased.switch("Inactive")
    leased.ok("DELETE", "rental_agreements/a1")
    assert kiwi.deleted_with_access == []


def test_a_deletion_by_hand_is_not_noted(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.set_access("a1", True)
    kiwi.remove_object("rental_agreement", "a1")
    assert kiwi.deleted_with_access == []


def test_so_many_reconciliations_fail(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.fail_next_reconciles(1)
    assert leased.switch("Active") == ("Active", "Activating", "Error")
    leased.ok("DELETE", "rental_agreements/a1")
    leased.agreement()
    assert leased.switch("Active") == ("Active", "Activated", "OK")


def test_only_those_fail_that_desire_this(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.fail_next_reconciles(1, "Inactive")
    assert leased.switch("Active") == ("Active", "Activated", "OK")
    assert leased.switch("Inactive") == ("Inactive", "Deactivating", "Error")


def test_a_share_of_the_reconciliations_fails(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.shared.reconcile_failures = 0.5
    actual = set()
    for number in range(20):
        leased.ok("POST", "rental_agreements", another("rental_agreements", f"n{number}"))
        actual.add(leased.switch("Active", f"n{number}")[1])
    assert actual == {"Activating", "Activated"}


def test_support_ends_a_failed_withdrawal(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    leased.switch("Active")
    kiwi.resolve_stuck("a1")
    assert leased.shape() == ("Active", "Activated", "OK")
    kiwi.fail_next_reconciles(1)
    leased.switch("Inactive")
    kiwi.resolve_stuck("a1")
    assert leased.shape() == ("Inactive", "Deactivated", "OK")
    assert leased.state()["error"] == ""
    assert kiwi.permissions() == set()


def test_doors_are_assigned_and_taken_by_hand(kiwi: EmbeddedKiwi, leased: Kiwi) -> None:
    kiwi.assign_door("u1", "front", "Another name")
    front = {"id": "front", "name": "Front door", "permission": "IS_HOST"}
    assert kiwi.access_points("u1") == leased.ok("GET", "rental_units/u1/access-points") == [front]
    kiwi.take_door("u1", "front")
    assert kiwi.access_points("u1") == []
    with pytest.raises(ApiError):
        kiwi.take_door("u1", "front")
    with pytest.raises(ApiError):
        kiwi.assign_door("absent", "front")


def test_permissions_are_given_by_hand(kiwi: EmbeddedKiwi) -> None:
    kiwi.put_permission("somebody@b.de", "front")
    assert kiwi.permissions() == {("somebody@b.de", "front")}
    assert kiwi.accounts() == {"somebody@b.de"}


def test_new_units_can_have_their_own_door_and_that_of_the_house(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    kiwi.shared.auto_doors, kiwi.shared.addresses.race = True, 0
    erp.unit(address=ADDRESS | {"lat": 1, "lng": 2})
    erp.ok("POST", "rental_units", another("rental_units", "u2", address=ADDRESS))
    erp.ok("POST", "rental_units", another("rental_units", "u3", address=None))
    own, house = zip(
        *([point["id"] for point in kiwi.access_points(unit)] for unit in ("u1", "u2")), strict=True
    )
    assert own == ("flat-42-u1", "flat-42-u2")
    assert house[0] == house[1]
    assert [point["id"] for point in kiwi.access_points("u3")] == ["flat-42-u3"]


def test_units_made_by_hand_get_no_door(kiwi: EmbeddedKiwi) -> None:
    kiwi.shared.auto_doors = True
    kiwi.put_object("rental_unit", {"id": "u1", "external_id": "1", "name": "", "address": UNIT["address"]})
    assert kiwi.access_points("u1") == []
