"""The class of a value says what kind of mistake it is, and nothing of the value."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_cli.check.classes import value_class


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("nummer", None, "empty"),
        ("nummer", " ", "empty"),
        ("nummer", True, "true or false"),
        ("nummer", 4711, "integer of 4 digits"),
        ("nummer", Decimal("1.5"), "number with decimals"),
        ("nummer", "0471", "text of 4 digits, with a leading zero"),
        ("latitude", "52,5031", "number with a decimal comma, as a text"),
        ("latitude", "52.5031", "number with decimals, as a text"),
        ("mieter", ["1", "2"], "list of 2 entries"),
        ("mieter", ["1"], "list of 1 entry"),
        ("nachname", "x", "text of 1 character"),
        ("nummer", "7", "text of 1 digit"),
        ("verwaltungseinheit", {"nummer": "1"}, "object of 1 field"),
        ("beginn", "01.13.2024", "like a date, month 13"),
        ("beginn", "31.02.2025", "like a date, day 31 does not exist"),
        ("beginn", "2025-02-30", "like a date, day 30 does not exist"),
        ("beginn", "1.2.2025", "like a date, not YYYY-MM-DD or DD.MM.YYYY"),
        ("beginn", "01.02.25", "like a date, not YYYY-MM-DD or DD.MM.YYYY"),
        ("beginn", "2024-01-01T00:00:00", "like a date, with a time or an appendix"),
        ("beginn", "2024/01/02", "date in the year 2024, with slashes"),
        ("beginn", "2999-12-31", "date in the year 2999"),
        ("beginn", "sofort", "text of 6 characters, no date"),
        ("email", "keine E-Mail", "text of 12 characters, @ missing"),
        ("email", "a@@example.org", "text of 14 characters, several @"),
        ("email", "a b@example.org", "text of 15 characters, with a blank"),
        ("email", "@example.org", "text of 12 characters, nothing before the @"),
        ("email", "a@example", "text of 9 characters, domain without a dot"),
        ("email", "a..b@example.org", "text of 16 characters, a dot at an end or twice"),
        ("email", "jörg@example.org", "text of 16 characters, with an umlaut or a special character"),
        ("email", "a@wohnbau.test", "text of 14 characters, a reserved domain"),
        ("email", "a@example.org", "text of 13 characters"),
        ("ort", "M?nchen", "text of 7 characters, with question marks"),
        ("ort", "Mün\u00adchen", "text of 8 characters, with invisible characters"),
        ("nachname", "a@example.org", "text of 13 characters, with @"),
        ("nachname", "Abel 2", "text of 6 characters, with digits"),
        ("nachname", "Abel", "text of 4 characters"),
    ],
)
def test_what_is_said_of_a_value(field: str, value: Any, said: str) -> None:
    assert value_class(field, value).en == said


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["email", "beginn", "ende", "nummer", "nachname", "latitude"]), ANY)
def test_there_is_a_class_for_whatever_stands_there(field: str, value: Any) -> None:
    said = value_class(field, value)
    assert said.de
    assert said.en


@given(
    st.sampled_from(["email", "nummer", "nachname", "beginn"]),
    st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), min_size=1, max_size=12).map(
        "Qx{}".format
    ),
)
def test_no_letter_of_the_value_is_told(field: str, value: str) -> None:
    other = value_class(field, "Qx" + "".join("b" if letter.isascii() else "ü" for letter in value[2:]))
    assert value_class(field, value) == other
