"""Drawn cases, a few of them; `make fuzz` draws as many as one wants."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.extent import extent
from tests.fuzz.cases import draw
from tests.fuzz.door import check, in_bucket, inline

BRIEFLY = settings(max_examples=extent(60, 300), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@BRIEFLY
@given(st.randoms(use_true_random=False))
def test_whatever_is_drawn_is_worked_or_refused(random: Random) -> None:
    check(draw(random))


@BRIEFLY
@given(st.binary(max_size=200))
def test_any_bytes_in_the_bucket(content: bytes) -> None:
    assert check(in_bucket(content)) == {"rejected"}


@BRIEFLY
@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=200))
def test_any_text_as_a_message(text: str) -> None:
    assert check(inline(text)) == {"rejected"}


def test_the_same_name_draws_the_same_case() -> None:
    assert [draw(Random("1-5")) for _ in range(2)] == [draw(Random("1-5"))] * 2
    assert draw(Random("1-5")) != draw(Random("1-6"))
