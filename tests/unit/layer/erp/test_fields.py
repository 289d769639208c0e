"""Single fields of an export: accepted forms, and refusals that never repeat the value."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.erp.fields import Day, Latitude, Longitude, Number, Text, is_blank, is_number
from pydantic import BaseModel, ConfigDict, ValidationError

CONTROL = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))] + [
    "\ud800",
    "\udbff",
    "\udc00",
    "\udfff",
]


class Sheet(BaseModel):
    """A field of each type."""

    model_config = ConfigDict(hide_input_in_errors=True)
    number: Number = "n"
    text: Text = "t"
    day: Day = date(2000, 1, 1)
    latitude: Latitude = 0.0
    longitude: Longitude = 0.0


def read(name: str, value: Any) -> Any:
    return getattr(Sheet.model_validate({name: value}), name)


def refusal(name: str, value: Any) -> str:
    """The code of the refusal; its words must not hold the value."""
    with pytest.raises(ValidationError) as refused:
        Sheet.model_validate({name: value})
    (fault,) = refused.value.errors(include_input=False, include_context=False, include_url=False)
    assert fault["loc"] == (name,)
    if isinstance(value, str) and len(value.strip()) > 3:
        assert value not in str(refused.value)
        assert value not in str(fault)
    return fault["type"]


@pytest.mark.parametrize("name", ["number", "text"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0001", "0001"),
        ("  a b \u00a0", "a b"),
        (4711, "4711"),
        (0, "0"),
        (-3, "-3"),
        (10**30, "1" + "0" * 30),
        ("Grüße 👋", "Grüße 👋"),
    ],
)
def test_texts(name: str, value: Any, text: str) -> None:
    assert read(name, value) == text


@pytest.mark.parametrize("name", ["number", "text", "day"])
@pytest.mark.parametrize(
    "value", [True, False, 1.0, 4711.5, Decimal("1.0"), None, [], ["a"], {"a": "b"}, b"a"]
)
def test_what_is_no_text(name: str, value: Any) -> None:
    assert refusal(name, value) == "not_text"


@pytest.mark.parametrize("character", CONTROL, ids=ascii)
def test_control_characters_and_surrogates_in_numbers(character: str) -> None:
    assert refusal("number", f"47{character}11") == "control_character"


@pytest.mark.parametrize(
    "character",
    ["\u200b", "\u00ad", "\ufeff", "\u200e", "\u2060", "\u2028", "\u2029", "\U000e0001"],
    ids=ascii,
)
def test_what_nobody_can_see_in_numbers(character: str) -> None:
    for number in (
        (f"47{character}11", f"{character}4711") if character not in "\u2028\u2029" else ("4\u20287",)
    ):
        assert refusal("number", number) == "control_character"
        assert not is_number(number)
    assert read("text", f"Wohnung{character}links") == f"Wohnung{character}links"


@pytest.mark.parametrize("number", ["0001", "4 7\u00a011", "Grüße 👋", "x" * 64])
def test_what_a_number_may_be(number: str) -> None:
    assert read("number", number) == number
    assert is_number(number)


@pytest.mark.parametrize("text", ["", " ", "x" * 65, "4\n7", "\ud800"])
def test_what_a_number_may_not_be(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize("name", ["text", "day"])
@pytest.mark.parametrize("character", ["\0", "\ud800"], ids=ascii)
def test_what_no_text_can_hold(name: str, character: str) -> None:
    assert refusal(name, f"erika{character}mustermann") == "control_character"


@pytest.mark.parametrize("character", ["\n", "\r\n", "\t", "\x7f"], ids=ascii)
def test_a_text_may_have_several_lines(character: str) -> None:
    assert read("text", f"Wohnung{character}links") == f"Wohnung{character}links"


def test_numbers_are_not_empty_and_not_long() -> None:
    assert read("number", "ü" * 64) == "ü" * 64
    assert read("number", f"  {'1' * 64} ") == "1" * 64
    assert refusal("number", "1" * 65) == "string_too_long"
    assert refusal("number", 10**64) == "string_too_long"
    assert refusal("number", "") == "string_too_short"
    assert refusal("number", "    ") == "string_too_short"


def test_texts_are_not_long() -> None:
    assert read("text", "x" * 1000) == "x" * 1000
    assert refusal("text", "x" * 1001) == "string_too_long"


@given(day=st.dates(date(1800, 1, 1)))
def test_a_date_in_both_formats(day: date) -> None:
    german = f"{day.day:02}.{day.month:02}.{day.year:04}"
    assert read("day", day.isoformat()) == day == read("day", f" {german} ")


@pytest.mark.parametrize(
    ("text", "day"), [("9999-12-31", date(9999, 12, 31)), ("29.02.2024", date(2024, 2, 29))]
)
def test_special_days(text: str, day: date) -> None:
    assert read("day", text) == day


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30",
        "29.02.2026",
        "31.04.2026",
        "2026-13-01",
        "2026-00-01",
        "00.01.2026",
        "99.99.9999",
        "0000-01-01",
        "0001-01-01",
        "1799-12-31",
        "31.12.1799",
        "1.7.2026",
        "2026-7-1",
        "20260701",
        20260701,
        "01.07.26",
        "2026-07-01T00:00:00",
        "2026/07/01",
        "01-07-2026",
        "2026-07-01.",
        "٢٠٢٦-٠٧-٠١",
        "gestern",
        "",
    ],
)
def test_what_is_no_date(value: Any) -> None:
    assert refusal("day", value) == "not_a_date"


@pytest.mark.parametrize(("name", "limit"), [("latitude", 90), ("longitude", 180)])
def test_coordinates_have_limits(name: str, limit: int) -> None:
    for value in (limit, -limit, 0, Decimal("52.5031"), 13.3967, -0.0):
        made = read(name, value)
        assert made == float(value)
        assert type(made) is float
    assert refusal(name, limit + 0.001) == "less_than_equal"
    assert refusal(name, -limit - 0.001) == "greater_than_equal"
    assert refusal(name, Decimal("1e400")) == "less_than_equal"
    assert refusal(name, 10**400) == "out_of_range"
    for value in (float("nan"), float("inf"), -float("inf")):
        assert refusal(name, value) in {"less_than_equal", "greater_than_equal"}


@pytest.mark.parametrize("value", ["52.5", "52,5", True, [], {}, None])
def test_what_is_no_coordinate(value: Any) -> None:
    assert refusal("latitude", value) == "not_a_number"


@given(value=st.text(st.characters(exclude_categories=[]), max_size=70))
def test_a_number_is_read_or_refused_and_never_changed_but_at_its_ends(value: str) -> None:
    try:
        number = read("number", value)
    except ValidationError:
        return
    assert number in value
    assert value.strip() == number
    assert read("number", number) == number
    number.encode("utf-8")


@pytest.mark.parametrize("value", [None, "", " ", "\u00a0 \t"])
def test_what_is_blank(value: Any) -> None:
    assert is_blank(value)


@pytest.mark.parametrize("value", ["0", 0, 0.0, False, [], {}, "-"])
def test_what_is_not_blank(value: Any) -> None:
    assert not is_blank(value)
