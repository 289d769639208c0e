"""Log-in: sessions, and the access tokens that the ERP API wants."""

import time
from datetime import datetime
from typing import Any

import httpx
import jwt

from tests.contract.kiwi.client import AUDIENCE, Kiwi, error, fields
from tests.contract.kiwi.table import assumes, states


def read(kiwi: Kiwi, authorization: str | None, organization: int | str | None = None) -> httpx.Response:
    """Read the tenants of an organization."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return kiwi.send("GET", kiwi.url("tenants", organization), headers=headers)


def claims(kiwi: Kiwi, **changes: Any) -> dict[str, Any]:
    """The claims of a good token, but for the changes."""
    said = jwt.decode(kiwi.new_token(), options={"verify_signature": False})
    return {name: value for name, value in (said | changes).items() if value is not None}


def read_with(kiwi: Kiwi, **changes: Any) -> httpx.Response:
    """Read with a token that KIWI has signed."""
    return read(kiwi, f"Bearer {kiwi.embedded.service.accounts.sign(claims(kiwi, **changes))}")


@states(
    "POST /v1/session with user name and password: 200 with `result.session_key`, "
    "`result.session.organization_id`, `expires` and `max_expires`."
)
def a_session_for_user_name_and_password(kiwi: Kiwi) -> None:
    answer = kiwi.log_in()
    assert answer.status_code == 200
    result = answer.json()["result"]
    session = result["session"]
    assert result["session_key"]
    assert session["organization_id"] == 42
    moments = [datetime.fromisoformat(session[name]) for name in ("expires", "max_expires")]
    assert moments == sorted(moments)
    assert all(moment.tzinfo for moment in moments)


@states("Wrong credentials: 401.")
def wrong_credentials(kiwi: Kiwi) -> None:
    assert kiwi.log_in("wrong").status_code == 401
    assert kiwi.log_in(username="nobody").status_code == 401
    kiwi.embedded.set_password("user-42", "new")
    assert kiwi.log_in().status_code == 401
    assert kiwi.log_in("new").status_code == 200


@assumes("Log-in wants user name and password.")
def log_in_wants_both(kiwi: Kiwi) -> None:
    answer = kiwi.send("POST", f"{kiwi.core}/v1/session", json={"username": "user-42"})
    assert fields(answer) == [("/password", "body")]


@states(
    "The access token is a JWT (HS256) with `iss` = the core's URL, `aud`, `sub` = user id, "
    "`iat`, `exp`, `ctx` = `organization`, `org` = organization id."
)
def the_access_token_is_a_jwt(kiwi: Kiwi) -> None:
    session = kiwi.log_in().json()["result"]
    result = kiwi.exchange(session["session_key"]).json()["result"]
    token = result["access_token"]
    said = jwt.decode(token, options={"verify_signature": False})
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert (said["iss"], said["aud"]) == (kiwi.core, AUDIENCE)
    assert (said["ctx"], said["org"]) == ("organization", 42)
    assert said["sub"] == str(session["session"]["user_id"])
    assert said["iat"] <= time.time() < said["exp"]
    assert datetime.fromisoformat(result["expires"]).timestamp() == said["exp"]


@assumes(
    "POST /v1/access_token with the header `session-key` and the audience answers "
    '`{"status": "ok", "result": {"access_token": …, "expires": …}}`.'
)
def a_token_for_a_session(kiwi: Kiwi) -> None:
    key = kiwi.session_key()
    answer = kiwi.exchange(key)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["result"].keys() == {"access_token", "expires"}
    assert kiwi.exchange("junk").status_code == 401
    assert kiwi.exchange(key, "https://elsewhere.example").status_code == 422
    body = {"audience": AUDIENCE}
    assert kiwi.send("POST", f"{kiwi.core}/v1/access_token", json=body).status_code == 401


@states("The `sub` of a token is a number or digits.")
def sub_is_a_number_or_digits(kiwi: Kiwi) -> None:
    assert read_with(kiwi, sub=1001).status_code == 200
    assert read_with(kiwi, sub="1001").status_code == 200
    assert error(read_with(kiwi, sub="somebody")) == (401, "ACCESS_TOKEN_INVALID")


@states("A token that ended is taken for another 10 s of leeway.")
def leeway(kiwi: Kiwi) -> None:
    assert read_with(kiwi, exp=int(time.time()) - 2).status_code == 200
    assert error(read_with(kiwi, exp=int(time.time()) - 12)) == (401, "ACCESS_TOKEN_INVALID")


@states("An `iat` more than 10 s ahead is 401.")
def issued_in_the_future(kiwi: Kiwi) -> None:
    assert read_with(kiwi, iat=int(time.time()) + 5).status_code == 200
    assert error(read_with(kiwi, iat=int(time.time()) + 30)) == (401, "ACCESS_TOKEN_INVALID")


@states("No `Authorization`: 401 `UNAUTHORIZED`.")
def no_authorization(kiwi: Kiwi) -> None:
    for authorization in (None, "", "Basic dTpw"):
        assert error(read(kiwi, authorization)) == (401, "UNAUTHORIZED")


@states("A broken token: 401 `ACCESS_TOKEN_INVALID`.")
def broken_token(kiwi: Kiwi) -> None:
    forged = jwt.encode(claims(kiwi), "k" * 32, algorithm="HS256")
    for token in ("junk", "a.b.c", forged):
        assert error(read(kiwi, f"Bearer {token}")) == (401, "ACCESS_TOKEN_INVALID")


@assumes("A token whose claims are missing or wrong: 401 `ACCESS_TOKEN_INVALID`.")
def wrong_claims(kiwi: Kiwi) -> None:
    wrong: list[dict[str, Any]] = [
        {"iss": "https://elsewhere.example"},
        {"aud": "https://elsewhere.example"},
        {"ctx": "user"},
        {"org": "forty-two"},
    ]
    missing: list[dict[str, Any]] = [{name: None} for name in claims(kiwi)]
    for changes in wrong + missing:
        assert error(read_with(kiwi, **changes)) == (401, "ACCESS_TOKEN_INVALID"), changes


@states("An expired token: 401 `ACCESS_TOKEN_INVALID`; logging in again once gives a good one.")
def expired_token(kiwi: Kiwi) -> None:
    key = kiwi.session_key()
    old = kiwi.exchange(key).json()["result"]["access_token"]
    kiwi.embedded.expire_tokens()
    assert error(read(kiwi, f"Bearer {old}")) == (401, "ACCESS_TOKEN_INVALID")
    new = kiwi.exchange(key).json()["result"]["access_token"]
    assert read(kiwi, f"Bearer {new}").status_code == 200


@states("Any organization but the token's own, existing or not: 403 `FORBIDDEN_ORGANIZATION`.")
def foreign_organization(kiwi: Kiwi) -> None:
    kiwi.neighbour(43)
    for organization in (43, 44, -1):
        answer = read(kiwi, kiwi.bearer["Authorization"], organization)
        assert error(answer) == (403, "FORBIDDEN_ORGANIZATION")


@states("The token's own organization, not yet known to this service: 404 `ORGANIZATION_NOT_FOUND`.")
def own_organization_not_yet_known(kiwi: Kiwi) -> None:
    kiwi.embedded.forget_organization()
    assert kiwi.refused("GET", "tenants") == (404, "ORGANIZATION_NOT_FOUND")


@states("An organization id that is no number: 422.")
def organization_that_is_no_number(kiwi: Kiwi) -> None:
    answer = read(kiwi, kiwi.bearer["Authorization"], "forty-two")
    assert fields(answer) == [("organization_id", "path")]
