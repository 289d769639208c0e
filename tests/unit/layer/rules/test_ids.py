"""Ids in KIWI: allowed whatever the numbers, never shared, and collisions of external ids foreseen."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from kiwi_sync.rules.ids import SEPARATORS, ambiguous, external_id, former_kiwi_id, kiwi_id

ALLOWED = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
anything = st.text(st.characters(exclude_categories=[]), max_size=80)
near = st.text(st.sampled_from("-ab1x_"), max_size=6)
"""Few characters: lists of these are often nearly the same."""
numbers = st.text(st.sampled_from("ab-_./|"), min_size=1, max_size=5)
separators = st.sampled_from(SEPARATORS)


@given(parts=st.lists(anything, max_size=5))
def test_an_id_is_what_kiwi_takes(parts: list[str]) -> None:
    assert ALLOWED.fullmatch(former_kiwi_id(parts))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [""],
        ["", ""],
        ["0001", ""],
        ["\ud800", "\udfff"],
        ["a\n", "b"],
        ["1" * 100_000, "1"],
        ["-", "-"],
        ["ü", "ß"],
        ["a" * 31, "b" * 30],
        ["a" * 31, "b" * 31],
        ["١", "٢"],
    ],
)
def test_strange_numbers_get_an_id_too(parts: list[str]) -> None:
    assert ALLOWED.fullmatch(former_kiwi_id(parts))
    assert former_kiwi_id(tuple(parts)) == former_kiwi_id(parts)


@given(one=st.lists(near, max_size=4), other=st.lists(near, max_size=4))
def test_near_collisions(one: list[str], other: list[str]) -> None:
    assert (former_kiwi_id(one) == former_kiwi_id(other)) == (one == other)


@given(one=st.lists(anything, max_size=4), other=st.lists(anything, max_size=4))
def test_different_numbers_get_different_ids(one: list[str], other: list[str]) -> None:
    assert (former_kiwi_id(one) == former_kiwi_id(other)) == (one == other)


@given(parts=st.lists(near, min_size=1, max_size=4), at=st.integers(0, 3))
def test_an_id_used_as_a_number_is_another_id(parts: list[str], at: int) -> None:
    made = former_kiwi_id(parts)
    assert former_kiwi_id([made]) != made
    for other in ([*made.split("--", at)], [*made.split("-", at)], [made[0], made[1:]]):
        assert other == parts or former_kiwi_id(other) != made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["\ud800\udc00", "a"], ["\U00010000", "a"]),
        (["a--b", "c"], ["a", "b", "c"]),
        (["a", "b--c"], ["a--b", "c"]),
        (["a-", "b"], ["a", "-b"]),
        (['a", "b'], ["a", "b"]),
        (["a\\u00fc"], ["aü"]),
        (["1", "2"], ["1", "02"]),
        (["a"], ["a", ""]),
        (["é"], ["e\u0301"]),
        (["A", "b"], ["a", "b"]),
    ],
)
def test_known_near_collisions(one: list[str], other: list[str]) -> None:
    assert former_kiwi_id(one) != former_kiwi_id(other)


ORGANIZATIONS = st.sampled_from(["4", "42", "0001", "a-b", ""])


@given(
    one=st.tuples(ORGANIZATIONS, st.lists(near, max_size=4)),
    other=st.tuples(ORGANIZATIONS, st.lists(near, max_size=4)),
)
def test_different_organizations_get_different_ids(
    one: tuple[str, list[str]], other: tuple[str, list[str]]
) -> None:
    assert (kiwi_id(*one) == kiwi_id(*other)) == (one == other)
    assert ALLOWED.fullmatch(kiwi_id(*one))


@given(
    organization=ORGANIZATIONS,
    one=st.lists(near, min_size=2, max_size=2),
    other=st.lists(near, min_size=2, max_size=2),
)
def test_no_id_is_one_that_earlier_releases_gave(organization: str, one: list[str], other: list[str]) -> None:
    assert kiwi_id(organization, one) != former_kiwi_id(other)


def test_the_organization_stays_readable() -> None:
    assert kiwi_id("42", ("0001", "100-0001-03", "4711")) == "42--0001--100-0001-03--4711"


def test_plain_numbers_stay_readable() -> None:
    assert former_kiwi_id(("0001", "100-0001-03", "4711")) == "0001--100-0001-03--4711"
    assert former_kiwi_id(("a" * 30, "b" * 31)) == "a" * 30 + "--" + "b" * 31
    assert former_kiwi_id(("a" * 31, "b" * 31)).startswith("x")


@given(parts=st.lists(numbers, min_size=1, max_size=4), separator=separators)
def test_the_external_id_is_the_plain_join(parts: list[str], separator: str) -> None:
    assert external_id(separator, *parts) == separator.join(parts)


@st.composite
def splits(draw: st.DrawFn) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two splits of one text at as many separators: often the same external id."""
    separator = draw(separators)
    pieces = draw(st.lists(st.text("ab", max_size=2), min_size=3, max_size=6))
    gaps = list(range(1, len(pieces)))
    size = draw(st.integers(1, len(gaps)))

    def split() -> tuple[str, ...]:
        cuts = [0, *sorted(draw(st.permutations(gaps))[:size]), len(pieces)]
        return tuple(separator.join(pieces[a:b]) for a, b in pairwise(cuts))

    return split(), split()


@given(both=splits())
def test_who_could_share_an_external_id_is_ambiguous(both: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    one, other = both
    assume(one != other)
    assert len(one) == len(other)
    assert any(external_id(separator, *one) == external_id(separator, *other) for separator in SEPARATORS)
    assert ambiguous(*one)
    assert ambiguous(*other)


plain = st.tuples(*[st.text("ab", max_size=2)] * 2)
mixed = st.tuples(*[st.text("ab-_", max_size=5)] * 2)


@given(one=plain, other=st.one_of(plain, mixed), before=separators, now=separators)
def test_who_is_unambiguous_shares_with_nobody_under_any_separator(
    one: tuple[str, ...], other: tuple[str, ...], before: str, now: str
) -> None:
    assume(one != other)
    assert not ambiguous(*one)
    assert external_id(now, *one) != external_id(before, *other)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_number_with_any_separator_is_ambiguous(separator: str) -> None:
    assert ambiguous("0001", f"100{separator}1")
    assert ambiguous(separator, "a")
    assert not ambiguous("0001", "100", "ü 1")
