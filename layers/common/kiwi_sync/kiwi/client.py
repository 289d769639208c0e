"""The client for KIWI's ERP API: one organization's rental units, tenants and rental agreements."""

# ruff: noqa: A002
# (`id` is KIWI's own word for it, and callers name it so.)

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from kiwi_sync.kiwi import calls
from kiwi_sync.kiwi.access import Access
from kiwi_sync.kiwi.answers import content, error_in, error_without_answer
from kiwi_sync.kiwi.auth import ORGANIZATION, KiwiLogin, is_login
from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.collisions import Collisions, collide
from kiwi_sync.kiwi.errors import KiwiAway, KiwiBroken, KiwiCollision, KiwiNotFound
from kiwi_sync.kiwi.models import AgreementState, Found, Kind, Payload, read_found

PATIENCE = 2.0
"""The longest `Retry-After`, in seconds, that is waited for in place."""

LIST_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Seconds: a big organization's objects come in one answer, unpaged."""

Answers = list[Any]


def new_http_client(
    *,
    connect: float = 5.0,
    read: float = 20.0,
    write: float = 10.0,
    pool: float = 5.0,
    connections: int = 10,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """A pool of kept-alive connections, with all time-outs in seconds. The environment has no say in it."""
    return httpx.Client(
        timeout=httpx.Timeout(connect=connect, read=read, write=write, pool=pool),
        limits=httpx.Limits(
            max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=15.0
        ),
        follow_redirects=False,
        trust_env=False,
        transport=transport,
    )


class KiwiClient:
    """Reads and writes one organization's objects; may be used by many threads.

    What certainly had no effect, and reads that failed in passing, is tried `attempts` times, with a back-off
    of `backoff` seconds, doubling, with jitter. A write that may have happened is never repeated here.

    Every method may raise KiwiAway and KiwiLoginRefused; reads also KiwiBroken; writes also KiwiBroken,
    KiwiUncertain and KiwiRefused. A method names what else it raises.
    """

    def __init__(
        self,
        http: httpx.Client,
        erp_api_url: str,
        login: KiwiLogin,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        attempts: int = 3,
        backoff: float = 0.2,
    ) -> None:
        self._http = http
        self._url = f"{erp_api_url.rstrip('/')}/organizations/{ORGANIZATION}/"
        self._login = login
        self._sleep = sleep
        self._jitter = jitter or random.Random()  # noqa: S311 (it spreads load, it keeps no secret)
        self._attempts = attempts
        self._backoff = backoff
        self._access = Access(self.request, lambda nth: sleep(self._pause(nth)))
        self._collisions = Collisions(self.list, clock)

    def get(self, kind: Kind, id: str) -> Found | None:
        """The object, or None if it is not there."""
        try:
            return self._found(kind, self.request(calls.read(kind, id)), id)
        except KiwiNotFound:
            return None

    def list(self, kind: Kind) -> Answers:
        """All objects of a kind as KIWI answers them, also those of others. Asks every time."""
        answer = self.request(calls.read_all(kind))
        if not isinstance(answer, list):
            raise KiwiBroken(f"GET {kind} (all): not a list")
        return answer

    def create(self, kind: Kind, id: str, payload: Payload) -> None:
        """Create an object. Raises KiwiCollision: see `collider`."""
        call = calls.create(kind, id, payload)
        try:
            self.request(call)
        except KiwiNotFound as missing:
            # Not observed: a parent that is missing, named for what it is.
            raise KiwiCollision("NOT_FOUND", str(missing)) from None

    def update(self, kind: Kind, id: str, payload: Payload) -> None:
        """Change an object, of an agreement only its dates. Raises KiwiNotFound, KiwiCollision."""
        self.request(calls.update(kind, id, payload))

    def delete(self, kind: Kind, id: str) -> bool:
        """Delete an object; False if it was not there.

        KiwiBroken is also KIWI's answer for a tenant or unit that still has an agreement. An agreement's
        doors would stay open: its access is withdrawn first, and looked at before each further attempt, since
        somebody may give it again meanwhile.
        """
        call, before = calls.delete(kind, id), None
        if kind is Kind.RENTAL_AGREEMENT:
            before = partial(self.withdraw_access, id)
            before()
        try:
            self.request(call, before)
        except KiwiNotFound:
            return False
        return True

    def state(self, id: str) -> AgreementState | None:
        """An agreement's state, or None if there is no such agreement."""
        try:
            return self._access.state(id)
        except KiwiNotFound:
            return None

    def withdraw_access(self, id: str) -> None:
        """Take an agreement's doors away, and see that they are; quietly if there is no such agreement.

        Raises KiwiBroken when they are not taken away within some reads. Asking twice does no harm.
        """
        try:
            self._access.change(id, "Inactive", lambda state: state.withdrawn)
        except KiwiNotFound:
            return

    def give_access(self, id: str) -> None:
        """Open the doors of an agreement's unit, and see that they are or are about to be.

        Raises KiwiNotFound when there is no such agreement, KiwiBroken when they are not opened within some
        reads. Asking twice does no harm.
        """
        self._access.change(id, "Active", lambda state: state.desired == "Active" and _opening(state))

    def collider(self, kind: Kind, id: str, payload: Payload, *, updating: bool = False) -> Found | None:
        """What a refused write of `payload` under `id` collided with, as it is in KIWI now.

        First the object with this id (unless it is the one being updated), then another with the same
        external id, then, for tenants, another with the same e-mail address: from a list that is up to a
        minute old, each looked at again. None if nothing is found, such as when an agreement's tenant or unit
        is missing.
        """
        own = None if updating else self.get(kind, id)
        if own is not None:
            return own
        for candidate in self._collisions.candidates(kind, payload):
            found = None if candidate == id else self.get(kind, candidate)
            if found is not None and collide(found.payload, payload):
                return found
        return None

    def request(self, call: Call, before_another: Callable[[], None] | None = None) -> Any:
        """Send a request and return the JSON in its answer (None if a write has none).

        `before_another`: is called before each further attempt.

        Raises any error of `kiwi_sync.kiwi.errors`. KiwiAway says that nothing happened: it may be repeated.
        """
        attempt = 1
        while True:
            try:
                return self._send(call)
            except KiwiAway as away:
                asked = away.retry_after or 0.0
                if attempt >= self._attempts or asked > PATIENCE:
                    raise
            self._sleep(max(asked, self._pause(attempt)))
            if before_another is not None:
                before_another()
            attempt += 1

    def close(self) -> None:
        """Close the pool of connections."""
        self._http.close()

    def _send(self, call: Call) -> Any:
        timeout = httpx.USE_CLIENT_DEFAULT if call.id is not None else LIST_TIMEOUT
        try:
            response = self._http.request(
                call.method,
                self._url + call.path,
                params=call.params,
                json=call.body,
                auth=self._login,
                timeout=timeout,
            )
        except httpx.RequestError as failure:
            # Without the cause: its words may quote a header.
            if is_login(failure.request):
                raise KiwiAway(None, f"log-in: {type(failure).__name__}") from None
            raise error_without_answer(call, failure) from None
        error = error_in(call, response)
        if error is not None:
            raise error
        return content(call, response)

    def _found(self, kind: Kind, answer: object, about: str) -> Found:
        try:
            return read_found(kind, answer)
        except ValueError:
            raise KiwiBroken(f"GET {kind} {about}: unreadable") from None

    def _pause(self, attempt: int) -> float:
        """The seconds to wait after the given attempt (1, 2, …)."""
        return float(self._backoff * 2 ** (attempt - 1) * self._jitter.uniform(0.5, 1.5))


def _opening(state: AgreementState) -> bool:
    return state.actual in {"Activating", "Activated"}
