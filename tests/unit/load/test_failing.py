"""A KIWI that refuses, fails or is away: nothing is lost, nothing is tried too often."""

from datetime import timedelta

import httpx
import pytest
from kiwi_load.kiwi_gate import Passage
from kiwi_load.stage import TRIES
from kiwi_load.worker import TryLaterError
from kiwi_sandbox.kiwi import Faults
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.errors import KiwiBroken
from kiwi_sync.rules.reasons import Problem
from kiwi_sync.state.rows import PARKED
from kiwi_sync.times import read_stamp, stamp

from tests.unit.load.driver import World
from tests.unit.load.rest import faults
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

REFUSED = {"name": "VALIDATION_ERROR", "message": "no such town", "details": []}


def answering(world: World, status: int, body: object, method: str, path: str) -> None:
    """Let KIWI answer so to some requests."""
    through = world.transport.handle_request

    def handle(request: httpx.Request) -> httpx.Response:
        if request.method == method and path in request.url.path:
            return httpx.Response(status, json=body)
        return through(request)

    world.transport.handle_request = handle  # type: ignore[method-assign]  # one answer of its own


def mended(world: World) -> None:
    """KIWI answers as it should again."""
    del world.transport.handle_request


def requests(world: World) -> int:
    return len(world.kiwi.requests)


def test_what_kiwi_refuses_is_parked_with_its_words_until_the_source_changes(world: World) -> None:
    answering(world, 422, REFUSED, "POST", "rental_units")
    world.settle(unit())
    row = world.row(unit_key())
    assert (row.problem, row.problem_text) == (Problem.REFUSED, "VALIDATION_ERROR: no such town")
    assert (row.todo_at, row.doubt) == (PARKED, None)
    before = requests(world)
    world.clock.sleep(10_000)
    world.resume()
    assert requests(world) == before, "no sweep brings it again"
    mended(world)
    world.settle(unit(name="Neu"))
    assert world.row(unit_key()).problem is None
    assert world.ids("rental_unit") == ["0001--100--1"]
    assert faults(world) == []


def test_long_words_are_cut(world: World) -> None:
    answering(world, 422, {**REFUSED, "message": "x" * 5000}, "POST", "rental_units")
    world.settle(unit())
    assert len(str(world.row(unit_key()).problem_text)) == 500


def test_a_key_that_kiwi_fails_at_comes_back_ten_times_then_rests_an_hour(world: World) -> None:
    answering(world, 500, {}, "POST", "tenants")
    world.erp.say(tenant("7"), tenant("8", "b@kiwi.example.com"))
    world.quiet()
    row = world.row(tenant_key("7"))
    assert (row.problem, row.problem_text) == (
        Problem.KIWI_ERROR,
        f"POST tenant {world.organization}--0001--7: 500",
    )
    assert row.doubt is not None
    assert row.todo_at is not None
    assert (read_stamp(row.todo_at) - world.clock.now).total_seconds() == 3600
    mended(world)
    before = requests(world)
    world.clock.sleep(3599)
    world.sweep()
    world.quiet()
    assert requests(world) == before
    world.clock.sleep(1)
    world.sweep()
    world.quiet()
    assert world.ids("tenant") == ["0001--7", "0001--8"]
    assert faults(world) == []


def test_a_failing_key_s_tries_are_counted_by_its_messages(world: World) -> None:
    world.erp.say(unit())
    world.transform.transform(RowKey.parse(unit_key()))
    answering(world, 500, {}, "POST", "rental_units")
    for receives in range(1, 10):
        failed = world.deliver(unit_key(), receives=receives)
        assert isinstance(failed[RowKey.parse(unit_key())], KiwiBroken)
    assert world.row(unit_key()).problem is None
    assert world.deliver(unit_key(), receives=10) == {}
    assert world.row(unit_key()).problem == Problem.KIWI_ERROR


def test_a_key_that_breaks_our_own_code_rests_for_an_hour_and_no_other_with_it(world: World) -> None:
    world.settle(unit(), tenant(), lease())
    world.erp.say(tenant(name="Anne"))
    key = RowKey.parse(tenant_key())
    world.transform.transform(key)
    item = world.table.items[key.pk][key.sk]
    world.table.items[key.pk][key.sk] = {**item, "desired": "no JSON"}
    before = world.row(tenant_key()).todo_at
    for receives in range(1, TRIES):
        assert world.deliver(tenant_key(), receives=receives).keys() == {key}
        assert world.row(tenant_key()).todo_at == before
    assert world.deliver(tenant_key(), receives=TRIES).keys() == {key}
    assert world.row(tenant_key()).todo_at == stamp(world.clock.now + timedelta(hours=1))


def test_a_parent_in_kiwi_that_cannot_be_changed_still_has_its_agreements(world: World) -> None:
    world.settle(unit(), tenant())
    answering(world, 500, {}, "PUT", "tenants")
    world.settle(tenant(name="Anne"), lease())
    assert world.row(tenant_key()).problem == Problem.KIWI_ERROR
    assert world.ids("rental_agreement") == ["0001--L--7"]


def test_a_collision_with_nothing_is_tried_again(world: World) -> None:
    answering(world, 400, {"name": "TENANT_ALREADY_EXISTS", "message": ""}, "POST", "tenants")
    world.erp.say(tenant())
    world.transform.transform(RowKey.parse(tenant_key()))
    failed = world.deliver(tenant_key())
    assert isinstance(failed[RowKey.parse(tenant_key())], TryLaterError)
    mended(world)
    world.resume()
    assert world.ids("tenant") == ["0001--7"]


def test_a_deletion_that_collides_is_tried_again(world: World) -> None:
    world.settle(tenant())
    answering(world, 400, {"name": "INTEGRITY_VIOLATION_ERROR", "message": ""}, "DELETE", "tenants")
    world.erp.say(tenant_key())
    world.transform.transform(RowKey.parse(tenant_key()))
    failed = world.deliver(tenant_key())
    assert isinstance(failed[RowKey.parse(tenant_key())], TryLaterError)
    mended(world)
    world.resume()
    assert world.ids("tenant") == []


@pytest.fixture
def away(world: World) -> World:
    """KIWI answers nobody, and everything that there is to do has been tried."""
    world.settle(unit(), tenant())
    world.kiwi.faults = Faults(outage=True)
    world.settle(unit(name="Neu"), tenant(email=None), unit("2"), lease("M"))
    return world


def test_while_kiwi_is_away_messages_are_acknowledged_and_remembered(away: World) -> None:
    owed = {unit_key(), tenant_key(), unit_key("2")}
    assert owed <= set(away.owed())
    assert away.gate.passage(CONNECTION) is Passage.CLOSED
    before = requests(away)
    away.settle(tenant("9", "c@kiwi.example.com"))
    assert requests(away) == before, "nothing is called while the gate is closed"
    assert away.deliver(tenant_key(), wake=True) == {}
    assert requests(away) == before


def test_what_was_remembered_is_done_when_kiwi_is_back(away: World) -> None:
    away.kiwi.faults = Faults()
    away.resume()
    assert away.content()["rental_unit"]["0001--100--1"]["name"] == "Neu"
    assert (away.ids("rental_unit"), away.ids("tenant")) == (["0001--100--1", "0001--100--2"], [])
    assert away.gate.passage(CONNECTION) is Passage.OPEN
    assert faults(away) == []


def test_an_absent_kiwi_is_probed_with_one_key(away: World) -> None:
    away.clock.sleep(400)
    before = requests(away)
    for key in (unit_key(), unit_key("2"), tenant_key()):
        assert away.deliver(key) == {}
    assert requests(away) - before == 3, "one probe, with the client's own attempts"


def test_a_wake_up_that_comes_while_kiwi_is_away_is_remembered_on_its_row(world: World) -> None:
    world.settle(unit(), tenant(), lease())
    world.kiwi.faults = Faults(outage=True)
    world.gate.away(CONNECTION, 60.0)
    rev = world.row(agreement_key()).rev
    world.deliver(agreement_key(), wake=True)
    world.deliver(tenant_key(), receives=2)
    world.deliver(unit_key())
    assert set(world.owed()) == {agreement_key(), tenant_key()}
    assert world.row(agreement_key()).rev == rev + 1, "nobody may take the mark away by what was before"
    world.deliver(tenant_key("nobody"), wake=True)
    assert tenant_key("nobody") not in world.rows()


def test_settings_that_break_leave_everything_owed(world: World) -> None:
    world.settle(unit())
    world.erp.say(unit(name="Neu"))
    world.transform.transform(RowKey.parse(unit_key()))
    world.ssm.put(CONNECTION, "{}")
    world.restart()
    assert world.deliver(unit_key()) == {}
    assert world.owed() == [unit_key()]
    world.configure()
    world.clock.sleep(1000)
    world.resume()
    assert world.content()["rental_unit"]["0001--100--1"]["name"] == "Neu"


def test_an_agreement_whose_tenant_was_deleted_by_hand_brings_it_back(world: World) -> None:
    world.settle(unit(), tenant())
    world.kiwi.remove_object("tenant", "0001--7", world.organization)
    world.settle(lease())
    assert world.ids("tenant") == ["0001--7"]
    assert world.ids("rental_agreement") == ["0001--L--7"]
    assert faults(world) == []


def test_twenty_percent_of_faults_leave_no_trace(world: World) -> None:
    world.kiwi.faults = Faults.mixed(0.2)
    world.settle(unit(), tenant(), lease())
    world.resume()
    world.settle(unit_key("1"), unit("2"), tenant(email="b@kiwi.example.com"), lease(unit="2"))
    world.resume()
    assert world.ids("rental_unit") == ["0001--100--2"]
    assert world.content()["rental_agreement"]["0001--L--7"]["rental_unit_id"] == "0001--100--2"
    world.settle(lease_key(), tenant_key(), unit_key("2"))
    world.resume()
    assert world.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    world.kiwi.faults = Faults()
    assert faults(world) == []
