"""Door access: never left behind, and given again to who had it."""

import pytest
from kiwi_sync.rules.reasons import Reason

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


@pytest.fixture
def let(world: World) -> World:
    """A lease in KIWI whose tenant may open the door."""
    world.settle(unit(), tenant(), lease())
    access_on(world)
    assert doors(world) == {(AGREEMENT, "0001--7", "0001--100--1")}
    return world


def doors(world: World) -> set[tuple[str, str, str]]:
    return world.kiwi.doors(world.organization)


@pytest.mark.parametrize("reads", [0, 3])
def test_a_lease_that_is_gone_leaves_no_door_open(let: World, reads: int) -> None:
    let.kiwi.reconcile_reads = reads
    let.settle(lease_key())
    let.kiwi.reconcile_reads = 0
    assert (let.ids("rental_agreement"), doors(let)) == ([], set())


def test_access_that_cannot_be_withdrawn_keeps_the_agreement(let: World) -> None:
    let.kiwi.reconcile_reads = 1000
    let.settle(lease_key())
    let.kiwi.reconcile_reads = 0
    assert let.ids("rental_agreement") == [AGREEMENT]
    row = let.row(agreement_key())
    assert (row.problem, row.doubt is not None, row.todo is not None) == ("kiwi_error", True, True)
    let.kiwi.set_access(AGREEMENT, False, let.organization)
    let.clock.sleep(3600)
    let.resume()
    assert (let.ids("rental_agreement"), doors(let)) == ([], set())
    assert faults(let) == []


def test_a_moved_lease_has_its_access_again(let: World) -> None:
    MOVED(let)
    let.quiet()
    assert doors(let) == {(AGREEMENT, "0001--7", "0001--100--2")}
    assert let.content()["rental_agreement"][AGREEMENT]["state"] == "Activated"
    assert let.ids("rental_unit") == ["0001--100--2"]
    assert not let.row(agreement_key()).restore_access


def test_a_moved_lease_without_access_gets_none(let: World) -> None:
    let.kiwi.set_access(AGREEMENT, False, let.organization)
    MOVED(let)
    let.quiet()
    assert doors(let) == set()
    assert let.content()["rental_agreement"][AGREEMENT]["state"] == "Created"


@pytest.mark.parametrize("first", ["the old unit goes", "the lease moves"])
def test_a_moved_lease_has_its_access_again_in_either_order(let: World, first: str) -> None:
    changes = (unit_key("1"), lease(unit="2"))
    for change in changes if first == "the old unit goes" else reversed(changes):
        let.settle(change)
        assert doors(let) == set()
        assert let.row(agreement_key()).outcome == Reason.UNIT_UNKNOWN
    let.settle(unit("2"))
    assert doors(let) == {(AGREEMENT, "0001--7", "0001--100--2")}


def test_access_of_a_lease_that_ended_meanwhile_does_not_come_back(let: World) -> None:
    let.settle(lease(unit="2"))
    assert let.row(agreement_key()).restore_access
    let.settle(lease_key())
    assert not let.row(agreement_key()).restore_access
    let.settle(lease(), unit())
    assert let.ids("rental_agreement") == [AGREEMENT]
    assert doors(let) == set()


def test_another_separator_makes_the_agreement_anew_with_its_access(let: World) -> None:
    let.configure(separator="/")
    let.settle(unit(), tenant(), lease())
    content = let.content()
    assert content["rental_agreement"][AGREEMENT]["external_id"] == "0001/L/7"
    assert content["tenant"]["0001--7"]["external_id"] == "0001/7"
    assert content["rental_unit"]["0001--100--1"]["external_id"] == "0001/100/1"
    assert doors(let) == {(AGREEMENT, "0001--7", "0001--100--1")}
    assert faults(let) == []


def test_a_tenant_who_loses_the_e_mail_loses_access_agreement_and_place(let: World) -> None:
    let.settle(tenant(email=None))
    assert (let.ids("rental_agreement"), let.ids("tenant"), doors(let)) == ([], [], set())
    assert let.ids("rental_unit") == ["0001--100--1"]
    assert let.row(agreement_key()).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    assert let.row(tenant_key()).reason == Reason.NO_EMAIL
    let.settle(tenant())
    assert (let.ids("rental_agreement"), doors(let)) == ([AGREEMENT], set())


def test_a_changed_end_leaves_access_alone(let: World) -> None:
    let.settle(lease(ende="2030-12-31"))
    assert doors(let) == {(AGREEMENT, "0001--7", "0001--100--1")}
