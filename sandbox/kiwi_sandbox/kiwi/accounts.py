"""Log-in: accounts, sessions, and the access tokens for the ERP API."""

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from kiwi_sandbox.kiwi.error_answers import ApiError, Issue, invalid
from kiwi_sandbox.kiwi.validation import as_object, strings

AUDIENCE = "https://housing.kiwi.ki"
_ALGORITHM = "HS256"
_LEEWAY_SECONDS = 10
_CLAIMS = ["iss", "aud", "sub", "iat", "exp", "ctx", "org"]
_SESSION_DAYS = 8
_LONGEST_SESSION_DAYS = 90


@dataclass
class Account:
    """A user that may log in and change the data of one organization."""

    username: str
    password: str
    user_id: int
    organization_id: int


class Accounts:
    """All accounts, with the sessions and tokens issued to them."""

    def __init__(self) -> None:
        self.issuer = ""
        self.token_lifetime: float = 3600
        self._accounts: dict[str, Account] = {}
        self._sessions: dict[str, Account] = {}
        self._key = secrets.token_bytes(32)

    def add(self, username: str, password: str, organization_id: int) -> None:
        """Open an account."""
        user_id = 1001 + len(self._accounts)
        self._accounts[username] = Account(username, password, user_id, organization_id)

    def set_password(self, username: str, password: str) -> None:
        """Change a password; sessions continue."""
        self._accounts[username].password = password

    def expire_tokens(self) -> None:
        """Expire every token issued so far: a new key makes the old signatures worthless."""
        self._key = secrets.token_bytes(32)

    def expire_sessions(self) -> None:
        """Expire every session issued so far."""
        self._sessions.clear()

    def knows_session(self, session_key: str) -> bool:
        """Whether a session is open."""
        return session_key in self._sessions

    def log_in(self, body: Any) -> dict[str, Any]:
        """A session for user name and password."""
        given = strings(as_object(body), "username", "password")
        account = self._accounts.get(given["username"])
        if account is None or account.password != given["password"]:
            raise ApiError(401, "UNAUTHORIZED", "Wrong user name or password")
        session_key = secrets.token_hex(32)
        self._sessions[session_key] = account
        now = datetime.now(UTC)
        session = {
            "session_key": session_key,
            "username": account.username,
            "user_id": account.user_id,
            "organization_id": account.organization_id,
            "enabled": _iso(now),
            "expires": _iso(now + timedelta(days=_SESSION_DAYS)),
            "max_expires": _iso(now + timedelta(days=_LONGEST_SESSION_DAYS)),
            "account_verification": 11,
        }
        return _ok({"session_key": session_key, "session": session})

    def issue_token(self, session_key: str | None, body: Any) -> dict[str, Any]:
        """An access token for a session. It ends at a full second."""
        account = self._sessions.get(session_key or "")
        if account is None:
            raise ApiError(401, "UNAUTHORIZED", "No such session")
        if strings(as_object(body), "audience")["audience"] != AUDIENCE:
            raise invalid(Issue("audience", f"must be {AUDIENCE}"))
        now = time.time()
        expires = int(now + self.token_lifetime)
        claims = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": str(account.user_id),
            "iat": int(now),
            "exp": expires,
            "ctx": "organization",
            "org": account.organization_id,
        }
        return _ok({"access_token": self.sign(claims), "expires": _iso(datetime.fromtimestamp(expires, UTC))})

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token with any claims."""
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def organization_of(self, authorization: str | None) -> int:
        """The organization that the token's bearer may change."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise ApiError(401, "UNAUTHORIZED", "No access token")
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=self.issuer,
                leeway=_LEEWAY_SECONDS,
                # A user id may be a number, which the standard does not foresee.
                options={"require": _CLAIMS, "verify_sub": False},
            )
            if claims["ctx"] != "organization" or not str(claims["sub"]).isdigit():
                raise jwt.InvalidTokenError
            return int(claims["org"])
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:
            raise ApiError(401, "ACCESS_TOKEN_INVALID") from error


def _ok(result: dict[str, Any]) -> dict[str, Any]:
    return {"status": "ok", "result": result}


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
