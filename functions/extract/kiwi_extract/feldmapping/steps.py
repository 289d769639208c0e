"""The steps applied to a text after reading: functions from text to text, built once."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from kiwi_extract.feldmapping import step_model as model
from kiwi_extract.feldmapping.dates import date_reader
from kiwi_extract.feldmapping.faults import CellError
from kiwi_extract.feldmapping.patterns import Pattern

ToText = Callable[[str], str]
_DAYS = 16_384
_EXACT = 2**53
"""The first number beyond which a float may stand for more than one whole number."""
NOT_TEXT = "not_text"
PATTERN_MISMATCH = "pattern_mismatch"
VALUE_NOT_MAPPED = "value_not_mapped"
NOT_A_DATE = "not_a_date"


def as_text(value: Any) -> str:
    """A cell as a text without outer white space; nothing becomes the empty text.

    Raises:
        CellError: the cell is a list, an object, or a number with lost digits.
    """
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not abs(value) < _EXACT:
            raise CellError(NOT_TEXT)
        # Other systems write 4711 as 4711.0.
        value = int(value) if value.is_integer() else value
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:
            # More digits than Python turns into a text.
            pass
    raise CellError(NOT_TEXT)


def through(steps: Sequence[model.Step]) -> ToText:
    """Apply all steps in order; a text that has become blank stays blank."""
    functions = [_step(step) for step in steps]
    if len(functions) == 1:
        only = functions[0]
        return lambda text: only(text).strip() if text else text

    def run(text: str) -> str:
        for function in functions:
            if not text:
                break
            text = function(text).strip()
        return text

    return run


def _step(step: model.Step) -> ToText:
    if isinstance(step, str):
        return _PLAIN[step]
    if isinstance(step, model.SplitStep):
        return _split(step.split)
    if isinstance(step, model.PadStep):
        width = step.pad
        return lambda text: text.rjust(width, "0")
    if isinstance(step, model.MapStep):
        return _map(step.map)
    if isinstance(step, model.BlankStep):
        blanks = frozenset(value.strip() for value in step.blank)
        return lambda text: "" if text in blanks else text
    return _date(step.date)


_PLAIN: dict[str, ToText] = {
    "trim": lambda text: " ".join(text.split()),
    "upper": str.upper,
    "lower": str.lower,
}


def _split(split: model.Split) -> ToText:
    take, name = Pattern(split.pattern).take, split.take
    otherwise = _otherwise(split.otherwise, PATTERN_MISMATCH)

    def run(text: str) -> str:
        piece = take(text, name)
        return otherwise(text) if piece is None else piece

    return run


def _map(values: model.ValueMap) -> ToText:
    known = {name.strip(): value for name, value in values.values.items()}
    otherwise = _otherwise(values.otherwise, VALUE_NOT_MAPPED)

    def run(text: str) -> str:
        value = known.get(text)
        return otherwise(text) if value is None else value

    return run


def _date(form: str) -> ToText:
    # The leases of a company begin on a few thousand days.
    read = lru_cache(_DAYS)(date_reader(form))

    def run(text: str) -> str:
        day = read(text)
        if day is None:
            raise CellError(NOT_A_DATE)
        return day

    return run


def _otherwise(choice: model.Otherwise, reason: str) -> ToText:
    if choice == "keep":
        return lambda text: text
    if choice == "blank":
        return lambda _: ""

    def reject(_: str) -> str:
        raise CellError(reason)

    return reject
