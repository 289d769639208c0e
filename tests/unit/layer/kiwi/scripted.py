"""A KIWI that answers by script: the log-in by itself, everything else as a test says."""

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import httpx
from kiwi_sync.kiwi.auth import Credentials, KiwiLogin
from kiwi_sync.kiwi.client import KiwiClient, new_http_client
from kiwi_sync.kiwi.models import Address, RentalAgreement, RentalUnit, Tenant

Answer = Callable[[httpx.Request], httpx.Response]

CORE = "https://core.example"
ERP = "https://erp.example/api/pre"
ORGANIZATION_PATH = "/api/pre/organizations/42/"

ADDRESS = Address(
    street="Torstr. 1", postal_code="10119", city="Berlin", state="Berlin", country="DE", lat=52.5, lng=13.4
)
UNIT = RentalUnit(external_id="0001-100", name="Whg. 100", address=ADDRESS)
TENANT = Tenant(
    external_id="0001-7", email_address="erika@mustermann.example", first_name="Erika", last_name="Muster"
)
AGREEMENT = RentalAgreement(
    external_id="0001-100-7",
    tenant_id="t7",
    rental_unit_id="u100",
    start_at="2024-01-01T00:00:00+01:00",
    end_at="9999-12-31T23:59:59Z",
)
PERSONAL = ("erika", "mustermann", "geheim", "session-of", "token-")


def says(status: int = 200, body: Any = None, **headers: str) -> Answer:
    """An answer with JSON; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, json=body, headers=named)


def complains(status: int, name: str, *fields: str, **headers: str) -> Answer:
    """KIWI's error shape, with words that must appear nowhere."""
    details = [{"field": field, "issue": "erika", "location": "body"} for field in fields]
    body = {"name": name, "message": "erika@mustermann.example is no good", "details": details}
    return says(status, body, **headers)


def says_text(status: int, text: str, **headers: str) -> Answer:
    """An answer that is no JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, text=text, headers=named)


def fails(failure: Exception) -> Answer:
    """No answer at all."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise failure

    return answer


class BrokenOff(httpx.SyncByteStream):
    """A body that ends in the middle."""

    def __iter__(self) -> Any:
        yield b'{"id": '
        raise httpx.ReadError("reset")


def breaks_off(request: httpx.Request) -> httpx.Response:
    """A good status, and half a body."""
    return httpx.Response(200, stream=BrokenOff())


class Kiwi:
    """Log-in and token exchange, then the scripted answers in order, the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sessions: list[Answer] = []
        self.tokens: list[Answer] = []
        self.logins: list[httpx.Request] = []
        self.exchanges: list[httpx.Request] = []
        self.requests: list[httpx.Request] = []
        self.organization: Any = 42
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "core.example":
            return self._core(request)
        with self._lock:
            self.requests.append(as_sent(request))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request)

    def _core(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/session":
            self.logins.append(request)
            key = f"session-of-{len(self.logins)}"
            result = {"session_key": key, "session": {"organization_id": self.organization}}
            scripted = self.sessions
        else:
            self.exchanges.append(request)
            result = {"access_token": f"token-{len(self.exchanges)}"}
            scripted = self.tokens
        answer = scripted.pop(0) if scripted else says(200, {"status": "ok", "result": result})
        return answer(request)

    @property
    def seen(self) -> list[str]:
        """Method and path below the organization, of every request to the ERP API."""
        return [f"{sent.method} {below(sent)}" for sent in self.requests]


def as_sent(request: httpx.Request) -> httpx.Request:
    """A copy: a request that is sent again is the same object with another token."""
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions=request.extensions,
    )


def below(request: httpx.Request) -> str:
    """Path and query below the organization."""
    return request.url.raw_path.decode().removeprefix(ORGANIZATION_PATH)


def body_of(request: httpx.Request) -> Any:
    """The JSON that was sent."""
    return json.loads(request.content)


class Gate:
    """Lets everybody try, and keeps a record."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.refusal: Exception | None = None

    def permit(self, version: str) -> None:
        self.log.append(f"permit {version}")
        if self.refusal is not None:
            raise self.refusal

    def accepted(self, version: str) -> None:
        self.log.append(f"accepted {version}")

    def refused(self, version: str) -> None:
        self.log.append(f"refused {version}")


class Rig:
    """A client in front of a scripted KIWI, with a clock that only sleeping and tests move."""

    def __init__(self, kiwi: Callable[[httpx.Request], httpx.Response], attempts: int = 3) -> None:
        self.gate = Gate()
        self.credentials = Credentials("erika", "geheim", "v1")
        self.now = 1000.0
        self.pauses: list[float] = []
        self.http = new_http_client(transport=httpx.MockTransport(kiwi))
        login = KiwiLogin(CORE, "/v1/access_token", lambda: self.credentials, self.gate)
        self.client = KiwiClient(
            self.http,
            ERP,
            login,
            sleep=self._sleep,
            jitter=random.Random(1),
            clock=lambda: self.now,
            attempts=attempts,
        )

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
