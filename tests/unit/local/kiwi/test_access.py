"""States and doors of agreements."""

from collections.abc import Iterator

import pytest

from tests.unit.local.kiwi.helpers import AGREEMENT, Erp

GRANT = ("a1", "t1", "u1")


def doors(erp: Erp) -> set[tuple[str, str, str]]:
    return erp.kiwi.doors(erp.organization_id)


def shape(erp: Erp) -> tuple[str, str, str]:
    state = erp.state()
    return state["desired"], state["actual"], state["status"]


@pytest.fixture
def slow(leased: Erp) -> Iterator[Erp]:
    leased.kiwi.reconcile_reads = 2
    yield leased
    leased.kiwi.reconcile_reads = 0


def test_a_wish_opens_no_door_and_a_reconcile_does(leased: Erp) -> None:
    answer = leased.wish("Active")
    assert answer.json() == leased.state()
    assert shape(leased) == ("Active", "Created", "OK")
    assert doors(leased) == set()
    answer = leased("POST", "rental-agreements/a1/reconcile")
    assert answer.json() == leased.state()
    assert shape(leased) == ("Active", "Activated", "OK")
    assert doors(leased) == {GRANT}


def test_a_wish_closes_no_door_and_a_reconcile_does(leased: Erp) -> None:
    leased.switch("Active")
    leased.wish("Inactive")
    assert shape(leased) == ("Inactive", "Activated", "OK")
    assert doors(leased) == {GRANT}
    leased("POST", "rental-agreements/a1/reconcile")
    assert shape(leased) == ("Inactive", "Deactivated", "OK")
    assert doors(leased) == set()


def test_a_reconcile_twice_is_one(leased: Erp) -> None:
    leased.switch("Active")
    state = leased("POST", "rental-agreements/a1/reconcile").json()
    assert state["actual"] == "Activated"
    assert doors(leased) == {GRANT}


@pytest.mark.parametrize("method", ["GET state", "PUT state?state_id=x", "POST reconcile"])
def test_an_absent_agreement_has_no_state(erp: Erp, method: str) -> None:
    verb, rest = method.split()
    error = erp.error(verb, f"rental-agreements/a1/{rest}", {"desired": "Active"})
    assert error == (404, "RENTAL_AGREEMENT_NOT_FOUND")


@pytest.mark.parametrize("desired", [None, "active", "Activated"])
def test_a_wish_must_be_known(leased: Erp, desired: str | None) -> None:
    answer = leased(
        "PUT", f"rental-agreements/a1/state?state_id={leased.state()['id']}", {"desired": desired}
    )
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (422, "/desired")


def test_a_wish_needs_a_state_id(leased: Erp) -> None:
    answer = leased("PUT", "rental-agreements/a1/state", {"desired": "Active"})
    assert answer.status_code == 422
    assert [(one["field"], one["location"]) for one in answer.json()["details"]] == [("/state_id", "query")]


def test_a_stale_or_unknown_state_id_is_refused(leased: Erp) -> None:
    stale = leased.state()["id"]
    leased.wish("Active")
    for state_id in (stale, "unknown"):
        error = leased.error(
            "PUT", f"rental-agreements/a1/state?state_id={state_id}", {"desired": "Inactive"}
        )
        assert error == (404, "RENTAL_AGREEMENT_STATE_NOT_FOUND")
    assert leased.state()["desired"] == "Active"


def test_a_deletion_leaves_the_doors_open_and_is_noted(leased: Erp) -> None:
    leased.switch("Active")
    key = "deleted-with-access"
    second = AGREEMENT | {"rental_agreement_id": key, "external_id": key}
    leased("POST", "rental_agreements", second)
    leased.kiwi.set_access(key, True, leased.organization_id)
    assert leased("DELETE", f"rental_agreements/{key}").status_code == 200
    assert leased.content()["rental_agreement"].keys() == {"a1"}
    assert doors(leased) == {GRANT, (key, "t1", "u1")}
    assert key in leased.kiwi.deleted_with_access


@pytest.mark.parametrize("used", [True, False])
def test_a_deletion_without_access_is_not_noted(leased: Erp, used: bool) -> None:
    before = leased.kiwi.deleted_with_access
    if used:
        leased.switch("Active")
        leased.switch("Inactive")
    assert leased("DELETE", "rental_agreements/a1").status_code == 200
    assert doors(leased) == set()
    assert leased.kiwi.deleted_with_access == before


def test_doors_left_open_are_not_closed_for_another_tenant(leased: Erp) -> None:
    leased.switch("Active")
    leased("DELETE", "rental_agreements/a1")
    leased.kiwi.put_object("tenant", {"id": "t2"}, leased.organization_id)
    leased("POST", "rental_agreements", AGREEMENT | {"tenant_id": "t2"})
    leased.switch("Active")
    leased.switch("Inactive")
    assert doors(leased) == {GRANT}


def test_an_update_touches_neither_state_nor_doors(leased: Erp) -> None:
    leased.switch("Active")
    state = leased.state()
    assert leased("PUT", "rental_agreements/a1", AGREEMENT).json()["state"] == state
    assert doors(leased) == {GRANT}


def test_a_slow_activation_is_seen_underway(slow: Erp) -> None:
    slow.switch("Active")
    assert doors(slow) == {GRANT}
    assert slow("GET", "rental_agreements/a1").json()["state"]["actual"] == "Activating"
    assert shape(slow) == ("Active", "Activating", "Reconciling")
    assert shape(slow) == ("Active", "Activated", "OK")


def test_a_slow_withdrawal_closes_the_doors_at_its_end(slow: Erp) -> None:
    slow.kiwi.set_access("a1", True, slow.organization_id)
    slow.wish("Inactive")
    slow("POST", "rental-agreements/a1/reconcile")
    for _ in range(2):
        assert shape(slow) == ("Inactive", "Deactivating", "Reconciling")
        assert doors(slow) == {GRANT}
    assert shape(slow) == ("Inactive", "Deactivated", "OK")
    assert doors(slow) == set()


def test_access_by_hand(leased: Erp) -> None:
    before = leased.state()["id"]
    leased.kiwi.set_access("a1", True, leased.organization_id)
    assert shape(leased) == ("Active", "Activated", "OK")
    assert leased.state()["id"] != before
    assert doors(leased) == {GRANT}
    leased.kiwi.set_access("a1", False, leased.organization_id)
    assert shape(leased) == ("Inactive", "Deactivated", "OK")
    assert doors(leased) == set()
