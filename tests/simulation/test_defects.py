"""The simulation bites: it finds every deliberate defect."""

from itertools import chain

import pytest

from tests.simulation.defects import DEFECTS
from tests.simulation.many import failures

WITNESSES: dict[str, tuple[int, ...]] = {}
"""Seeds that found the defect before: tried first, since some take hundreds of histories to be found."""
MANY = 3000


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect: str) -> None:
    found = next(failures(chain(WITNESSES.get(defect, ()), range(MANY)), defect), None)
    assert found is not None, f"{defect} is not found in {MANY} histories"
    assert list(failures([found.seed])) == [], "it is the defect that fails"
