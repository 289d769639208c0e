"""Plays the history of a plan and judges it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kiwi_sync.observability import metrics

from tests.simulation.plan import Plan
from tests.simulation.scheduler import StuckError
from tests.simulation.verdict import verdict
from tests.simulation.world import World

APPROVALS = 20
"""The most rounds of approvals in a history: an approved export brings others up again."""


@dataclass
class Played:
    """A history after playing. `wrong`: the faults found; empty if all is well."""

    plan: Plan
    wrong: list[str]
    trace: list[tuple[datetime, str, str]]
    steps: int


def play(plan: Plan) -> Played:
    """Play a plan to its end: storm, quiet point, for some plans a last export and another quiet point."""
    world = World(plan)
    with quiet(), world.entered():
        try:
            wrong = _play(world)
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
            if isinstance(error, StuckError):
                wrong += [f"owed: {key}" for key in world.owed()]
    return Played(plan, wrong, world.scheduler.trace, world.scheduler.steps)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress log lines: nobody reads those of thousands of histories, and they take their time."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
        metrics.clear_metrics()


def _play(world: World) -> list[str]:
    plan = world.plan
    world.storm()
    _settle(world)
    last = plan.last_words
    # A newer full export ends the hold of an older one, also on a record that it has, and that is rejected:
    # without a brake that record would be gone.
    undecided = last is not None or (plan.braked and world.rejected())
    wrong = verdict(world, None if undecided else plan.exports)
    if last is None or wrong:
        return wrong
    world.send_away_foreigners()
    world.drop(last)
    _settle(world)
    return verdict(world, [*plan.exports, last])


def _settle(world: World) -> None:
    """Come to rest and approve every hold, until none is left: the result is as without a brake."""
    world.calm()
    for _ in range(APPROVALS):
        if not world.approve():
            return
        world.calm()
    raise StuckError("something is always held")
