"""Objects that were in KIWI before: ours are adopted, others' are never touched."""

import pytest
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import PARKED

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.load.scenarios import OURS, put_tenant
from tests.unit.transform.world import (
    agreement_key,
    lease,
    lease_key,
    tenant,
    tenant_key,
    unit,
    unit_key,
)

DATES = {"start_at": "2020-01-01T00:00:00Z", "end_at": "2030-01-01T00:00:00Z"}


def put_unit(world: World, key: str, external_id: str) -> None:
    """Somebody creates a unit in KIWI by hand."""
    fields = {"id": key, "external_id": external_id, "name": "By hand", "address": None}
    world.kiwi.put_object("rental_unit", fields, world.organization)


def put_agreement(
    world: World, key: str, external_id: str, tenant: str = "0001--7", unit: str = "0001--100--1"
) -> None:
    """Somebody creates an agreement in KIWI by hand."""
    parents = {"tenant_id": tenant, "rental_unit_id": unit}
    fields = {"id": key, "external_id": external_id, **parents, **DATES}
    world.kiwi.put_object("rental_agreement", fields, world.organization)


def test_a_tenant_with_our_external_id_and_address_is_ours_and_keeps_its_id(world: World) -> None:
    put_tenant("theirs", "0001-7", OURS)(world)
    world.settle(unit(), tenant(name="Anne"), lease())
    content = world.content()
    assert content["tenant"].keys() == {"theirs"}
    assert content["tenant"]["theirs"]["first_name"] == "Anne"
    assert content["rental_agreement"]["0001--L--7"]["tenant_id"] == "theirs"
    assert world.row(tenant_key()).kiwi_id == "theirs"
    world.settle(tenant_key(), lease_key())
    assert world.ids("tenant") == []
    assert faults(world) == []


def test_an_object_with_our_id_is_ours_and_is_made_as_it_should_be(world: World) -> None:
    put_unit(world, "0001--100--1", "something-else")
    put_tenant("0001--7", "else", "old@kiwi.example.com")(world)
    put_agreement(world, "0001--L--7", "else")
    world.kiwi.set_access("0001--L--7", True, world.organization)
    world.settle(unit(), tenant(), lease())
    content = world.content()
    assert content["rental_unit"]["0001--100--1"]["external_id"] == "0001-100-1"
    assert content["tenant"]["0001--7"]["email_address"] == OURS
    agreement = content["rental_agreement"]["0001--L--7"]
    assert (agreement["external_id"], agreement["state"]) == ("0001-L-7", "Activated")
    assert faults(world) == []


def test_an_agreement_with_our_external_id_and_parents_is_ours(world: World) -> None:
    world.settle(unit(), tenant())
    put_agreement(world, "by-hand", "0001-L-7")
    world.kiwi.set_access("by-hand", True, world.organization)
    world.settle(lease())
    (agreement,) = world.content()["rental_agreement"].values()
    assert (agreement["id"], agreement["state"]) == ("by-hand", "Activated")
    assert agreement["end_at"] == "9999-12-31T23:59:59Z"
    assert world.row(agreement_key()).kiwi_id == "by-hand"


def is_foreign(world: World, key: str) -> bool:
    """Whether the row is parked, until its source changes, because of somebody else's object."""
    row = world.row(key)
    return (row.problem, row.todo_at) == (Problem.FOREIGN_OBJECT, PARKED)


@pytest.mark.parametrize(
    ("external_id", "email"), [("no-one-s", OURS), ("0001-7", "stranger@kiwi.example.com")]
)
def test_somebody_else_s_tenant_is_a_problem_and_untouched(
    world: World, external_id: str, email: str
) -> None:
    put_tenant("foreign", external_id, email)(world)
    before = world.content()["tenant"]
    world.settle(unit(), tenant(), lease())
    assert world.content()["tenant"] == before
    assert is_foreign(world, tenant_key())
    assert world.row(tenant_key()).problem_text == "tenant foreign"
    assert world.row(agreement_key()).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    world.settle(tenant_key(), lease_key())
    assert world.content()["tenant"] == before
    assert faults(world) == []


def test_somebody_else_s_unit_is_a_problem_and_untouched(world: World) -> None:
    put_unit(world, "foreign", "0001-100-1")
    world.settle(unit())
    assert is_foreign(world, unit_key())
    assert world.content()["rental_unit"]["foreign"]["name"] == "By hand"


def test_somebody_else_s_agreement_is_a_problem_and_untouched(world: World) -> None:
    world.settle(unit(), tenant())
    put_tenant("stranger", "s", "stranger@kiwi.example.com")(world)
    put_agreement(world, "foreign", "0001-L-7", tenant="stranger")
    world.settle(lease())
    assert is_foreign(world, agreement_key())
    assert world.content()["rental_agreement"]["foreign"]["tenant_id"] == "stranger"


def test_an_update_that_collides_is_a_problem_and_both_stay(world: World) -> None:
    put_tenant("foreign", "no-one-s", "b@kiwi.example.com")(world)
    world.settle(tenant())
    world.settle(tenant(email="b@kiwi.example.com"))
    assert is_foreign(world, tenant_key())
    held = {key: one["email_address"] for key, one in world.content()["tenant"].items()}
    assert held == {"foreign": "b@kiwi.example.com", "0001--7": OURS}
    world.settle(tenant("8"))
    assert world.row(tenant_key("8")).outcome == Reason.EMAIL_TAKEN, "ours is still in use"
    world.settle(tenant(email="c@kiwi.example.com"))
    assert world.row(tenant_key()).problem is None
    assert world.row(tenant_key("8")).outcome is None
    assert faults(world) == []


def test_a_tenant_that_is_in_kiwi_but_cannot_be_changed_has_its_agreements(world: World) -> None:
    put_tenant("foreign", "no-one-s", OURS)(world)
    put_tenant("0001--7", "0001-7", "old@kiwi.example.com")(world)
    world.settle(unit(), lease())
    world.settle(tenant())
    assert is_foreign(world, tenant_key())
    assert world.ids("rental_agreement") == ["0001--L--7"]
    assert faults(world) == []


@pytest.mark.parametrize("seed", range(6))
def test_an_agreement_that_is_refused_under_its_new_unit_lets_the_old_one_go(
    new_world: NewWorld, seed: int
) -> None:
    world = new_world(seed=seed)
    world.settle(unit("1"), unit("2"), tenant(), lease())
    put_tenant("stranger", "s", "stranger@kiwi.example.com")(world)
    world.configure(separator="/")
    put_agreement(world, "foreign", "0001/L/7", tenant="stranger", unit="0001--100--2")
    world.settle(unit_key("1"), lease(unit="2"))
    assert is_foreign(world, agreement_key())
    world.kiwi.remove_object("rental_agreement", "foreign", world.organization)
    assert world.ids("rental_unit") == ["0001--100--2"]
    assert faults(world) == []
