"""The client for KIWI's ERP API: one organization's rental units, tenants and rental agreements."""

# ruff: noqa: A002
# (`id` is KIWI's own word for it, and callers name it so.)

import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from kiwi_sync.kiwi import calls
from kiwi_sync.kiwi.access import Access
from kiwi_sync.kiwi.addresses import NewAddresses
from kiwi_sync.kiwi.auth import KiwiLogin
from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.collisions import Collisions, collide
from kiwi_sync.kiwi.errors import KiwiBroken, KiwiCollision, KiwiNotFound
from kiwi_sync.kiwi.models import (
    AccessPoint,
    AgreementState,
    FoundObject,
    Kind,
    Payload,
    RentalUnit,
    read_answer,
    read_found,
)
from kiwi_sync.kiwi.requests import Requests

Answers = list[Any]
Points = list[AccessPoint]


def new_http_client(
    *,
    connect: float = 5.0,
    read: float = 20.0,
    write: float = 10.0,
    pool: float = 5.0,
    connections: int = 10,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """A pool of kept-alive connections, with explicit time-outs in seconds. Ignores the environment."""
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

    Requests that certainly had no effect, and reads that failed in passing, are tried `attempts` times, with
    a back-off of `backoff` seconds, doubling, with jitter. A write that may have happened is never repeated
    here.

    Every method may raise KiwiAway and KiwiLoginRefused; reads also KiwiBroken; writes also KiwiBroken,
    KiwiUncertain and KiwiRefused. Further errors are named at each method.
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
        self._requests = Requests(
            http, erp_api_url, login, sleep=sleep, jitter=jitter, attempts=attempts, backoff=backoff
        )
        self._access = Access(self.request, self._requests.wait)
        self._new_addresses = NewAddresses(self._requests.wait)
        self._collisions = Collisions(self.list, clock)

    def get(self, kind: Kind, id: str) -> FoundObject | None:
        """The object, or None if it is not there."""
        try:
            return self._found(kind, self.request(calls.read(kind, id)), id)
        except KiwiNotFound:
            return None

    def list(self, kind: Kind) -> Answers:
        """All objects of a kind, as KIWI answers them, including those of others. Asks every time."""
        answer = self.request(calls.read_all(kind))
        if not isinstance(answer, list):
            raise KiwiBroken(f"GET {kind} (all): not a list")
        return answer

    def create(self, kind: Kind, id: str, payload: Payload) -> FoundObject | None:
        """Create an object; as KIWI holds it, if KIWI says so. Raises KiwiCollision: see `collider`."""
        try:
            return self._bring(calls.create(kind, id, payload), payload)
        except KiwiNotFound as missing:
            # Not observed: a missing parent, which gets the error of its own name.
            raise KiwiCollision("NOT_FOUND", str(missing)) from None

    def update(self, kind: Kind, id: str, payload: Payload) -> FoundObject | None:
        """Update an object (only the dates of an agreement). Raises KiwiNotFound, KiwiCollision."""
        return self._bring(calls.update(kind, id, payload), payload)

    def delete(self, kind: Kind, id: str, withdrawn: Callable[[], None] = lambda: None) -> bool:
        """Delete an object; False if it was not there.

        KiwiBroken is also KIWI's answer for a tenant or unit that still has an agreement, and for a unit that
        has doors. The deletion of an agreement would leave its doors open, so its access is withdrawn first
        and checked before each further attempt, since somebody may give it again meanwhile. `withdrawn` is
        called then.
        """
        call, before = calls.delete(kind, id), None
        if kind is Kind.RENTAL_AGREEMENT:

            def before() -> None:
                self.withdraw_access(id)
                withdrawn()

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
        """Close an agreement's doors, and wait until they are closed. Does nothing if it does not exist.

        Raises KiwiAccessStuck if KIWI has failed for good, KiwiBroken if the doors are not closed after the
        last read. Repeating it does no harm.
        """
        try:
            self._access.withdraw(id)
        except KiwiNotFound:
            return

    def give_access(self, id: str) -> None:
        """Open the doors of an agreement's unit, and wait until they are open.

        Raises KiwiNotFound if the agreement does not exist, KiwiAccessFailed and KiwiAccessStuck if KIWI has
        failed at its access for good, KiwiBroken if the doors are not open after the last read. Repeating it
        does no harm.
        """
        self._access.give(id)

    def access_points(self, unit_id: str) -> Points:
        """A unit's doors; none if the unit does not exist."""
        try:
            answer = self.request(calls.read_access_points(unit_id))
        except KiwiNotFound:
            return []
        try:
            return [AccessPoint.model_validate(point) for point in answer]
        except (TypeError, ValueError):
            raise KiwiBroken(f"GET access points of {unit_id}: unreadable") from None

    def add_access_point(self, unit_id: str, point: AccessPoint) -> None:
        """Assign a door to a unit. Raises KiwiNotFound; KiwiCollision if a unit has the door already."""
        self.request(calls.add_access_point(unit_id, point))

    def remove_access_point(self, unit_id: str, point_id: str) -> None:
        """Take a door from a unit, if it has it."""
        with suppress(KiwiNotFound):
            self.request(calls.remove_access_point(unit_id, point_id))

    def organization(self) -> str:
        """The id of this client's organization; logs in if nobody has yet."""
        return self._requests.organization()

    def collider(
        self, kind: Kind, id: str, payload: Payload, *, updating: bool = False
    ) -> FoundObject | None:
        """The object that a refused write of `payload` under `id` collided with, as KIWI holds it now.

        First the object with this id (unless it is the one being updated), then another with the same
        external id, then, for tenants, another with the same e-mail address: from a list that is up to a
        minute old, each read again. None if nothing is found, for example if an agreement's tenant or unit is
        missing.
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
        """Send a request: see `Requests.request`."""
        return self._requests.request(call, before_another)

    def close(self) -> None:
        """Close the pool of connections."""
        self._requests.close()

    def _bring(self, call: Call, payload: Payload) -> FoundObject | None:
        address = payload.address if isinstance(payload, RentalUnit) else None
        if address is None:
            return read_answer(call.kind, self.request(call))
        return read_answer(call.kind, self._new_addresses.bring(address, lambda: self.request(call)))

    def _found(self, kind: Kind, answer: object, about: str) -> FoundObject:
        try:
            return read_found(kind, answer)
        except ValueError:
            raise KiwiBroken(f"GET {kind} {about}: unreadable") from None
