"""Parses a mapping's text: gives either a usable mapping, or all faults with their lines."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kiwi_extract.feldmapping.faults import Fault, FeldmappingError
from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.feldmapping.lines import LinedDict, read_lined, show_place
from kiwi_extract.feldmapping.model import NOTHING_MAPPED, MappingModel

_MESSAGES = {
    "missing": "is missing",
    "tuple_type": "must be a list: its items begin with a dash",
    "dict_type": "must be a mapping: names, each with a value",
    "model_type": "must be a mapping: names, each with a value",
    "model_attributes_type": "must be a mapping: names, each with a value",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "too_short": "must not be empty",
    "too_long": "has too many items",
    "int_parsing": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
}
"""Pydantic's errors in words for ERP people; the others are clear as they are."""


def parse_feldmapping(text: str, version: str | None = None) -> Feldmapping:
    """The mapping in a YAML text. `version`: distinguishes it from others; by default the text's hash.

    Raises:
        FeldmappingError: carries all faults: line, field, allowed values.
    """
    lined = read_lined(text)
    if not isinstance(lined, LinedDict):
        raise FeldmappingError([Fault(1, "", "a mapping has names, such as version and mieter, at its top")])
    faults: list[Fault] = []
    try:
        document = MappingModel.model_validate(lined, context=faults)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        # An empty mapping may only be the result of a misspelt name.
        faults += [_fault(lined, it) for it in details if it["type"] != NOTHING_MAPPED or not faults]
    if faults:
        raise FeldmappingError(sorted(set(faults), key=lambda fault: (fault.line, fault.field)))
    own = sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:12]
    return Feldmapping(document, lambda place: _line(lined, place), version or own)


def _fault(lined: LinedDict, detail: ErrorDetails) -> Fault:
    # The kinds of values, in pointed brackets, are no part of the file.
    place = [part for part in detail["loc"] if not str(part).startswith("<")]
    return Fault(_line(lined, place), show_place(tuple(place)), _message(detail))


def _message(detail: ErrorDetails) -> str:
    if detail["type"] == "literal_error":
        return f"must be {_context(detail).get('expected')}"
    return _MESSAGES.get(detail["type"], detail["msg"])


def _context(detail: ErrorDetails) -> Mapping[str, Any]:
    return detail.get("ctx", {})


def _line(lined: LinedDict, place: Sequence[str | int]) -> int:
    """The line of a place, or of the deepest existing place on the way to it."""
    line, at = lined.line, lined
    for part in place:
        try:
            # Anything that cannot be entered raises one of the errors below, and is passed over.
            line, at = at.lines[part], at[part]  # type: ignore[index, assignment]
        except (AttributeError, IndexError, KeyError, TypeError):
            continue
    return line
