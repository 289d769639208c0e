"""Load end to end against the embedded KIWI: the ERP's records arrive, in any order."""

from datetime import timedelta
from typing import Any

import pytest
from kiwi_load.stage import Hint
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Reason

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.transform.world import (
    agreement_key,
    lease,
    lease_key,
    tenant,
    tenant_key,
    unit,
    unit_key,
)

ADDRESS: dict[str, Any] = {
    "strasse": "Lindenstraße",
    "hausnummer": "12a",
    "plz": "10969",
    "ort": "Berlin",
    "bundesland": "Berlin",
    "latitude": 52.5,
    "longitude": 13.4,
}


@pytest.fixture
def let(world: World) -> World:
    """A unit, a tenant and a lease, all in KIWI."""
    world.settle(unit(), tenant(), lease())
    return world


def test_units_tenants_and_agreements_are_created(world: World) -> None:
    world.settle(unit(**ADDRESS), tenant(), lease(ende="2027-01-31"))
    content = world.content()
    flat = content["rental_unit"]["0001--100--1"]
    assert (flat["external_id"], flat["name"]) == ("0001-100-1", "Whg. 1")
    assert (flat["address"]["street"], flat["address"]["lat"]) == ("Lindenstraße 12a", 52.5)
    assert content["tenant"] == {
        "0001--7": {
            "id": "0001--7",
            "external_id": "0001-7",
            "email_address": "anna@kiwi.example.com",
            "first_name": "Anna",
            "last_name": "Muster",
        }
    }
    assert content["rental_agreement"] == {
        "0001--L--7": {
            "id": "0001--L--7",
            "external_id": "0001-L-7",
            "tenant_id": "0001--7",
            "rental_unit_id": "0001--100--1",
            "start_at": "2023-12-31T23:00:00Z",
            "end_at": "2027-01-31T22:59:59Z",
            "state": "Created",
        }
    }
    assert faults(world) == []


def test_changes_arrive(let: World) -> None:
    let.settle(unit(name="Neu"), tenant(name="Anne", email="anne@kiwi.example.com"), lease(ende="2030-12-31"))
    content = let.content()
    assert content["rental_unit"]["0001--100--1"]["name"] == "Neu"
    assert content["tenant"]["0001--7"]["first_name"] == "Anne"
    assert content["tenant"]["0001--7"]["email_address"] == "anne@kiwi.example.com"
    assert content["rental_agreement"]["0001--L--7"]["end_at"] == "2030-12-31T22:59:59Z"
    assert faults(let) == []


def test_what_is_unchanged_is_not_written_again(let: World) -> None:
    let.kiwi.clear_requests()
    let.settle(unit(), tenant(), lease())
    mine = [request for request in let.kiwi.requests if request.organization_id == let.organization]
    assert mine == []
    assert faults(let) == []


def test_what_is_gone_goes_and_its_rows_may_expire(let: World) -> None:
    let.settle(unit_key(), tenant_key(), lease_key())
    assert let.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    for row in let.rows().values():
        assert row.expires is not None, row.key
        assert (row.record, row.desired, row.kiwi_id) == (None, None, None)
    assert faults(let) == []


def test_what_comes_back_does_not_expire(let: World) -> None:
    let.settle(unit_key(), tenant_key(), lease_key())
    let.settle(unit(), tenant(), lease())
    assert let.ids("rental_agreement") == ["0001--L--7"]
    assert all(row.expires is None for row in let.rows().values())


def test_an_agreement_before_its_parents_waits_without_retries_and_is_woken(new_world: NewWorld) -> None:
    world = new_world(repeats=0.0)
    world.erp.say(unit(), tenant())
    world.to_transform.take()
    transform(world, unit_key(), tenant_key())
    world.settle(lease())
    row = world.row(agreement_key())
    assert (row.outcome, row.todo) == (Reason.TENANT_NOT_SYNCHRONIZED, None)
    for parent in (unit_key(), tenant_key()):
        world.deliver(parent)
        assert world.to_load.keys() == [agreement_key()], "each parent wakes it: which one is last?"
    world.deliver(agreement_key())
    assert world.ids("rental_agreement") == ["0001--L--7"]


def transform(world: World, *keys: str) -> None:
    """Transform some keys, and lose the messages to load."""
    for key in keys:
        world.transform.transform(world.row(key).key)
    world.to_load.take()


def test_an_agreement_whose_unit_alone_is_missing_in_kiwi_waits_for_it(world: World) -> None:
    world.settle(tenant())
    world.erp.say(unit())
    world.to_transform.take()
    transform(world, unit_key())
    world.settle(lease())
    assert world.row(agreement_key()).outcome == Reason.WAITING


@pytest.mark.parametrize(
    ("missing", "reason"), [("tenant", Reason.TENANT_NOT_SYNCHRONIZED), ("unit", Reason.UNIT_UNKNOWN)]
)
def test_an_agreement_without_tenant_or_unit_says_so(world: World, missing: str, reason: Reason) -> None:
    world.settle(unit() if missing == "tenant" else tenant(), lease())
    assert world.row(agreement_key()).outcome == reason
    assert world.ids("rental_agreement") == []
    world.settle(tenant() if missing == "tenant" else unit())
    assert world.ids("rental_agreement") == ["0001--L--7"]
    assert world.row(agreement_key()).outcome is None


def test_parents_that_are_to_go_wait_for_their_agreement(new_world: NewWorld) -> None:
    world = new_world(repeats=0.0)
    world.settle(unit(), tenant(), lease())
    world.erp.say(unit_key(), lease_key())
    world.to_transform.take()
    transform(world, unit_key(), lease_key())
    world.deliver(unit_key())
    assert world.row(unit_key()).outcome == Reason.WAITING
    assert world.to_load.keys() == [agreement_key()]
    world.deliver(agreement_key())
    assert world.to_load.keys() == [unit_key()]
    world.deliver(unit_key())
    assert world.ids("rental_unit") == []


def test_a_co_tenant_without_e_mail_holds_back_nobody(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("8", email=None), lease(tenants=["8", "7"]))
    assert world.ids("rental_agreement") == ["0001--L--7"]
    assert world.row(agreement_key(tenant="8")).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    world.settle(tenant("8", email="b@kiwi.example.com"))
    assert world.ids("rental_agreement") == ["0001--L--7", "0001--L--8"]


def test_a_pair_that_its_lease_no_longer_names_goes(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("8", "b@kiwi.example.com"), lease(tenants=["7", "8"]))
    world.settle(lease(tenants=["8"]))
    assert world.ids("rental_agreement") == ["0001--L--8"]
    assert world.ids("tenant") == ["0001--7", "0001--8"]
    assert faults(world) == []


def deleted_by_hand(world: World, *objects: tuple[str, str]) -> None:
    for kind, key in objects:
        world.kiwi.remove_object(kind, key, world.organization)


@pytest.mark.parametrize(
    ("objects", "change"),
    [
        ([("rental_agreement", "0001--L--7")], lease(ende="2030-12-31")),
        ([("rental_agreement", "0001--L--7"), ("tenant", "0001--7")], tenant(name="Anne")),
        ([("rental_agreement", "0001--L--7"), ("rental_unit", "0001--100--1")], unit(name="Neu")),
        ([("rental_agreement", "0001--L--7"), ("tenant", "0001--7")], lease(ende="2030-12-31")),
    ],
)
def test_what_was_deleted_by_hand_comes_back_with_its_next_change(
    let: World, objects: list[tuple[str, str]], change: Any
) -> None:
    deleted_by_hand(let, *objects)
    let.settle(change)
    assert {kind: len(ones) for kind, ones in let.content().items()} == {
        "rental_unit": 1,
        "tenant": 1,
        "rental_agreement": 1,
    }
    assert faults(let) == []


def test_the_deletion_of_what_was_deleted_by_hand_is_success(let: World) -> None:
    deleted_by_hand(let, ("rental_agreement", "0001--L--7"), ("tenant", "0001--7"))
    let.settle(lease_key(), tenant_key(), unit_key())
    assert let.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    assert faults(let) == []


def test_a_key_without_a_row_is_nothing(world: World) -> None:
    assert world.deliver(tenant_key("nobody")) == {}
    assert world.ids("tenant") == []


@pytest.mark.parametrize("seed", range(8))
def test_any_order_and_repetition_of_messages_ends_the_same(new_world: NewWorld, seed: int) -> None:
    world = new_world(seed=seed, repeats=0.3)
    world.erp.say(unit(), tenant("7"), tenant("8", "b@kiwi.example.com"), lease("L", ["7", "8"]))
    world.erp.say(unit("2"), lease("M", ["8"], unit="2"), tenant("7", email=None))
    world.settle(unit_key("1"), lease("L", ["8", "7"], unit="2"))
    assert world.ids("rental_unit") == ["0001--100--2"]
    assert world.ids("tenant") == ["0001--8"]
    assert world.ids("rental_agreement") == ["0001--L--8", "0001--M--8"]
    assert faults(world) == []


def test_no_further_step_is_begun_when_time_is_up(world: World) -> None:
    world.settle(tenant())
    deleted_by_hand(world, ("tenant", "0001--7"))
    world.erp.say(tenant(name="Rike"))
    transform(world, tenant_key())
    hints = [Hint(RowKey.parse(tenant_key()), False, 1, ("receipt",))]
    assert world.load.work(hints, world.clock() - timedelta(seconds=1)).keys() == {hints[0].key}
    assert world.ids("tenant") == [], "the first step has found out that it is not there"
    assert world.load.work(hints, world.clock()) == {}
    assert world.ids("tenant") == ["0001--7"]
