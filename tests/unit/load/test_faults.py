"""Answers that get lost, requests that fail, a KIWI that goes away: the end is the same as without."""

import itertools
from collections.abc import Callable

import httpx
import pytest

from tests.extent import extent
from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.load.rest import differences, faults, picture
from tests.unit.load.scenarios import SCENARIOS, Scenario, play

MANY = 100
OUTAGE = 9
"""Requests that an outage lasts: more than one call's attempts, and a probe's."""

Fault = Callable[[httpx.Request, int], str | None]


def lost_answer(request: httpx.Request, since: int) -> str | None:
    """One request takes effect, and nobody hears of it."""
    return "lost answer" if since == 0 else None


def broken(request: httpx.Request, since: int) -> str | None:
    """KIWI fails at one request, which has no effect."""
    return "500" if since == 0 else None


def outage(request: httpx.Request, since: int) -> str | None:
    """KIWI goes away for some requests; the first still takes effect."""
    if since == 0:
        return "lost answer"
    return "lost" if since < OUTAGE else None


def with_fault(world: World, fault: Fault, at: int) -> Callable[[], bool]:
    """Let the fault begin with the n-th request once the points are armed; whether it has."""
    requests = itertools.count(1)
    seen: list[int] = []

    def faulty(request: httpx.Request) -> str | None:
        if not world.points.armed:
            return None
        seen.append(next(requests))
        return fault(request, seen[-1] - at) if seen[-1] >= at else None

    world.transport.fault = faulty
    return lambda: bool(seen) and seen[-1] >= at


@pytest.mark.parametrize("fault", [lost_answer, broken, outage], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_fault_of_any_request_changes_nothing_in_the_end(
    new_direct_world: NewWorld, scenario: Scenario, fault: Fault
) -> None:
    expected = play(new_direct_world(), scenario)
    wrong: dict[str, list[str]] = {}
    for at in range(1, MANY, extent(3, 3 if fault is outage else 1)):
        world = new_direct_world(seed=at)
        happened = with_fault(world, fault, at)
        play(world, scenario)
        world.resume()
        found = faults(world) + differences(picture(world), picture(expected))
        if found:
            wrong[f"request {at}, which is also the seed"] = found
        if not happened():
            break
    assert wrong == {}
