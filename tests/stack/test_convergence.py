"""Random histories, in every order, each export twice, with faults: the end is that of a pure function."""

import random

import pytest
from kiwi_sandbox.kiwi import Faults

from tests.extent import extent
from tests.generate import random_history
from tests.stack.running import Running, running, shuffled

SEEDS = range(extent(10, 20))
FIVES = [range(first, first + 5) for first in range(0, len(SEEDS), 5)]
FEW = 30
"""So few requests may all go well: a fifth of them fails by chance."""


@pytest.mark.parametrize("seed", range(100, 104))
def test_one_after_the_other(seed: int) -> None:
    history = random_history(seed)
    with running(kiwi_seed=seed) as run:
        for number, export in enumerate(history, start=1):
            run.bring(export)
            run.assert_right(history[:number], f"seed {seed}, export {number}")
            let_in(run, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_together_shuffled_and_twice(seed: int) -> None:
    history = random_history(seed, exports=3)
    with running(seed=seed, kiwi_seed=seed) as run:
        run.bring(*shuffled(history, seed))
        run.assert_right(history, f"seed {seed}")


@pytest.mark.parametrize("seeds", FIVES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_with_a_fifth_of_all_requests_failing(seeds: range) -> None:
    shut = sum(with_a_fifth_failing(seed) for seed in seeds)
    assert shut, "none of the agreements that were deleted had its access on"


def with_a_fifth_failing(seed: int) -> int:
    """A run with doors open from the first export on; how many agreements were deleted that opened some."""
    history = random_history(seed, exports=3)
    with running(seed=seed, kiwi_seed=seed, faults=Faults.mixed(0.2)) as run:
        run.configure(mandanten=["0001"])
        run.bring(history[0])
        opened = let_in(run, seed)
        run.bring(*shuffled(history, seed))
        run.assert_right(history, f"seed {seed}")
        faults = sum(1 for request in run.kiwi.requests if request.fault)
        assert faults or len(run.kiwi.requests) < FEW, "the faults bite"
        return len(opened & deleted(run))


def let_in(run: Running, seed: int) -> set[str]:
    """A property manager gives access to three of four agreements; to which."""
    drawn = random.Random(seed)
    agreements = {key for key in sorted(run.kiwi.content()["rental_agreement"]) if drawn.random() < 0.75}
    for key in agreements:
        run.kiwi.set_access(key, True)
    return agreements


def deleted(run: Running) -> set[str]:
    """The agreements that were deleted from KIWI."""
    return {
        str(request.id)
        for request in run.kiwi.requests
        if (request.method, request.kind, request.status) == ("DELETE", "rental_agreement", 200)
    }
