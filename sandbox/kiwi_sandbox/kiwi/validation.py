"""Checks of request bodies that all resources share. Unknown fields are ignored."""

import re
from collections.abc import Iterator
from typing import Any

from kiwi_sandbox.kiwi.error_answers import Issue, invalid, unexpected

MAX_ID_LENGTH = 63
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def is_id(value: str) -> bool:
    """Whether KIWI takes `value` as the id of an object."""
    return _ID.fullmatch(value) is not None


def as_object(body: Any) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if not isinstance(body, dict):
        raise invalid(Issue("", "must be a JSON object"))
    return body


def strings(body: dict[str, Any], *fields: str) -> dict[str, str]:
    """The values of `fields`, all required strings."""
    issues = tuple(_string_issues(body, fields))
    if issues:
        raise invalid(*issues)
    return {field: body[field] for field in fields}


def check_storable(*texts: str) -> None:
    """Break, as KIWI does, at texts that PostgreSQL does not store: with NUL, or half a character."""
    if any(_UNSTORABLE.search(text) for text in texts):
        raise unexpected()


def _string_issues(body: dict[str, Any], fields: tuple[str, ...]) -> Iterator[Issue]:
    for field in fields:
        if field not in body:
            yield Issue(field, "is a required property")
        elif not isinstance(body[field], str):
            yield Issue(field, "must be a string")


def id_of(body: dict[str, Any], field: str) -> str:
    """The id in `field`. Raises 422 if KIWI does not take it."""
    value = strings(body, field)[field]
    if not is_id(value):
        raise invalid(Issue(field, f"does not match ^{_ID.pattern}$"))
    return value
