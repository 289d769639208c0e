"""The meaning of KIWI's answers, and of a missing one (statuses and names: KIWI API, as observed)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.errors import (
    KiwiAway,
    KiwiBroken,
    KiwiCollision,
    KiwiError,
    KiwiNotFound,
    KiwiRefused,
    KiwiUncertain,
)

_COLLISIONS = {
    "RENTAL_UNIT_ALREADY_EXISTS",
    "TENANT_ALREADY_EXISTS",
    "RENTAL_AGREEMENT_ALREADY_EXISTS",
    "RENTAL_AGREEMENT_CREATE_ERROR",
    "TENANT_UPDATE_ERROR",
    "INTEGRITY_VIOLATION_ERROR",
    "ACCESS_POINT_ALREADY_EXISTS",
}
_WITHOUT_EFFECT = {408, 429, 503}
_GATEWAY = {502, 504}
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class Complaint:
    """KIWI's own words about a refusal; all empty if the answer does not have the usual shape."""

    name: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()


def complaint(response: httpx.Response) -> Complaint:
    """The error in an answer whose body has been read."""
    try:
        body = response.json()
    except ValueError:
        return Complaint()
    if not isinstance(body, Mapping):
        return Complaint()
    name, message, details = body.get("name"), body.get("message"), body.get("details")
    places = [detail.get("field") for detail in _items(details) if isinstance(detail, Mapping)]
    return Complaint(
        name=name if isinstance(name, str) and re.fullmatch(r"[A-Z][A-Z0-9_]*", name) else "",
        message=message if isinstance(message, str) else "",
        fields=tuple(place for place in places if isinstance(place, str)),
    )


def describe(what: object, response: httpx.Response) -> str:
    """One line about an answer, free of personal data."""
    return f"{what}: {response.status_code} {complaint(response).name}".rstrip()


def retry_after(response: httpx.Response) -> float | None:
    """The seconds in `Retry-After`, given as a number or a date; None if it is missing or unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until = _moment(value)
    if until is None:
        return None
    now = _moment(response.headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def error_without_answer(call: Call, failure: httpx.RequestError) -> KiwiError:
    """The error for a request that got no answer, or only a part of one."""
    about = f"{call}: {type(failure).__name__}"
    if isinstance(failure, _NEVER_SENT):
        return KiwiAway(None, about)
    if call.is_write:
        return KiwiUncertain(about)
    return KiwiBroken(about) if isinstance(failure, httpx.DecodingError) else KiwiAway(None, about)


def error_in(call: Call, response: httpx.Response) -> KiwiError | None:
    """The error in an answer; None if it is a success."""
    if response.is_success:
        return None
    status, about = response.status_code, describe(call, response)
    if status in _WITHOUT_EFFECT or (status in _GATEWAY and not call.is_write):
        return KiwiAway(retry_after(response), about)
    if status in _GATEWAY:
        return KiwiUncertain(about)
    words = complaint(response)
    if status >= 500 or not words.name:
        # Not KIWI's words: a gateway's, or a maintenance page's, which know nothing of the object.
        return KiwiBroken(about)
    return _refusal(status, words, about)


def content(call: Call, response: httpx.Response) -> Any:
    """The JSON in a success; None for a write that is answered without a body.

    Raises KiwiBroken (a read) or KiwiUncertain (a write) if the body is no JSON.
    """
    if call.is_write and not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        about = f"{call}: {response.status_code} without readable content"
    raise KiwiUncertain(about) if call.is_write else KiwiBroken(about)


def _refusal(status: int, said: Complaint, about: str) -> KiwiError:
    if said.name in _COLLISIONS:
        return KiwiCollision(said.name, about)
    if status != 404:
        return KiwiRefused(status, said.name, said.message, said.fields, about)
    # Only KIWI's own "not found" means that the object is absent; a missing route means nothing.
    return KiwiNotFound(about) if said.name.endswith("_NOT_FOUND") else KiwiBroken(about)


def _items(details: object) -> list[object]:
    return details if isinstance(details, list) else []


def _moment(http_date: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
