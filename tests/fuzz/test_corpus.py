"""Documents at the front door that are hardly an export, or none: worked or refused, and nothing else."""

import pytest

from tests.fuzz.corpus import fixed, of_any_type
from tests.fuzz.door import Case, Door, check

CASES = fixed()


@pytest.mark.parametrize(("case", "reason"), [it[1:] for it in CASES], ids=[it[0] for it in CASES])
def test_a_case_ends_as_it_should(case: Case, reason: str | None) -> None:
    assert check(case) == {"done" if reason is None else "rejected"}
    door = Door(case.objects)
    door.bring(case.body)
    assert [run.get("reason") for run in door.runs().values()] == [reason]


def test_a_value_of_any_type_anywhere() -> None:
    became = set[str]()
    for name, case in of_any_type():
        try:
            became |= check(case)
        except Exception as error:
            raise AssertionError(name) from error
    assert became == {"rejected", "done"}
