"""KIWI keeps the coordinates that came first: nothing is sent again for them, and the row says so."""

from typing import Any

import pytest
from kiwi_sync.erp.models import Verwaltungseinheit
from kiwi_sync.rules.reasons import Notice

from tests.unit.load.driver import World
from tests.unit.load.rest import faults
from tests.unit.transform.world import unit, unit_key

KEPT = frozenset({Notice.COORDINATES_KEPT})


def housed(world: World, number: str = "1", lat: float = 52.5, **fields: Any) -> Verwaltungseinheit:
    """A unit of a house that no other world has."""
    house = {"strasse": f"Weg {world.organization}", "plz": "10119", "ort": "Berlin", "bundesland": "Berlin"}
    return unit(number, **(house | {"latitude": lat, "longitude": 13.4} | fields))


def noticed(world: World, number: str = "1") -> frozenset[str]:
    assert faults(world) == []
    return world.row(unit_key(number)).noticed


def written(world: World) -> list[str]:
    return [one.split()[0] for one in world.asked() if not one.startswith("GET")]


def test_who_comes_second_is_told(world: World) -> None:
    world.settle(housed(world))
    world.clock.sleep(1)
    world.settle(housed(world, "2", lat=52.6))
    assert (noticed(world), noticed(world, "2")) == (frozenset(), KEPT)
    assert world.content()["rental_unit"]["0001--100--2"]["address"]["lat"] == 52.5


def test_new_coordinates_are_not_sent_but_noticed_until_they_agree_again(world: World) -> None:
    world.settle(housed(world))
    world.kiwi.clear_requests()
    world.settle(housed(world, lat=52.6))
    assert (noticed(world), written(world)) == (KEPT, [])
    world.settle(housed(world, lat=52.500000000004))
    assert (noticed(world), written(world)) == (frozenset(), [])


def test_another_house_brings_its_own(world: World) -> None:
    world.settle(housed(world))
    world.settle(housed(world, lat=52.6))
    world.settle(housed(world, lat=52.6, hausnummer="2"))
    assert noticed(world) == frozenset()
    world.settle(housed(world, lat=52.6))
    assert noticed(world) == KEPT


@pytest.mark.parametrize("gone", ["unit", "address"])
def test_the_notice_goes_with_what_it_is_about(world: World, gone: str) -> None:
    world.settle(housed(world))
    world.settle(housed(world, lat=52.6))
    world.settle(unit_key() if gone == "unit" else housed(world, lat=52.6, bundesland=None))
    assert noticed(world) == frozenset()


def test_what_is_found_in_kiwi_is_compared_too(world: World) -> None:
    """A load has crashed: its object is found, with the coordinates of somebody else."""
    world.settle(housed(world), housed(world, "2"))
    row = world.row(unit_key("2"))
    item = world.table.items[row.key.pk][row.key.sk]
    item["doubt"] = "d"
    for name in ("kiwi_id", "payload_hash", "coordinates"):
        item.pop(name, None)
    world.kiwi.clear_requests()
    world.settle(housed(world, "2", lat=52.6))
    assert (noticed(world, "2"), written(world)) == (KEPT, [])


def test_a_row_of_an_earlier_release_learns_them_with_the_next_write(world: World) -> None:
    world.settle(housed(world))
    row = world.row(unit_key())
    world.table.items[row.key.pk][row.key.sk].pop("coordinates")
    world.settle(housed(world, lat=52.6))
    assert noticed(world) == frozenset(), "nobody knows"
    world.settle(housed(world, lat=52.6, name="Neu"))
    assert noticed(world) == KEPT
