"""Patterns take texts apart in one pass."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.feldmapping.patterns import Pattern, PatternError


def taken(pattern: str, text: str) -> dict[str, str | None]:
    parsed = Pattern(pattern)
    return {name: parsed.take(text, name) for name in parsed.names}


@pytest.mark.parametrize(
    ("pattern", "text", "pieces"),
    [
        ("{we}-{ve}-{folge}", "100-0001-03", {"we": "100", "ve": "0001", "folge": "03"}),
        ("{we}-{rest}", "100-0001-03", {"we": "100", "rest": "0001-03"}),
        ("{vorne:long} {letztes}", "Anna Maria Muster", {"vorne": "Anna Maria", "letztes": "Muster"}),
        ("{mandant:4}{we:4}{ve}", "00010100001", {"mandant": "0001", "we": "0100", "ve": "001"}),
        ("{zahl:digits}{rest}", "12a", {"zahl": "12", "rest": "a"}),
        ("Objekt {nr} ({art})", "Objekt 7 (WEG)", {"nr": "7", "art": "WEG"}),
        ("{{{n}}}", "{7}", {"n": "7"}),
        ("{a}", "", {"a": ""}),
        ("{a}-{b}", "-", {"a": "", "b": ""}),
        ("{größe_1}/{x}", "1/2", {"größe_1": "1", "x": "2"}),
    ],
)
def test_a_text_that_fits(pattern: str, text: str, pieces: dict[str, str]) -> None:
    assert taken(pattern, text) == pieces


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("{we}-{ve}", "100"),
        ("{we}-{ve:digits}", "100-12a"),
        ("{we:digits}", "x"),
        ("{we:digits}", "١"),
        ("{we:4}", "123"),
        ("{we:4}", "12345"),
        ("x{we}", "y"),
        ("{we}x", "1xx"),
        ("{a}-{b}!", "a-b"),
    ],
)
def test_a_text_that_does_not_fit(pattern: str, text: str) -> None:
    assert set(taken(pattern, text).values()) == {None}


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("", "has no piece"),
        ("abc", "has no piece"),
        ("{a}{b}", "nothing says where {a} ends"),
        ("{a:long}{b}", "nothing says where {a} ends"),
        ("{a}-{a}", "two pieces have the same name"),
        ("{a", "a brace stands alone"),
        ("a}", "a brace stands alone"),
        ("{}", "a piece is {name}"),
        ("{1}", "a piece is {name}"),
        ("{a:}", "a piece is {name}"),
        ("{a:0}", "a piece is {name}"),
        ("{a:99999999999}", "a piece is {name}"),
        ("{a:word}", "a piece is {name}"),
        ("{a b}", "a piece is {name}"),
    ],
)
def test_what_is_no_pattern_says_why(pattern: str, why: str) -> None:
    with pytest.raises(PatternError, match="^.*" + why.replace("{", r"\{").replace("}", r"\}")):
        Pattern(pattern)


def test_no_text_takes_long() -> None:
    pattern = Pattern("-".join(f"{{p{number}}}" for number in range(50)) + "!")
    began = time.perf_counter()
    assert pattern.take("-" * 100_000, "p1") is None
    assert time.perf_counter() - began < 0.5


@given(st.text(alphabet="{}:ab1-") | st.text(), st.text(alphabet="ab1-") | st.text())
def test_any_pattern_takes_a_part_of_any_text_or_nothing(pattern: str, text: str) -> None:
    try:
        parsed = Pattern(pattern)
    except PatternError:
        return
    for name in parsed.names:
        assert (parsed.take(text, name) or "") in text
