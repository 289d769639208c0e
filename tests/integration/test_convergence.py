"""Random histories, in every order, each export twice, with faults: the end is what a pure function says."""

import pytest
from kiwi_local.kiwi import Faults

from tests.generate import random_history
from tests.integration.running import running, shuffled

SEEDS = range(20)
FEW = 30
"""So few requests may all go well: a fifth of them fails by chance."""


@pytest.mark.parametrize("seed", range(100, 104))
def test_one_after_the_other(seed: int) -> None:
    history = random_history(seed)
    with running(kiwi_seed=seed) as run:
        for number, export in enumerate(history, start=1):
            run.bring(export)
            run.assert_right(history[:number], f"seed {seed}, export {number}")


@pytest.mark.parametrize("seed", SEEDS)
def test_together_shuffled_and_twice(seed: int) -> None:
    history = random_history(seed, exports=3)
    with running(seed=seed, kiwi_seed=seed) as run:
        run.bring(*shuffled(history, seed))
        run.assert_right(history, f"seed {seed}")


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_fifth_of_all_requests_failing(seed: int) -> None:
    history = random_history(seed, exports=3)
    with running(seed=seed, kiwi_seed=seed, faults=Faults.mixed(0.2)) as run:
        run.configure(mandanten=["0001"])
        run.bring(*shuffled(history, seed))
        run.assert_right(history, f"seed {seed}")
        faults = sum(1 for request in run.kiwi.requests if request.fault)
        assert faults or len(run.kiwi.requests) < FEW, "the faults bite"
