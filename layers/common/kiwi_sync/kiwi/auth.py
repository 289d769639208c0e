"""Log-in: user name and password → session → access token, as a flow around each request."""

import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol
from urllib.parse import quote

import httpx

from kiwi_sync.kiwi.answers import complaint, describe
from kiwi_sync.kiwi.errors import KiwiAway, KiwiError, KiwiLoginRefused
from kiwi_sync.kiwi.sessions import AUDIENCE, Session, read_session, read_token

ORGANIZATION = "organization-of-the-session"
"""Placeholder for the organization's id in a request's path: only the log-in knows it."""

_NO_ORGANIZATION = {"FORBIDDEN_ORGANIZATION", "ORGANIZATION_NOT_FOUND"}
_MARK = "kiwi_login"


@dataclass(frozen=True)
class Credentials:
    """User name and password. `version` is the id of the secret's version they come from."""

    username: str
    password: str = field(repr=False)
    version: str


class LoginGate(Protocol):
    """Remembers, over all invocations, which secret versions have logged in."""

    def permit(self, version: str) -> None:
        """Check a log-in with a password before it is sent.

        Raises KiwiLoginRefused if this version was refused and must not be tried again yet, and KiwiAway if
        it was just tried without a verdict.
        """

    def accepted(self, version: str) -> None:
        """Note that this version has logged in."""

    def refused(self, version: str) -> None:
        """Note that KIWI has refused this version."""


@dataclass(frozen=True)
class _Pass:
    """Organization and access token. Compared by identity: a renewed pass is another one, even if equal."""

    token: str = field(repr=False)
    organization: str


def is_login(request: httpx.Request) -> bool:
    """Whether a request belongs to the log-in, which changes no data, and not to the caller."""
    return _MARK in request.extensions


class KiwiLogin(httpx.Auth):
    """Adds organization and access token to requests, and renews them when KIWI refuses them.

    For synchronous clients. One thread logs in while the others wait and share the result. Requests raise
    KiwiAway if a log-in is impossible now, KiwiLoginRefused if the connection needs a person, the errors of
    `credentials` and `gate`, and httpx's own errors (see `is_login`).
    """

    def __init__(
        self, api_url: str, token_path: str, credentials: Callable[[], Credentials], gate: LoginGate
    ) -> None:
        self._session_url = f"{api_url.rstrip('/')}/v1/session"
        self._token_url = f"{api_url.rstrip('/')}/{token_path.lstrip('/')}"
        self._credentials = credentials
        self._gate = gate
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._pass: _Pass | None = None
        self._failure: KiwiError | None = None

    def organization(self, http: httpx.Client) -> str:
        """The organization that the log-in leads to. Logs in over `http` if nobody has yet."""
        if self._pass is not None:
            return self._pass.organization
        flow = self._renew(http.build_request("GET", self._session_url), None, afresh=False)
        try:
            request = next(flow)
            while True:
                try:
                    response = http.send(request, auth=None)
                except httpx.RequestError as failure:
                    request = flow.throw(failure)
                else:
                    request = flow.send(response)
        except StopIteration as done:
            entry: _Pass = done.value
            return entry.organization
        except httpx.RequestError as failure:
            # Without the cause: its words may quote a header.
            raise KiwiAway(None, f"log-in: {type(failure).__name__}") from None

    # Not `auth_flow`: httpx leaves that one suspended, holding the lock, if an answer breaks off.
    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request; if its token is refused, renew the token and send it once more."""
        blank = request.url
        entry = self._pass or (yield from self._renew(request, None, afresh=False))
        response = yield _complete(request, blank, entry)
        if not _pass_refused(response):
            return
        if response.status_code != 404:
            # A token is renewed from its session; another organization can only come with another session.
            entry = yield from self._renew(request, entry, afresh=response.status_code != 401)
            response = yield _complete(request, blank, entry)
        if _pass_refused(response):
            self._forget(entry)
            name = complaint(response).name
            about = describe("access after a fresh log-in", response)
            raise KiwiLoginRefused(about, name if name in _NO_ORGANIZATION else "")

    def _renew(
        self, request: httpx.Request, stale: _Pass | None, *, afresh: bool
    ) -> Generator[httpx.Request, httpx.Response, _Pass]:
        failure_before = self._failure
        with self._lock:
            if self._pass is not None and self._pass is not stale:
                return self._pass
            if self._failure is not None and self._failure is not failure_before:
                raise _again(self._failure)
            try:
                self._pass = yield from self._obtain(request, afresh=afresh)
            except (GeneratorExit, httpx.RequestError):  # httpx ends a flow whose request got no answer
                self._failure = KiwiAway(None, "log-in: no answer")
                raise
            except KiwiError as failure:
                self._failure = _again(failure)
                raise
            return self._pass

    def _obtain(
        self, request: httpx.Request, *, afresh: bool
    ) -> Generator[httpx.Request, httpx.Response, _Pass]:
        if self._session is not None and not afresh:
            token = yield from self._fetch_token(request, self._session)
            if token is not None:
                return _Pass(token, self._session.organization)
        self._session = None
        self._session = yield from self._log_in(request)
        token = yield from self._fetch_token(request, self._session)
        if token is None:
            self._session = None
            raise KiwiLoginRefused("access token: 401 for a fresh session")
        return _Pass(token, self._session.organization)

    def _log_in(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, Session]:
        who = self._credentials()
        self._gate.permit(who.version)
        body = {"username": who.username, "password": who.password}
        response = yield _login_request(request, self._session_url, body)
        response.read()
        try:
            session = read_session(response)
        except KiwiLoginRefused:
            self._gate.refused(who.version)
            raise
        self._gate.accepted(who.version)
        return session

    def _fetch_token(
        self, request: httpx.Request, session: Session
    ) -> Generator[httpx.Request, httpx.Response, str | None]:
        """A token, or None if the session is refused."""
        headers = {"session-key": session.key}
        response = yield _login_request(request, self._token_url, {"audience": AUDIENCE}, headers)
        response.read()
        return read_token(response)

    def _forget(self, entry: _Pass) -> None:
        """Make the next request log in afresh: by then the secret may be another."""
        with self._lock:
            if self._pass is entry:
                self._pass = self._session = None


def _complete(request: httpx.Request, blank: httpx.URL, entry: _Pass) -> httpx.Request:
    organization = quote(entry.organization, safe="")
    path = blank.raw_path.replace(ORGANIZATION.encode(), organization.encode(), 1)
    request.url = blank.copy_with(raw_path=path)
    request.headers["Authorization"] = f"Bearer {entry.token}"
    return request


def _pass_refused(response: httpx.Response) -> bool:
    if response.status_code not in {401, 403, 404}:
        return False
    response.read()  # gives the connection back, before a log-in needs one
    return response.status_code == 401 or complaint(response).name in _NO_ORGANIZATION


def _login_request(
    request: httpx.Request, url: str, body: dict[str, str], headers: Mapping[str, str] = MappingProxyType({})
) -> httpx.Request:
    """A log-in request with name and time-outs of the caller's request: httpx sets none in a flow."""
    common = {"Accept": "application/json", "User-Agent": request.headers.get("User-Agent", "")}
    extensions = {**request.extensions, _MARK: True}
    return httpx.Request("POST", url, headers={**common, **headers}, json=body, extensions=extensions)


def _again(failure: KiwiError) -> KiwiError:
    """The same failure for another thread, without the first thread's traceback."""
    if isinstance(failure, KiwiAway):
        return KiwiAway(failure.retry_after, str(failure))
    return KiwiLoginRefused(str(failure), getattr(failure, "name", ""))
