"""The simulation bites: it finds every deliberate defect."""

from itertools import chain

import pytest

from tests.simulation.defects import DEFECTS
from tests.simulation.many import failures

WITNESSES = {
    "absence_always_proves": 12,
    "claim_not_tried_again": 3155,
    "crowd_not_looked_at_again": 328,
    "debt_forgotten_in_a_crash": 1573,
    "delta_leaves_the_version": 21,
    "foreign_objects_adopted": 28,
    "lease_not_read_again": 438,
    "leaving_forgotten_in_a_crash": 266,
    "links_written_after_the_send": 43,
    "no_tombstone_for_the_unseen": 41,
    "nobody_sweeps": 21,
    "one_watermark_for_all_kinds": 51,
    "todo_cleared_blindly": 729,
    "two_extracts_at_once": 72,
    "wake_up_forgotten_while_away": 1798,
}
"""Seeds that found the defect before: tried first, since some take hundreds of histories to be found."""
MANY = 4000


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect: str) -> None:
    seeds = chain([WITNESSES[defect]] if defect in WITNESSES else [], range(MANY))
    found = next(failures(seeds, defect), None)
    assert found is not None, f"{defect} is not found in {MANY} histories"
    assert list(failures([found.seed])) == [], "it is the defect that fails"
