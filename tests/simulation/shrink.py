"""Makes a failing plan smaller, as long as it fails in the same way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.simulation.history import Played, play
from tests.simulation.plan import Plan

RESEEDS = 12
"""Orders of events to try for each smaller plan: in another plan, a seed is another order."""

FAULTS = ("kiwi_trouble", "table_trouble", "queue_trouble", "repeats", "crashes", "pauses", "hurried")
OnSmaller = Callable[[Plan], None]


def shrink(played: Played, on_smaller: OnSmaller = lambda _: None) -> Played:
    """The smallest failing history reached by leaving out one thing after the other."""
    smallest = played
    smaller: Played | None = played
    while smaller is not None:
        smallest = smaller
        on_smaller(smallest.plan)
        smaller = next(filter(None, (_fails_alike(plan, smallest) for plan in _smaller(smallest.plan))), None)
    return smallest


def kind_of(played: Played) -> str:
    """The kind of a fault, without the objects concerned."""
    return " ".join(played.wrong[0].split(":")[0].split()[:2]) if played.wrong else ""


def _fails_alike(plan: Plan, like: Played) -> Played | None:
    for number in range(RESEEDS):
        played = play(replace(plan, seed=plan.seed + number))
        if played.wrong and kind_of(played) == kind_of(like):
            return played
    return None


def _smaller(plan: Plan) -> Iterator[Plan]:
    """Plans with one thing less, the largest reduction first."""
    for place in range(len(plan.events)):
        yield replace(plan, events=plan.events[:place] + plan.events[place + 1 :])
    calm: dict[str, Any] = dict.fromkeys(FAULTS, 0.0)
    yield from (replace(plan, **{name: none}) for name, none in calm.items() if getattr(plan, name))
    if plan.at_once > 1:
        yield replace(plan, at_once=plan.at_once - 1)
    for key in plan.numbers():
        yield plan.without([key])
