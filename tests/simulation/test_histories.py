"""Two thousand histories: whatever happens meanwhile, in the end KIWI holds what the exports say."""

import pytest

from tests.simulation.many import failures

SEEDS = 2000
PORTION = 100
FOUND: dict[int, str] = {}
"""Seeds that once failed, each with what was wrong. They stay: what a mend breaks again, they show."""


@pytest.mark.parametrize("first", range(0, SEEDS, PORTION))
def test_histories_end_well(first: int) -> None:
    assert list(failures(range(first, first + PORTION))) == []


@pytest.mark.parametrize("seed", FOUND)
def test_histories_that_once_did_not(seed: int) -> None:
    assert list(failures([seed])) == []
