import base64
import json
from datetime import datetime

import httpx
import jwt
import pytest
from kiwi_local.kiwi import EmbeddedKiwi

from tests.unit.local.kiwi.helpers import AUDIENCE, PASSWORD, Erp, token


def log_in(kiwi: EmbeddedKiwi, http: httpx.Client, password: str = PASSWORD) -> httpx.Response:
    return http.post(f"{kiwi.api_url}/v1/session", json={"username": "user-42", "password": password})


def exchange(kiwi: EmbeddedKiwi, http: httpx.Client, key: str, audience: str = AUDIENCE) -> httpx.Response:
    url = f"{kiwi.api_url}/v1/access_token"
    return http.post(url, headers={"session-key": key}, json={"audience": audience})


def read(
    kiwi: EmbeddedKiwi, http: httpx.Client, authorization: str | None, organization: str = "42"
) -> tuple[int, str | None]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = http.get(f"{kiwi.erp_api_url}/organizations/{organization}/tenants", headers=headers)
    body = answer.json()
    return answer.status_code, body["name"] if isinstance(body, dict) else None


def test_log_in_gives_a_session(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    body = log_in(kiwi, http).json()
    session = body["result"]["session"]
    assert body["status"] == "ok"
    assert body["result"]["session_key"] == session["session_key"]
    assert (session["username"], session["organization_id"]) == ("user-42", 42)
    assert isinstance(session["user_id"], int)
    moments = [datetime.fromisoformat(session[field]) for field in ("enabled", "expires", "max_expires")]
    assert moments == sorted(moments)
    assert all(moment.tzinfo for moment in moments)


def test_wrong_credentials_are_refused(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    assert log_in(kiwi, http, "wrong").status_code == 401
    kiwi.set_password("user-42", "new")
    assert log_in(kiwi, http).status_code == 401
    assert log_in(kiwi, http, "new").status_code == 200
    nobody = {"username": "nobody", "password": PASSWORD}
    assert http.post(f"{kiwi.api_url}/v1/session", json=nobody).status_code == 401


def test_log_in_wants_both_fields(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    answer = http.post(f"{kiwi.api_url}/v1/session", json={"username": "user-42"})
    assert answer.status_code == 422
    assert answer.json()["details"] == [
        {"field": "/password", "issue": "is a required property", "location": "body"}
    ]


def test_the_access_token_is_a_jwt_for_the_organization(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    session = log_in(kiwi, http).json()["result"]
    result = exchange(kiwi, http, session["session_key"]).json()["result"]
    header, payload, _ = result["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "HS256"
    assert (claims["iss"], claims["aud"]) == (kiwi.api_url, AUDIENCE)
    assert (claims["ctx"], claims["org"]) == ("organization", 42)
    assert claims["sub"] == str(session["session"]["user_id"])
    assert 3590 <= claims["exp"] - claims["iat"] <= 3600
    assert datetime.fromisoformat(result["expires"]).timestamp() == claims["exp"]


def test_a_token_wants_a_session_and_the_audience(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    key = log_in(kiwi, http).json()["result"]["session_key"]
    assert exchange(kiwi, http, "junk").status_code == 401
    url = f"{kiwi.api_url}/v1/access_token"
    assert http.post(url, json={"audience": AUDIENCE}).status_code == 401
    assert exchange(kiwi, http, key, "https://elsewhere.example").status_code == 422


def test_an_expired_session_gives_no_token_but_tokens_live_on(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    key = log_in(kiwi, http).json()["result"]["session_key"]
    bearer = f"Bearer {exchange(kiwi, http, key).json()['result']['access_token']}"
    kiwi.expire_sessions()
    assert exchange(kiwi, http, key).status_code == 401
    assert read(kiwi, http, bearer) == (200, None)


def test_expired_tokens_are_refused_and_the_session_gives_new_ones(
    kiwi: EmbeddedKiwi, http: httpx.Client
) -> None:
    key = log_in(kiwi, http).json()["result"]["session_key"]
    old = exchange(kiwi, http, key).json()["result"]["access_token"]
    kiwi.expire_tokens()
    assert read(kiwi, http, f"Bearer {old}") == (401, "ACCESS_TOKEN_INVALID")
    new = exchange(kiwi, http, key).json()["result"]["access_token"]
    assert read(kiwi, http, f"Bearer {new}") == (200, None)


def test_a_token_ends_by_itself(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    kiwi.token_lifetime = 0
    assert read(kiwi, http, f"Bearer {token(kiwi, http, 'user-42')}") == (401, "ACCESS_TOKEN_INVALID")


def test_a_token_with_a_foreign_signature_is_refused(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    claims = jwt.decode(token(kiwi, http, "user-42"), options={"verify_signature": False})
    forged = jwt.encode(claims, "k" * 32, algorithm="HS256")
    assert read(kiwi, http, f"Bearer {forged}") == (401, "ACCESS_TOKEN_INVALID")


@pytest.mark.parametrize(
    ("authorization", "name"),
    [
        (None, "UNAUTHORIZED"),
        ("Basic dTpw", "UNAUTHORIZED"),
        ("Bearer junk", "ACCESS_TOKEN_INVALID"),
        ("Bearer", "ACCESS_TOKEN_INVALID"),
    ],
)
def test_the_erp_api_wants_a_token(
    kiwi: EmbeddedKiwi, http: httpx.Client, authorization: str | None, name: str
) -> None:
    assert read(kiwi, http, authorization) == (401, name)


def test_a_token_is_good_for_its_organization_only(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    kiwi.add_account("user-43", PASSWORD, 43)
    bearer = f"Bearer {token(kiwi, http, 'user-42')}"
    assert read(kiwi, http, bearer, "43") == (403, "FORBIDDEN_ORGANIZATION")
    assert read(kiwi, http, bearer, "44") == (404, "ORGANIZATION_NOT_FOUND")
    assert read(kiwi, http, bearer, "forty-two") == (404, "ORGANIZATION_NOT_FOUND")


def test_accounts_can_share_an_organization(kiwi: EmbeddedKiwi, http: httpx.Client) -> None:
    kiwi.add_account("second", PASSWORD)
    assert read(kiwi, http, f"Bearer {token(kiwi, http, 'second')}") == (200, None)


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "core/v1/session", (405, "METHOD_NOT_ALLOWED")),
        ("POST", "core/v1/elsewhere", (404, "NOT_FOUND")),
        ("GET", "elsewhere", (404, "NOT_FOUND")),
    ],
)
def test_other_core_paths(
    shared: EmbeddedKiwi, http: httpx.Client, method: str, path: str, error: tuple[int, str]
) -> None:
    answer = http.request(method, f"{shared.api_url.removesuffix('core')}{path}")
    assert (answer.status_code, answer.json()["name"]) == error


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "elsewhere", (404, "NOT_FOUND")),
        ("GET", "rental-agreements", (404, "NOT_FOUND")),
        ("GET", "rental_agreements/a1/state", (404, "NOT_FOUND")),
        ("GET", "rental-agreements/a1/reconcile", (405, "METHOD_NOT_ALLOWED")),
        ("PATCH", "tenants/t1", (405, "METHOD_NOT_ALLOWED")),
    ],
)
def test_other_erp_paths(erp: Erp, method: str, path: str, error: tuple[int, str]) -> None:
    assert erp.error(method, path) == error
