"""A client of KIWI without any cleverness."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import httpx
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.kiwi.routes import CORE, ERP

from tests.contract.kiwi.objects import AGREEMENT, TENANT, UNIT, Body

AUDIENCE = "https://housing.kiwi.ki"
PASSWORD = "correct horse"
_PATIENCE_SECONDS = 5


def plain_connections() -> httpx.Client:
    """Connections without certificates, which take their time to load."""
    return httpx.Client(timeout=_PATIENCE_SECONDS, trust_env=False, verify=False)


class Kiwi:
    """One organization of an embedded KIWI, seen from outside."""

    def __init__(
        self,
        embedded: EmbeddedKiwi,
        root: str,
        connect: Callable[[], httpx.Client] = plain_connections,
        organization: int = 42,
    ) -> None:
        self.embedded = embedded
        self.root = root
        self.core, self.erp = f"{root}{CORE}", f"{root}{ERP}"
        self.organization = organization
        self._connect = connect
        self._stack = ExitStack()
        self.connections = self._stack.enter_context(connect())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def send(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send a request; after an error 500, go on over new connections."""
        answer = self.connections.request(method, url, **options)
        if answer.status_code == 500:
            self.connections = self._stack.enter_context(self._connect())
        return answer

    def log_in(self, password: str = PASSWORD, username: str | None = None) -> httpx.Response:
        """Ask for a session."""
        body = {"username": username or f"user-{self.organization}", "password": password}
        return self.send("POST", f"{self.core}/v1/session", json=body)

    def session_key(self) -> str:
        """The key of a new session."""
        return str(self.log_in().json()["result"]["session_key"])

    def exchange(self, session_key: str, audience: str = AUDIENCE) -> httpx.Response:
        """Ask for an access token."""
        headers, body = {"session-key": session_key}, {"audience": audience}
        return self.send("POST", f"{self.core}/v1/access_token", headers=headers, json=body)

    def new_token(self) -> str:
        """An access token, by way of a session."""
        return str(self.exchange(self.session_key()).json()["result"]["access_token"])

    @cached_property
    def bearer(self) -> dict[str, str]:
        """The header that the ERP API wants."""
        return {"Authorization": f"Bearer {self.new_token()}"}

    def url(self, path: str, organization: int | str | None = None) -> str:
        """The address of something in an organization."""
        return f"{self.erp}/organizations/{organization or self.organization}/{path}"

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask the ERP API for something."""
        return self.send(method, self.url(path), headers=self.bearer, json=body)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, which must be a success."""
        answer = self(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and name of the error that is answered."""
        return error(self(method, path, body))

    def unit(self, **changes: Any) -> Body:
        """Create a unit."""
        created: Body = self.ok("POST", "rental_units", UNIT | changes)
        return created

    def tenant(self, **changes: Any) -> Body:
        """Create a tenant."""
        created: Body = self.ok("POST", "tenants", TENANT | changes)
        return created

    def agreement(self, **changes: Any) -> Body:
        """Create an agreement of a tenant and a unit that are there."""
        created: Body = self.ok("POST", "rental_agreements", AGREEMENT | changes)
        return created

    def leased(self) -> Self:
        """Create a unit, a tenant, and their agreement."""
        self.unit()
        self.tenant()
        self.agreement()
        return self

    def neighbour(self, organization: int = 43) -> "Kiwi":
        """Another organization in the same KIWI."""
        self.embedded.add_account(f"user-{organization}", PASSWORD, organization)
        other = Kiwi(self.embedded, self.root, self._connect, organization)
        return self._stack.enter_context(other)

    def state(self, agreement: str = "a1") -> Body:
        """The state of an agreement."""
        state: Body = self.ok("GET", f"rental-agreements/{agreement}/state")
        return state

    def wish(self, desired: Any, agreement: str = "a1", state_id: str | None = None) -> httpx.Response:
        """Record what is desired of an agreement."""
        state_id = state_id or self.state(agreement)["id"]
        return self("PUT", f"rental-agreements/{agreement}/state?state_id={state_id}", {"desired": desired})

    def reconcile(self, agreement: str = "a1") -> httpx.Response:
        """Ask KIWI to make it so."""
        return self("POST", f"rental-agreements/{agreement}/reconcile")

    def switch(self, desired: str, agreement: str = "a1") -> tuple[str, str, str]:
        """Record what is desired, ask KIWI to make it so, and say what has become of it."""
        assert self.wish(desired, agreement).status_code == 200
        assert self.reconcile(agreement).status_code == 200
        return self.shape(agreement)

    def shape(self, agreement: str = "a1") -> tuple[str, str, str]:
        """An agreement's state, without its id."""
        state = self.state(agreement)
        return state["desired"], state["actual"], state["status"]

    def together(self, *requests: tuple[str, str, Any]) -> list[httpx.Response]:
        """Send requests that are all there before the first of them takes effect."""
        assert self.bearer, "logging in is not one of them"
        numbered = self.embedded.service.faults.numbered() + len(requests)
        with ThreadPoolExecutor(len(requests)) as pool:
            with self.embedded.service.lock:
                answers = [pool.submit(self, *request) for request in requests]
                deadline = time.monotonic() + _PATIENCE_SECONDS
                while self.embedded.service.faults.numbered() < numbered and time.monotonic() < deadline:
                    time.sleep(0.001)
            return [answer.result() for answer in answers]


def over_http(embedded: EmbeddedKiwi) -> Kiwi:
    """Organization 42 of a KIWI that has been started."""
    return Kiwi(embedded, embedded.api_url.removesuffix(CORE))


def error(answer: httpx.Response) -> tuple[int, str]:
    """Status and name of an error of KIWI's own, with details only where it is about the request's form."""
    body = answer.json()
    assert body.keys() == {"name", "message"} | ({"details"} if answer.status_code == 422 else set())
    return answer.status_code, body["name"]


def fields(answer: httpx.Response) -> list[tuple[str, str]]:
    """Field and location of all that is wrong with a request."""
    assert error(answer) == (422, "VALIDATION_ERROR")
    return [(detail["field"], detail["location"]) for detail in answer.json()["details"]]
