"""Plays many histories, in parallel."""

import multiprocessing
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from tests.simulation.defects import DEFECTS
from tests.simulation.drawing import draw
from tests.simulation.history import play

PORTION = 20
"""Seeds for a process at a time."""


@dataclass(frozen=True)
class Failure:
    """A seed whose history went wrong, with the faults."""

    seed: int
    wrong: list[str]


def failures(seeds: Iterable[int], defect: str | None = None) -> Iterator[Failure]:
    """The seeds that fail while a defect is planted."""
    with DEFECTS[defect]() if defect else nullcontext():
        for seed in seeds:
            played = play(draw(seed))
            if played.wrong:
                yield Failure(seed, played.wrong)


def in_parallel(
    seeds: range, processes: int, defect: str | None = None
) -> Iterator[tuple[int, list[Failure]]]:
    """The number of histories played and the failures, portion by portion."""
    portions = [seeds[start : start + PORTION] for start in range(0, len(seeds), PORTION)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(partial(_portion, defect=defect), portions)


def _portion(seeds: range, defect: str | None) -> tuple[int, list[Failure]]:
    return len(seeds), list(failures(seeds, defect))
