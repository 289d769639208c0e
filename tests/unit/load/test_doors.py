"""Doors that agreements share, tenants whose address changes, units that go with their doors."""

import json
from collections.abc import Callable

import pytest
from kiwi_load import shared_doors
from kiwi_load.situation import read_situation
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Notice, Problem
from kiwi_sync.state.table import Change, exists

from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.load.scenarios import AGREEMENT, access_on
from tests.unit.transform.world import (
    CONNECTION,
    agreement_key,
    lease,
    lease_key,
    tenant,
    tenant_key,
    unit,
    unit_key,
)

ANNA, NEW = "anna@kiwi.example.com", "anna.neu@kiwi.example.com"
HOUSE, FLAT, GARAGE = "house", "flat", "garage"


@pytest.fixture
def garage(world: World) -> World:
    """A tenant with a flat and a garage in one house; both are on."""
    world.settle(unit("1"), unit("2"), tenant(), lease("L"), lease("G", unit="2"))
    for number, doors in (("1", (HOUSE, FLAT)), ("2", (HOUSE, GARAGE))):
        for door in doors:
            world.assign(number, door)
    access_on(world)
    assert world.opens() == {(ANNA, HOUSE), (ANNA, FLAT), (ANNA, GARAGE)}
    world.kiwi.clear_requests()
    return world


def test_who_gives_up_the_garage_keeps_the_front_door(garage: World) -> None:
    garage.settle(lease_key("G"))
    assert garage.opens() == {(ANNA, HOUSE), (ANNA, FLAT)}
    assert garage.ids("rental_agreement") == [AGREEMENT]
    assert faults(garage) == []


def test_who_moves_with_one_of_two_leases_keeps_the_other_ones_doors(garage: World) -> None:
    garage.settle(unit("3"))
    garage.assign("3", "third")
    garage.settle(lease("G", unit="3"))
    assert garage.opens() == {(ANNA, HOUSE), (ANNA, FLAT), (ANNA, "third")}
    assert faults(garage) == []


def test_access_that_is_off_is_not_given_because_of_another(garage: World) -> None:
    garage.kiwi.set_access(AGREEMENT, False, garage.organization)
    garage.kiwi.set_access("0001--G--7", False, garage.organization)
    garage.kiwi.set_access("0001--G--7", True, garage.organization)
    garage.settle(lease_key("G"))
    assert garage.opens() == set()
    assert garage.content()["rental_agreement"][AGREEMENT]["state"] == "Deactivated"


def test_nothing_extra_is_asked_where_there_is_nothing_to_share(world: World) -> None:
    world.settle(unit("1"), tenant(), lease("L"))
    access_on(world)
    world.kiwi.clear_requests()
    world.deliver(agreement_key())
    world.settle(lease_key())
    state = f"rental-agreements/{world.organization}--{AGREEMENT}"
    asked = [one.split("/organizations/")[1].split("/", 1)[1] for one in world.asked()]
    assert asked == [f"{state}/state", f"{state}/state", f"{state}/reconcile", f"{state}/state", asked[-1]]
    assert world.asked()[-1].startswith("DELETE")


def test_where_no_door_is_shared_the_other_agreement_is_left_alone(world: World) -> None:
    world.settle(unit("1"), unit("2"), tenant(), lease("L"), lease("G", unit="2"))
    world.assign("1", FLAT)
    world.assign("2", GARAGE)
    access_on(world)
    world.kiwi.clear_requests()
    world.settle(lease_key("G"))
    about_flat = [one for one in world.asked() if AGREEMENT in one]
    assert all(one.startswith("GET") for one in about_flat), "no mail to the tenant"
    assert world.opens() == {(ANNA, FLAT)}


def test_a_renewed_lease_is_there_before_the_old_one_goes_and_has_its_access(world: World) -> None:
    world.settle(unit(), tenant(), lease())
    world.assign("1", FLAT)
    access_on(world)
    world.kiwi.clear_requests()
    world.settle(lease_key(), lease("M"))
    assert world.ids("rental_agreement") == ["0001--M--7"]
    assert world.opens() == {(ANNA, FLAT)}
    writes = [one for one in world.asked() if not one.startswith("GET")]
    assert writes[0].partition("/")[0] + writes[0].rpartition("/")[2] == "POST rental_agreements", writes
    assert faults(world) == []


def test_a_renewed_lease_whose_access_a_person_took_gets_none(world: World) -> None:
    world.settle(unit(), tenant(), lease(), lease("M"))
    world.assign("1", FLAT)
    world.kiwi.set_access("0001--M--7", True, world.organization)
    world.kiwi.set_access("0001--M--7", False, world.organization)
    world.kiwi.set_access(AGREEMENT, True, world.organization)
    world.settle(lease_key())
    assert world.opens() == set()


def test_a_renewal_that_cannot_come_keeps_nobody_in(world: World) -> None:
    """The renewed lease's own load fails of KIWI; the old one waits, but not for ever."""
    world.settle(unit(), tenant(), lease())
    world.assign("1", FLAT)
    access_on(world)
    broken = world.kiwi.whole("0001--M--7")
    world.transport.fault = lambda request: (
        "500" if request.method == "POST" and broken.encode() in request.read() else None
    )
    world.settle(lease_key(), lease("M"))
    assert (world.ids("rental_agreement"), world.opens()) == ([], set())
    assert world.row(agreement_key("M")).problem == Problem.KIWI_ERROR
    world.transport.fault = lambda _request: None
    world.clock.sleep(3700)
    world.resume()
    assert world.opens() == {(ANNA, FLAT)}
    assert faults(world) == []


def test_a_changed_address_takes_the_doors_along(garage: World) -> None:
    garage.settle(tenant(email=NEW))
    assert garage.opens() == {(NEW, HOUSE), (NEW, FLAT), (NEW, GARAGE)}
    assert garage.content()["tenant"]["0001--7"]["email_address"] == NEW
    assert garage.row(tenant_key()).readdressing is None
    assert faults(garage) == []


def test_an_address_does_not_change_over_a_withdrawal_that_failed(garage: World) -> None:
    garage.kiwi.fail_next_reconciles(1, desired="Inactive")
    garage.settle(tenant(email=NEW))
    (stuck,) = [key for key, row in garage.rows().items() if row.problem == Problem.ACCESS_STUCK]
    garage.load.worker.dependents.wake([garage.row(stuck)])
    garage.quiet()
    assert garage.row(stuck).problem == Problem.ACCESS_STUCK, "looked at once more, it is as stuck as before"
    assert garage.content()["tenant"]["0001--7"]["email_address"] == ANNA
    garage.server.resolve_stuck(str(garage.row(stuck).kiwi_id), garage.organization)
    garage.clock.sleep(3600 * 25)
    garage.resume()
    assert garage.opens() == {(NEW, HOUSE), (NEW, FLAT), (NEW, GARAGE)}
    assert faults(garage) == []


def test_a_mark_is_dealt_with_also_while_the_other_agreement_does_something_else(garage: World) -> None:
    mark = frozenset({f"{agreement_key('G')}#{HOUSE}"})
    row = garage.row(agreement_key())
    garage.table.update(row.at, Change(add={"disturbed": mark}), exists("pk"))
    garage.table.update(garage.row(agreement_key("G")).at, Change(put={"doubt": "later"}), exists("pk"))
    garage.load.worker.dependents.wake([row])
    garage.quiet()
    assert garage.row(agreement_key()).disturbed == frozenset()


def test_who_has_come_since_a_withdrawal_began_is_marked_too(garage: World) -> None:
    kiwi = garage.load.clients.client(CONNECTION)
    situation = read_situation(garage.table, RowKey.parse(agreement_key("G")), kiwi.organization)
    assert situation is not None
    shared = garage.load.worker.access.shared
    seen = shared.seen_again(situation, kiwi)
    assert garage.row(agreement_key()).disturbed == {
        f"{agreement_key('G')}#{garage.organization}--{door}" for door in (HOUSE, GARAGE)
    }
    assert (seen.row.disturbs, garage.row(agreement_key("G")).disturbs) == (True, True)
    again = shared.seen_again(situation, kiwi)
    assert not again.row.disturbs, "who is marked already is not marked twice"


def unwanted(world: World, key: str, reason: str) -> Callable[[], None]:
    """Let transform find that something should not be in KIWI; what takes that back."""
    at = world.row(key).at
    item = world.table.items[at[0]][at[1]]
    desired, item["reason"], item["rev"] = item.pop("desired"), reason, int(str(item["rev"])) + 1

    def wanted() -> None:
        now = world.table.items[at[0]][at[1]]
        del now["reason"]
        now["desired"], now["rev"] = desired, int(str(now["rev"])) + 1

    return wanted


def test_a_tenant_who_is_back_before_all_agreements_have_gone_keeps_the_shared_door(garage: World) -> None:
    back = unwanted(garage, tenant_key(), "no_email")
    garage.deliver(agreement_key("G"))
    assert garage.ids("rental_agreement") == [AGREEMENT]
    back()
    for key in (tenant_key(), agreement_key(), agreement_key("G")):
        garage.deliver(key)
    garage.quiet()
    assert {(ANNA, HOUSE), (ANNA, FLAT)} <= garage.opens()


def test_a_lease_that_is_back_before_its_agreement_has_gone_keeps_the_shared_door(garage: World) -> None:
    back = unwanted(garage, agreement_key(), "gone")
    unwanted(garage, agreement_key("G"), "gone")
    garage.deliver(agreement_key("G"))
    assert garage.ids("rental_agreement") == [AGREEMENT]
    back()
    garage.deliver(agreement_key())
    garage.quiet()
    assert garage.opens() == {(ANNA, HOUSE), (ANNA, FLAT)}


def test_who_leaves_altogether_leaves_no_marks(garage: World) -> None:
    garage.settle(lease_key("L"), lease_key("G"))
    assert garage.opens() == set()
    assert garage.ids("rental_agreement") == []
    rows = [garage.table.items[at[0]][at[1]] for at in (garage.row(agreement_key(n)).at for n in ("L", "G"))]
    assert not any("disturbed" in row or "disturbs" in row for row in rows)
    assert faults(garage) == []


def test_two_that_are_to_go_and_get_stuck_do_not_wake_each_other(garage: World) -> None:
    garage.kiwi.fail_next_reconciles(2, desired="Inactive")
    garage.settle(lease_key("L"), lease_key("G"))
    assert {garage.row(agreement_key(name)).problem for name in ("L", "G")} == {Problem.ACCESS_STUCK}
    assert len(garage.kiwi.requests) < 20


def test_so_many_that_leave_together_are_not_marked(garage: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_doors, "LEAVING", 0)
    garage.settle(lease_key("L"), lease_key("G"))
    assert garage.ids("rental_agreement") == []
    assert not any(request.path.endswith("access-points") for request in garage.kiwi.requests)


def test_another_name_leaves_access_alone(garage: World) -> None:
    garage.settle(tenant(name="Anne"))
    assert [one.split()[0] for one in garage.asked()] == ["PUT"]


def test_an_address_that_kiwi_refuses_leaves_the_doors_with_the_old_one(garage: World) -> None:
    refused = {"name": "VALIDATION_ERROR", "message": "no", "details": []}
    garage.refuse("PUT", "/tenants/", 422, refused)
    garage.settle(tenant(email=NEW))
    assert garage.row(tenant_key()).problem == Problem.REFUSED
    assert garage.opens() == {(ANNA, HOUSE), (ANNA, FLAT), (ANNA, GARAGE)}
    assert garage.row(tenant_key()).readdressing is None


def test_an_address_that_another_has_leaves_access_alone(garage: World) -> None:
    garage.settle(tenant("8", email=NEW))
    garage.kiwi.clear_requests()
    garage.settle(tenant(email=NEW))
    assert garage.opens() == {(ANNA, HOUSE), (ANNA, FLAT), (ANNA, GARAGE)}
    assert not [one for one in garage.asked() if "rental-agreements" in one]


@pytest.fixture
def left(world: World) -> World:
    """A unit with two doors, which goes."""
    world.settle(unit())
    for door in (HOUSE, FLAT):
        world.assign("1", door)
    world.settle(unit_key())
    return world


def test_a_unit_goes_without_its_doors_which_are_remembered(left: World) -> None:
    assert left.ids("rental_unit") == []
    row = left.row(unit_key())
    assert row.doors is not None
    assert {point["id"] for point in json.loads(row.doors)} == {
        f"{left.organization}--{door}" for door in (HOUSE, FLAT)
    }
    assert row.noticed == {Notice.DOORS_REMOVED}
    assert (row.problem, row.expires is not None) == (None, True)


def test_a_unit_that_returns_has_its_doors_again(left: World) -> None:
    left.settle(unit())
    points = left.kiwi.access_points(f"{left.organization}--0001--100--1", left.organization)
    assert {point["id"] for point in points} == {f"{left.organization}--{door}" for door in (HOUSE, FLAT)}
    assert (left.row(unit_key()).doors, left.row(unit_key()).noticed) == (None, frozenset())


def test_a_door_that_cannot_be_put_back_is_said(left: World) -> None:
    left.refuse("POST", "/access-points", 400, {"name": "ACCESS_POINT_ALREADY_EXISTS", "message": ""})
    left.settle(unit())
    row = left.row(unit_key())
    assert row.noticed == {Notice.DOORS_NOT_RESTORED}
    assert row.doors is not None
    assert left.ids("rental_unit") == ["0001--100--1"]
