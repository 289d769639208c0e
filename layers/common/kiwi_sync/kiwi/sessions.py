"""KIWI's answers to a log-in: a session, and the access token in exchange for it.

The session: KIWI API, as observed. The exchange: an assumption, its path is a setting.
"""

from dataclasses import dataclass, field
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from kiwi_sync.kiwi.answers import describe, retry_after
from kiwi_sync.kiwi.errors import KiwiAway, KiwiLoginRefused

AUDIENCE = "https://housing.kiwi.ki"
"""The audience of the access token: the ERP API, by the name KIWI uses for it in all its environments."""


class _SessionDetails(BaseModel):
    organization_id: int | str | None


class _SessionResult(BaseModel):
    session_key: str
    session: _SessionDetails


class _SessionAnswer(BaseModel):
    result: _SessionResult


class _TokenResult(BaseModel):
    access_token: str


class _TokenAnswer(BaseModel):
    result: _TokenResult


_Answer = TypeVar("_Answer", _SessionAnswer, _TokenAnswer)


@dataclass(frozen=True)
class Session:
    """A logged-in user, and the organization whose data the account may change."""

    key: str = field(repr=False)
    organization: str


def read_session(response: httpx.Response) -> Session:
    """The session in the answer to a log-in.

    Raises KiwiLoginRefused (wrong password, an account without organization, or any other refusal), and
    KiwiAway (429, 5xx, or an answer that is no session).
    """
    result = _read(_SessionAnswer, "log-in", response).result
    if result.session.organization_id is None:
        raise KiwiLoginRefused("log-in: the account has no organization")
    return Session(result.session_key, str(result.session.organization_id))


def read_token(response: httpx.Response) -> str | None:
    """The access token in the answer to an exchange, or None if the session is refused (401).

    Raises KiwiLoginRefused (any other refusal: most likely the path is wrong), and KiwiAway (429, 5xx, or an
    answer without a token).
    """
    if response.status_code == 401:
        return None
    return _read(_TokenAnswer, "access token", response).result.access_token


def _read(model: type[_Answer], what: str, response: httpx.Response) -> _Answer:
    status, about = response.status_code, describe(what, response)
    if status in {408, 429} or status >= 500:
        raise KiwiAway(retry_after(response), about)
    if not response.is_success:
        raise KiwiLoginRefused(about)
    try:
        return model.model_validate_json(response.content)
    except ValidationError:
        raise KiwiAway(None, f"{about} without readable content") from None
