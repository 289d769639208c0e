"""The plan of an export equals its real effect in KIWI, and planning has written nothing."""

import pytest

from tests.extent import extent
from tests.simulation.planning import planned_and_dropped

SEEDS = extent(80, 240)
PORTION = 20


@pytest.mark.parametrize("first", range(0, SEEDS, PORTION))
def test_what_is_planned_is_what_happens(first: int) -> None:
    compared = effects = 0
    for seed in range(first, first + PORTION):
        for one in planned_and_dropped(seed):
            assert one.planned == one.happened, (seed, one.export_id)
            assert [(pk.partition("#")[0], sk) for pk, sk in one.written] == [
                ("%run", f"{one.export_id}#plan")
            ]
            compared += 1
            effects += sum(map(len, one.planned.values()))
    # A test of nothing would pass as well.
    assert compared > PORTION
    assert effects > PORTION
