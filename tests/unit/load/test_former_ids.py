"""Objects that earlier releases made under ids without the organization."""

from typing import Any

import pytest
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.ids import former_kiwi_id
from kiwi_sync.rules.reasons import Notice

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


def former(world: World) -> None:
    """KIWI and the state as earlier releases left them: ids without the organization, access on."""
    world.settle(unit(), tenant(), lease())
    names = {"rental_unit": unit_key(), "tenant": tenant_key(), "rental_agreement": agreement_key()}
    content = world.kiwi.content(world.organization)
    for kind in ("rental_agreement", "tenant", "rental_unit"):
        (item,) = content[kind].values()
        world.kiwi.remove_object(kind, item["id"], world.organization)
    for kind, key in names.items():
        (item,) = content[kind].values()
        put = {name: _former(world, value) for name, value in item.items() if name not in {"tenant", "state"}}
        world.server.put_object(kind, put, world.organization)
        row = RowKey.parse(key)
        world.table.items[row.pk][row.sk]["kiwi_id"] = _former(world, item["id"])


def _former(world: World, value: Any) -> Any:
    return value.removeprefix(f"{world.organization}--") if isinstance(value, str) else value


def test_what_is_there_under_former_ids_keeps_them(world: World) -> None:
    former(world)
    world.kiwi.clear_requests()
    world.settle(unit(name="Neu"), tenant(name="Anne"), lease(ende="2030-12-31"))
    there = world.kiwi.content(world.organization)
    assert {key for kind in there.values() for key in kind} == {"0001--100--1", "0001--7", "0001--L--7"}
    assert {one.split()[0] for one in world.asked()} == {"PUT"}, "nothing created twice, nothing deleted"
    assert faults(world) == []


def test_rows_that_have_lost_their_ids_find_what_is_there(world: World) -> None:
    """A load of the last release has crashed: created, but not written down."""
    former(world)
    for key in map(RowKey.parse, (unit_key(), tenant_key(), agreement_key())):
        item = world.table.items[key.pk][key.sk]
        item["doubt"] = "d"
        for name in ("kiwi_id", "payload_hash", "identity_hash"):
            item.pop(name, None)
    world.settle(unit(), tenant(), lease())
    there = world.kiwi.content(world.organization)
    assert {key for kind in there.values() for key in kind} == {"0001--100--1", "0001--7", "0001--L--7"}
    assert faults(world) == []


def test_the_deletion_of_a_former_id_is_said(world: World, caplog: pytest.LogCaptureFixture) -> None:
    former(world)
    world.settle(lease_key(), tenant_key(), unit_key())
    assert world.row(tenant_key()).noticed == {Notice.FORMER_ID_DELETED}
    assert world.row(unit_key()).noticed == frozenset(), "KIWI looks at the organization there"
    assert "without the organization" in caplog.text


def test_another_organizations_objects_with_the_same_numbers_stay(world: World) -> None:
    other = world.organization + 100_000
    world.server.add_account(f"user-{other}", "secret", other)
    fields = {"external_id": "e", "email_address": "x@kiwi.example.com", "first_name": "", "last_name": ""}
    world.server.put_object("tenant", {"id": former_kiwi_id(("0001", "7")), **fields}, other)
    world.settle(unit(), tenant(), lease())
    world.settle(lease_key(), tenant_key(), unit_key())
    assert world.ids("tenant") == []
    assert list(world.server.content(other)["tenant"]) == ["0001--7"]
