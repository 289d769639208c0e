"""Something else is worked in the middle of an invocation, before any of its effects."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.extent import extent
from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.points import Points
from tests.unit.load.rest import differences, faults, picture
from tests.unit.load.scenarios import (
    FREED,
    MOVED,
    SCENARIOS,
    STANDS,
    Scenario,
    Step,
    access_on,
    play,
    says,
    sharing_is_limited_to,
)
from tests.unit.transform.world import lease, lease_key, tenant, tenant_key, unit, unit_key

MANY = 400
STEP = extent(6, 2)
"""Every second point will do: the seed shuffles what comes before it, so each is met in some scenario."""

OVERTAKEN: dict[str, tuple[Scenario, Step]] = {
    "created and gone": (
        Scenario("", STANDS),
        says(unit_key(), tenant_key(), lease_key()),
    ),
    "gone and back": (Scenario("", says(unit_key(), tenant_key(), lease_key()), (STANDS,)), STANDS),
    "moved and back": (Scenario("", MOVED, (STANDS, access_on)), STANDS),
    "moved twice": (
        Scenario("", MOVED, (STANDS, access_on)),
        says(unit("2", "Whg. 2"), unit("3", "Whg. 3"), lease(unit="3")),
    ),
    "moved, then the former unit goes": (
        Scenario("", says(unit("2", "Whg. 2"), lease(unit="2")), (STANDS,)),
        says(unit_key("1")),
    ),
    "moved, then all goes": (
        Scenario("", says(unit("2", "Whg. 2"), lease(unit="2")), (STANDS, access_on)),
        says(unit_key("1"), unit_key("2"), tenant_key(), lease_key()),
    ),
    "e-mail lost and found": (Scenario("", says(tenant(email=None)), (STANDS,)), STANDS),
    "e-mail changed twice": (
        Scenario("", FREED, (STANDS, says(tenant("8")))),
        says(tenant("7", "third@kiwi.example.com")),
    ),
    "e-mail freed and wanted by a third": (
        Scenario("", FREED, (STANDS, says(tenant("8")))),
        says(tenant_key("8"), tenant("9")),
    ),
    "waiter wants another": (
        Scenario("", says(tenant_key("7")), (says(tenant("7")), says(tenant("8")))),
        says(tenant("8", "b@kiwi.example.com")),
    ),
    "tenants exchanged": (
        Scenario("", says(tenant("8", "b@kiwi.example.com"), lease(tenants=["8"])), (STANDS,)),
        says(tenant_key("8"), lease(tenants=["7"])),
    ),
}


def interrupted(world: World, scenario: Scenario, step: Callable[[World], Any]) -> World:
    """The world after the scenario, in the middle of which everything else is worked, and `step` too."""

    def happening(_what: str) -> None:
        world.restart()  # other containers: a load in the middle of something holds its locks
        step(world)
        world.quiet()

    world.points.happening = happening
    return play(world, scenario)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_others_do_in_the_middle_of_it_changes_nothing_in_the_end(
    new_direct_world: NewWorld, scenario: Scenario
) -> None:
    expected = play(new_direct_world(), scenario)
    wrong: dict[str, list[str]] = {}
    for at in range(1, MANY, STEP):
        points = Points(at)
        world = interrupted(new_direct_world(points=points, seed=at), scenario, lambda _world: None)
        found = faults(world) + differences(picture(world), picture(expected))
        if found:
            wrong[f"seed {at}: all was worked before {points.passed[at - 1 : at]}"] = found
        if not points.happened:
            break
    assert wrong == {}


@pytest.mark.parametrize("name", OVERTAKEN)
def test_a_change_that_is_overtaken_while_it_is_worked_leaves_nothing_behind(
    new_direct_world: NewWorld, name: str
) -> None:
    scenario, newer = OVERTAKEN[name]
    expected = play(new_direct_world(), scenario)
    newer(expected)
    look_at_parents(expected)
    wrong: dict[str, list[str]] = {}
    for at in range(1, MANY, STEP):
        points = Points(at)
        world = interrupted(new_direct_world(points=points, seed=at), scenario, newer)
        if not points.happened:
            break
        look_at_parents(world)
        found = faults(world) + differences(without_history(world), without_history(expected))
        if found:
            wrong[f"seed {at}: overtaken before {points.passed[at - 1 : at]}"] = found
    assert wrong == {}


def test_who_wants_a_placeholder_goes_though_the_agreement_has_gone_just_before(
    new_direct_world: NewWorld,
) -> None:
    other = "b@kiwi.example.com"
    before = (sharing_is_limited_to(1), STANDS, says(tenant("8", other)))
    scenario = Scenario("", says(tenant("7", other)), before)
    for at in range(1, MANY):
        points = Points(at)
        world = interrupted(new_direct_world(points=points, seed=at), scenario, says(lease_key()))
        world.quiet()
        assert world.content()["tenant"] == {}, f"seed {at}, before {points.passed[at - 1 : at]}"
        if not points.happened:
            return


def look_at_parents(world: World) -> None:
    """Once all is quiet, load each unit and tenant once more: links that came late are cleared away then."""
    world.quiet()
    for key in world.rows():
        if key.split("/")[1] in {"verwaltungseinheit", "mieter"}:
            assert world.deliver(key) == {}
    world.quiet()


def without_history(world: World) -> dict[str, Any]:
    """A picture without the parts that depend on skipped states.

    An object that never left does not lose access; an agreement that never existed has no row.
    """
    seen = picture(world)
    seen["rows"] = {key: row for key, row in seen["rows"].items() if not row["expires"]}
    for agreement in seen["content"]["rental_agreement"].values():
        del agreement["state"]
    del seen["doors"]
    return seen
