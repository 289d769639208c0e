"""Plays many histories, in parallel."""

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.simulation.history import play
from tests.simulation.plan import draw

PORTION = 20
"""Seeds that a process takes at a time."""


@dataclass(frozen=True)
class Failure:
    """A seed whose history went wrong, and how."""

    seed: int
    wrong: list[str]


def failures(seeds: Iterable[int]) -> list[Failure]:
    """The seeds that fail."""
    played = ((seed, play(draw(seed))) for seed in seeds)
    return [Failure(seed, one.wrong) for seed, one in played if one.wrong]


def in_parallel(seeds: range, processes: int) -> Iterator[tuple[int, list[Failure]]]:
    """Portion by portion, as they are done: how many were played, and which of them failed."""
    portions = [seeds[start : start + PORTION] for start in range(0, len(seeds), PORTION)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_portion, portions)


def _portion(seeds: range) -> tuple[int, list[Failure]]:
    return len(seeds), failures(seeds)
