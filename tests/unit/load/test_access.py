"""Door access: never left behind, and given again to those who had it."""

import pytest
from kiwi_sync.rules.reasons import Problem, Reason

from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.load.scenarios import AGREEMENT, MOVED, access_on
from tests.unit.transform.world import (
    agreement_key,
    lease,
    lease_key,
    tenant,
    tenant_key,
    unit,
    unit_key,
)

ANNA = "anna@kiwi.example.com"
FLAT, NEXT = "door of 1", "door of 2"


@pytest.fixture
def let(world: World) -> World:
    """A lease in KIWI whose tenant may open the door."""
    world.settle(unit(), tenant(), lease())
    world.assign("1", FLAT)
    access_on(world)
    assert world.opens() == {(ANNA, FLAT)}
    return world


def test_a_lease_that_is_gone_leaves_no_door_open(let: World) -> None:
    let.settle(lease_key())
    assert (let.ids("rental_agreement"), let.opens()) == ([], set())


def test_a_withdrawal_that_failed_is_never_called_one(let: World) -> None:
    let.kiwi.fail_next_reconciles(1)
    let.settle(lease_key())
    row = let.row(agreement_key())
    assert (row.problem, row.doubt, row.todo is not None) == (Problem.ACCESS_STUCK, None, True)
    assert row.problem_text, "KIWI's words"
    assert let.ids("rental_agreement") == [AGREEMENT]
    let.clock.sleep(3600 * 23)
    let.kiwi.clear_requests()
    let.sweep()
    let.quiet()
    assert let.asked() == [], "it is tried once a day"
    let.clock.sleep(3600 * 2)
    let.sweep()
    let.quiet()
    assert len(let.asked()) == 1, "recognized at the first reading"
    let.kiwi.resolve_stuck(AGREEMENT, let.organization)
    let.clock.sleep(3600 * 25)
    let.resume()
    assert (let.ids("rental_agreement"), let.opens()) == ([], set())
    assert faults(let) == []


def test_tenant_and_unit_wait_for_an_agreement_that_is_stuck(let: World) -> None:
    let.kiwi.fail_next_reconciles(1)
    let.settle(lease_key(), tenant_key(), unit_key())
    assert {let.row(key).outcome for key in (tenant_key(), unit_key())} == {Reason.WAITING}
    let.kiwi.resolve_stuck(AGREEMENT, let.organization)
    let.clock.sleep(3600 * 25)
    let.resume()
    assert [let.ids(kind) for kind in ("rental_agreement", "tenant", "rental_unit")] == [[], [], []]
    assert faults(let) == []


@pytest.mark.parametrize("failures", [1, 2])
def test_access_that_fails_is_given_to_an_agreement_made_anew(let: World, failures: int) -> None:
    let.settle(unit("2"))
    let.assign("2", NEXT)
    let.kiwi.fail_next_reconciles(failures, desired="Active")
    let.settle(lease(unit="2"))
    assert let.opens() == {(ANNA, NEXT)}
    assert let.content()["rental_agreement"][AGREEMENT]["state"] == "Activated"
    assert (let.row(agreement_key()).problem, let.row(agreement_key()).access_tries) == (None, 0)
    assert faults(let) == []


def test_access_that_fails_again_and_again_is_a_problem(let: World) -> None:
    let.settle(unit("2"))
    let.assign("2", NEXT)
    let.kiwi.fail_next_reconciles(3, desired="Active")
    let.settle(lease(unit="2"))
    row = let.row(agreement_key())
    assert (row.problem, row.restore_access, let.opens()) == (Problem.ACCESS_FAILED, True, set())
    assert row.problem_text
    let.clock.sleep(3600 * 25)
    let.resume()
    assert let.opens() == {(ANNA, NEXT)}
    assert let.row(agreement_key()).problem is None
    assert faults(let) == []


def test_a_moved_lease_has_its_access_again(let: World) -> None:
    let.settle(unit("2"))
    let.assign("2", NEXT)
    MOVED(let)
    let.quiet()
    assert let.opens() == {(ANNA, NEXT)}
    assert let.content()["rental_agreement"][AGREEMENT]["state"] == "Activated"
    assert let.ids("rental_unit") == ["0001--100--2"]
    assert not let.row(agreement_key()).restore_access


def test_a_moved_lease_without_access_gets_none(let: World) -> None:
    let.kiwi.set_access(AGREEMENT, False, let.organization)
    MOVED(let)
    let.quiet()
    assert let.opens() == set()
    assert let.content()["rental_agreement"][AGREEMENT]["state"] == "Created"


@pytest.mark.parametrize("first", ["the old unit goes", "the lease moves"])
def test_a_moved_lease_has_its_access_again_in_either_order(let: World, first: str) -> None:
    changes = (unit_key("1"), lease(unit="2"))
    for change in changes if first == "the old unit goes" else reversed(changes):
        let.settle(change)
        assert let.opens() == set()
        assert let.row(agreement_key()).outcome == Reason.UNIT_UNKNOWN
    let.kiwi.shared.auto_doors = True
    let.settle(unit("2"))
    let.kiwi.shared.auto_doors = False
    assert {account for account, _ in let.opens()} == {ANNA}


def test_access_of_a_lease_that_ended_meanwhile_does_not_come_back(let: World) -> None:
    let.settle(lease(unit="2"))
    assert let.row(agreement_key()).restore_access
    let.settle(lease_key())
    assert not let.row(agreement_key()).restore_access
    let.settle(lease(), unit())
    assert let.ids("rental_agreement") == [AGREEMENT]
    assert let.opens() == set()


def test_another_separator_makes_the_agreement_anew_with_its_access(let: World) -> None:
    let.configure(separator="/")
    let.settle(unit(), tenant(), lease())
    content = let.content()
    assert content["rental_agreement"][AGREEMENT]["external_id"] == "0001/L/7"
    assert content["tenant"]["0001--7"]["external_id"] == "0001/7"
    assert content["rental_unit"]["0001--100--1"]["external_id"] == "0001/100/1"
    assert let.opens() == {(ANNA, FLAT)}
    assert faults(let) == []


def test_a_tenant_who_loses_the_e_mail_loses_access_agreement_and_place(let: World) -> None:
    let.settle(tenant(email=None))
    assert (let.ids("rental_agreement"), let.ids("tenant"), let.opens()) == ([], [], set())
    assert let.ids("rental_unit") == ["0001--100--1"]
    assert let.row(agreement_key()).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    assert let.row(tenant_key()).reason == Reason.NO_EMAIL
    let.settle(tenant())
    assert (let.ids("rental_agreement"), let.opens()) == ([AGREEMENT], set())


def test_a_changed_end_leaves_access_alone(let: World) -> None:
    let.settle(lease(ende="2030-12-31"))
    assert let.opens() == {(ANNA, FLAT)}
