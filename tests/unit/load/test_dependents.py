"""Links between rows, former parents, and links that came too late."""

import pytest
from kiwi_sync.keys import RowKey
from kiwi_sync.state.links import linked, write_link
from kiwi_sync.state.rows import Row, owe

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.rest import faults, links
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
def let(new_world: NewWorld) -> World:
    """A lease in KIWI, and another unit."""
    world = new_world(repeats=0.0)
    world.settle(unit("1"), unit("2"), tenant(), lease())
    return world


def late_link(world: World, parent: str, age: int = 1) -> None:
    """A transform of an older state of the lease, late: it has written its link, and writes no row."""
    rev = world.row(agreement_key()).desired_from - age
    write_link(world.table, RowKey.parse(parent), RowKey.parse(agreement_key()), rev)


def agreement(world: World) -> Row:
    return world.row(agreement_key())


def test_an_agreement_is_linked_to_both_parents(let: World) -> None:
    assert links(let) == [(tenant_key(), agreement_key()), (unit_key(), agreement_key())]
    assert agreement(let).parents == {tenant_key(), unit_key()}


def test_a_former_parent_is_paid_and_crossed_off(let: World) -> None:
    let.settle(lease(unit="2"))
    assert agreement(let).parents == {tenant_key(), unit_key("2")}
    assert links(let) == [(tenant_key(), agreement_key()), (unit_key("2"), agreement_key())]


def test_an_agreement_that_is_gone_leaves_no_link_and_no_debt(let: World) -> None:
    let.settle(lease_key())
    assert (links(let), agreement(let).parents) == ([], frozenset())


def test_a_late_link_does_not_hold_back_a_unit_that_goes(let: World) -> None:
    late_link(let, unit_key("2"))
    let.settle(unit_key("2"))
    assert let.ids("rental_unit") == ["0001--100--1"]
    assert let.row(unit_key("2")).expires is not None
    assert faults(let) == []


def test_a_link_whose_agreement_never_came_does_not_hold_back_a_unit_that_goes(let: World) -> None:
    late_link(let, unit_key("2"), age=-1)
    let.settle(unit_key("2"))
    assert let.ids("rental_unit") == ["0001--100--1"]
    assert let.ids("rental_agreement") == ["0001--L--7"]


def test_a_late_link_is_cleared_away_by_its_unit_s_next_load(let: World) -> None:
    late_link(let, unit_key("2"))
    let.settle(unit("2", name="Neu"))
    assert linked(let.table, RowKey.parse(unit_key("2"))) == {}


def test_a_link_whose_agreement_is_yet_to_be_written_stays(let: World) -> None:
    late_link(let, unit_key("2"), age=-1)
    (written,) = let.erp.write(lease("M", unit="2"))
    newcomer = RowKey.parse(agreement_key("M"))
    write_link(let.table, RowKey.parse(unit_key("2")), newcomer, let.row(written.text).source_rev)
    let.settle(unit("2", name="Neu"))
    assert linked(let.table, RowKey.parse(unit_key("2"))).keys() == {agreement(let).key, newcomer}


def test_the_link_of_a_present_parent_stays_however_old(let: World) -> None:
    let.settle(lease(ende="2030-12-31"))
    link = let.table.items[f"%link#{unit_key()}"][agreement_key()]
    link["rev"] = 1
    let.settle(unit(name="Neu"))
    assert (unit_key(), agreement_key()) in links(let)


def test_only_agreements_that_are_not_as_they_should_be_are_woken(let: World) -> None:
    let.settle(tenant("8", "b@kiwi.example.com"), lease("M", ["8"]))
    for key in (unit_key(), tenant_key()):
        let.deliver(key)
    assert let.to_load.keys() == []


def test_distrust_makes_a_row_be_looked_at_though_its_wake_up_is_forgotten(let: World) -> None:
    let.kiwi.remove_object("rental_agreement", "0001--L--7", let.organization)
    let.load.worker.dependents.distrust(agreement(let))
    assert let.to_load.keys() == [agreement_key()]
    assert (agreement(let).doubt is not None, let.owed()) == (True, [agreement_key()])
    let.resume()
    assert let.ids("rental_agreement") == ["0001--L--7"]
    assert faults(let) == []


def test_a_parent_whose_entity_is_gone_expires_once_its_last_agreement_has_let_go(let: World) -> None:
    let.erp.say(unit_key(), tenant_key(), lease_key())
    let.to_transform.take()
    let.transform.transform(let.row(unit_key()).key)
    let.quiet()
    assert let.row(unit_key()).expires is None
    let.resume()
    let.clock.sleep(1000)
    let.resume()
    assert all(row.expires is not None for row in let.rows().values() if row.gone)


def link_of_a_crash(world: World, parent: str) -> None:
    """A transform crashed after the link, before the agreement; the lease has another tenant since."""
    rev = world.row(lease_key()).source_rev - 1
    write_link(world.table, RowKey.parse(parent), RowKey.parse(agreement_key(tenant="8")), rev)


def test_a_link_whose_agreement_will_never_come_goes_with_its_parent(let: World) -> None:
    link_of_a_crash(let, unit_key("2"))
    let.settle(unit_key("2"))
    assert let.row(unit_key("2")).expires is not None
    assert links(let) == [(tenant_key(), agreement_key()), (unit_key(), agreement_key())]


def test_a_link_stays_while_its_lease_may_still_bring_the_agreement(let: World) -> None:
    link_of_a_crash(let, unit_key("2"))
    owe(let.table, let.row(lease_key()), let.clock.now)
    let.settle(unit_key("2"))
    assert let.row(unit_key("2")).expires is None
    assert (unit_key("2"), agreement_key(tenant="8")) in links(let)


def test_an_agreement_that_cannot_be_read_is_woken_and_fails_alone(let: World) -> None:
    key = RowKey.parse(agreement_key())
    let.table.items[key.pk][key.sk] = {**let.table.items[key.pk][key.sk], "desired": "no JSON"}
    let.erp.say(tenant(name="Anne"))
    let.transform.transform(RowKey.parse(tenant_key()))
    assert let.deliver(tenant_key()) == {}
    assert let.row(tenant_key()).todo is None
    assert let.deliver(agreement_key(), wake=True).keys() == {key}


def test_a_link_of_a_crash_goes_though_its_agreement_was_there_before(let: World) -> None:
    let.settle(tenant("8", "b@kiwi.example.com"), lease(tenants=["7", "8"]))
    let.settle(lease())
    let.settle(lease(ende="2030-12-31"))
    let.settle(lease(ende="2031-12-31"))
    link_of_a_crash(let, unit_key("2"))
    assert let.row(agreement_key(tenant="8")).desired_from < let.row(lease_key()).source_rev - 1
    let.settle(unit_key("2"))
    assert let.row(unit_key("2")).expires is not None
    assert (unit_key("2"), agreement_key(tenant="8")) not in links(let)
