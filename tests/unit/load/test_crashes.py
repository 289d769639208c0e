"""A crash before any effect, then the same messages again: the end is the same as without."""

import pytest

from tests.extent import extent
from tests.unit.load.conftest import NewWorld
from tests.unit.load.points import Points
from tests.unit.load.rest import differences, faults, picture
from tests.unit.load.scenarios import SCENARIOS, Scenario, play

MANY = 400
STEP = extent(3, 1)
"""The distance between the places of a crash that are tried."""


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_crash_before_any_effect_changes_nothing_in_the_end(
    new_direct_world: NewWorld, scenario: Scenario
) -> None:
    expected = play(new_direct_world(), scenario)
    assert faults(expected) == []
    wrong: dict[str, list[str]] = {}
    for at in range(1, MANY, STEP):
        points = Points(at)
        world = play(new_direct_world(points=points, seed=at), scenario)
        found = faults(world) + differences(picture(world), picture(expected))
        if found:
            wrong[f"crash {at} (also the seed) before {points.passed[at - 1 : at]}"] = found
        if not points.happened:
            break
    assert wrong == {}
