"""Values that KIWI wants unique: e-mail addresses, and external ids where a number contains a separator."""

import pytest
from kiwi_load.claiming import take
from kiwi_load.situation import read_situation
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import Change

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.load.scenarios import OURS
from tests.unit.transform.world import (
    agreement_key,
    lease,
    lease_key,
    tenant,
    tenant_key,
    unit,
)

OTHER = "b@kiwi.example.com"


def addresses(world: World) -> dict[str, str]:
    """The addresses in KIWI, by tenant."""
    return {key: one["email_address"] for key, one in world.content()["tenant"].items()}


@pytest.mark.parametrize("seed", range(4))
def test_a_shared_address_has_one_holder_and_the_others_say_so(new_world: NewWorld, seed: int) -> None:
    world = new_world(seed=seed)
    world.settle(tenant("7"), tenant("8"), tenant("9"))
    (holder,) = addresses(world)
    outcomes = {row.key.numbers[0]: row.outcome for row in world.rows().values()}
    assert outcomes.pop(holder.removeprefix("0001--")) is None
    assert set(outcomes.values()) == {Reason.EMAIL_TAKEN}
    assert faults(world) == []


def test_a_freed_address_goes_to_the_next_and_the_third_goes_on_waiting(world: World) -> None:
    world.settle(tenant("7"))
    world.settle(tenant("8"), tenant("9"))
    world.settle(tenant_key("7"))
    assert len(addresses(world)) == 1
    assert {world.row(tenant_key(number)).outcome for number in ("8", "9")} == {None, Reason.EMAIL_TAKEN}
    assert faults(world) == []
    world.settle(tenant_key("8"))
    assert addresses(world) == {"0001--9": OURS}
    assert faults(world) == []


def test_an_address_is_freed_when_its_holder_takes_another(world: World) -> None:
    world.settle(tenant("7"))
    world.settle(tenant("8"))
    world.settle(tenant("7", OTHER))
    assert addresses(world) == {"0001--7": OTHER, "0001--8": OURS}
    assert faults(world) == []


def test_the_agreement_of_a_waiting_tenant_waits_and_comes(world: World) -> None:
    world.settle(unit(), tenant("7"))
    world.settle(tenant("8"), lease(tenants=["8"]))
    assert world.row(agreement_key(tenant="8")).outcome == Reason.TENANT_NOT_SYNCHRONIZED
    world.settle(tenant_key("7"))
    assert world.ids("rental_agreement") == ["0001--L--8"]
    assert faults(world) == []


def test_who_wants_a_taken_address_keeps_what_is_in_kiwi(world: World) -> None:
    world.settle(tenant("7"), tenant("8", OTHER))
    world.settle(tenant("8", OURS, name="Berta"))
    assert addresses(world) == {"0001--7": OURS, "0001--8": OTHER}
    assert world.row(tenant_key("8")).outcome == Reason.EMAIL_TAKEN
    world.settle(tenant("8", OTHER, name="Berta"))
    assert world.content()["tenant"]["0001--8"]["first_name"] == "Berta"
    assert world.row(tenant_key("8")).outcome is None
    assert faults(world) == []


def test_who_swaps_addresses_is_reported_and_nothing_is_lost(world: World) -> None:
    world.settle(tenant("7", OURS), tenant("8", OTHER))
    world.settle(tenant("7", OTHER), tenant("8", OURS))
    assert addresses(world) == {"0001--7": OURS, "0001--8": OTHER}
    assert {world.row(tenant_key(number)).outcome for number in ("7", "8")} == {Reason.EMAIL_TAKEN}
    world.settle(tenant("7", None))
    world.settle(tenant("7", OTHER))
    assert addresses(world) == {"0001--7": OTHER, "0001--8": OURS}
    assert faults(world) == []


def test_the_address_that_kiwi_holds_is_kept_from_others_after_a_crash(new_world: NewWorld) -> None:
    world = new_world()
    world.settle(tenant("7"))
    world.settle(tenant("8", OTHER))
    world.table.items[world.row(tenant_key()).key.pk]["7"]["doubt"] = "a load that died"
    world.settle(tenant("7", OTHER))
    world.settle(tenant("9", OURS))
    assert addresses(world) == {"0001--7": OURS, "0001--8": OTHER}
    assert world.row(tenant_key("9")).outcome == Reason.EMAIL_TAKEN


def test_who_comes_back_to_an_address_that_is_free_by_now_waits_no_more(world: World) -> None:
    world.settle(tenant("7"))
    world.settle(tenant("8"))
    waiter = world.row(tenant_key("8"))
    (claim,) = waiter.claims
    world.settle(tenant("8", None), tenant_key("7"))
    # As a load leaves it that dies when it has settled the row, and comes again only after the address has.
    world.table.items[waiter.key.pk]["8"]["claims"] = frozenset({claim})
    world.table.update((claim, f"waiter#{waiter.key.text}"), Change(put={"waiter": waiter.key.text}))
    world.settle(tenant("8"))
    assert addresses(world) == {"0001--8": OURS}
    assert faults(world) == []


def test_two_leases_with_one_external_id_have_one_holder(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("1-7", OTHER), lease("L-1", ["7"]))
    world.settle(lease("L", ["1-7"]))
    assert world.ids("rental_agreement") == ["0001--L-1--7"]
    waiting = world.row(agreement_key("L", "1-7"))
    assert (waiting.outcome, waiting.external_id) == (Reason.EXTERNAL_ID_TAKEN, "0001-L-1-7")
    world.settle(lease_key("L-1"))
    assert world.ids("rental_agreement") == ["0001--L--1-7"]
    assert faults(world) == []


def test_who_loses_its_tenant_waits_for_no_external_id_any_more(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("1-7", OTHER), lease("L-1", ["7"]))
    world.settle(lease("L", ["1-7"]))
    world.settle(tenant("1-7", None))
    waiting = world.row(agreement_key("L", "1-7"))
    assert (waiting.outcome, waiting.claims) == (Reason.TENANT_NOT_SYNCHRONIZED, frozenset())
    assert faults(world) == []


def test_who_waits_for_a_unit_keeps_no_external_id_from_others(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("1-7", OTHER), lease("L-1", ["7"]), lease("L", ["1-7"]))
    (holder,) = world.ids("rental_agreement")
    fields = {"id": "foreign", "external_id": "0001-100-9", "name": "Somebody else's", "address": None}
    world.kiwi.put_object("rental_unit", fields, world.organization)
    moved = lease("L-1", ["7"], unit="9") if holder == "0001--L-1--7" else lease("L", ["1-7"], unit="9")
    world.settle(unit("9"), moved)
    assert world.ids("rental_agreement") == [{"0001--L-1--7", "0001--L--1-7"}.difference({holder}).pop()]
    assert faults(world) == []


def test_who_waits_for_a_tenant_that_a_person_deleted_keeps_no_external_id_from_others(world: World) -> None:
    world.settle(unit(), tenant("7"), tenant("1-7", OTHER))
    world.kiwi.remove_object("tenant", "0001--7", world.organization)
    fields = {"id": "foreign", "external_id": "x", "email_address": OURS, "first_name": "", "last_name": ""}
    world.kiwi.put_object("tenant", fields, world.organization)
    world.settle(lease("L-1", ["7"]))
    assert world.row(agreement_key("L-1")).outcome == Reason.WAITING
    assert faults(world) == []
    world.settle(lease("L", ["1-7"]))
    assert world.ids("rental_agreement") == ["0001--L--1-7"]


def test_another_separator_parts_them(world: World) -> None:
    records = [unit(), tenant("7"), tenant("1-7", OTHER), lease("L-1", ["7"]), lease("L", ["1-7"])]
    world.settle(*records)
    world.configure(separator="/")
    world.settle(*records)
    assert world.ids("rental_agreement") == ["0001--L--1-7", "0001--L-1--7"]
    assert faults(world) == []


TWIN = tenant("2", OURS).model_copy(update={"mandant": "0001-1"})
"""Has the same external id as the tenant 1-2 of Mandant 0001, and another address."""
TWIN_KEY = "c/mieter/0001-1/2"


def test_who_waits_for_its_external_id_keeps_no_address_from_others(world: World) -> None:
    world.settle(tenant("1-2", OTHER))
    world.settle(TWIN)
    assert world.row(TWIN_KEY).outcome == Reason.EXTERNAL_ID_TAKEN
    world.settle(tenant("9", OURS))
    assert addresses(world) == {"0001--1-2": OTHER, "0001--9": OURS}
    assert faults(world) == []
    world.settle(tenant_key("1-2"))
    assert world.row(TWIN_KEY).outcome == Reason.EMAIL_TAKEN
    assert faults(world) == []
    world.settle(tenant_key("9"))
    assert addresses(world) == {"0001-1--2": OURS}
    assert faults(world) == []


def test_an_address_that_a_dead_load_took_for_nothing_is_free_again(new_world: NewWorld) -> None:
    world = new_world(repeats=0.0)
    world.settle(tenant("1-2", OTHER))
    world.erp.say(TWIN)
    world.transform.transform(RowKey.parse(TWIN_KEY))
    row = world.row(TWIN_KEY)
    situation = read_situation(world.table, row.key, lambda: "")
    assert situation is not None
    claims = situation.claims
    assert world.load.writer.doubt(row, frozenset(claims), restore_access=False)
    (address,) = (claim for claim, reason in claims.items() if reason is Reason.EMAIL_TAKEN)
    assert take(world.table, address, row.key, waited=False)
    world.to_load.take()
    world.to_transform.take()
    world.settle(tenant("9", OURS))
    assert world.row(tenant_key("9")).outcome == Reason.EMAIL_TAKEN
    assert world.deliver(TWIN_KEY) == {}
    world.quiet()
    assert addresses(world) == {"0001--1-2": OTHER, "0001--9": OURS}
    assert faults(world) == []


def test_a_load_that_died_while_it_registered_leaves_no_waiter(new_world: NewWorld) -> None:
    world = new_world(repeats=0.0)
    world.settle(tenant("7"))
    world.erp.say(tenant("8"))
    world.transform.transform(world.row(tenant_key("8")).key)
    row = world.row(tenant_key("8"))
    (claim,) = world.row(tenant_key("7")).claims
    assert world.load.writer.doubt(row, frozenset({claim}), restore_access=False)
    assert not take(world.table, claim, row.key, waited=False)
    world.to_load.take()
    world.settle(tenant_key("7"))
    assert addresses(world) == {"0001--8": OURS}
    assert faults(world) == []
