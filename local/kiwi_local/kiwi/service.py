"""KIWI's two services behind one door: a request in, an answer (or a reset) out."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kiwi_local.kiwi import routes
from kiwi_local.kiwi.accounts import Accounts
from kiwi_local.kiwi.errors import ApiError
from kiwi_local.kiwi.faults import Fate, FaultSource
from kiwi_local.kiwi.journal import Journal, Request
from kiwi_local.kiwi.routes import Call, Target
from kiwi_local.kiwi.store import Organization


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Service:
    """Answers one request after the other: what takes effect, takes effect alone."""

    def __init__(self, seed: int) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.accounts = Accounts()
        self.organizations: dict[int, Organization] = {}
        self.faults = FaultSource(seed)
        self.journal = Journal()
        self.reconcile_reads = 0

    def organization(self, organization_id: int) -> Organization:
        """The organization, which exists from now on."""
        return self.organizations.setdefault(organization_id, Organization(organization_id))

    def answer(self, call: Call) -> Reply | None:
        """The answer, or None where the connection is to be reset."""
        target = routes.target(call.path)
        fate = self.faults.next(login=target is None)
        if fate.delay:
            self.stopping.wait(fate.delay)
        reply = self._reply(call, target, fate)
        self.journal.add(
            Request(
                seq=fate.seq,
                method=call.method,
                path=call.path,
                kind=target.kind if target else None,
                id=(target.key or routes.body_id(target.kind, call.body)) if target else None,
                status=reply.status if reply else None,
                fault=fate.fault,
                organization_id=target.organization_id if target else None,
            )
        )
        return reply

    def _reply(self, call: Call, target: Target | None, fate: Fate) -> Reply | None:
        if fate.fault == "reset_before":
            return None
        try:
            if fate.error:
                raise fate.error
            with self.lock:
                # Written out under the lock: the answer is what was true at one moment.
                answer = self._log_in(call) if target is None else self._work(call, target)
                reply = Reply(200, _encode(answer))
        except ApiError as error:
            reply = Reply(error.status, _encode(error.body), error.headers)
        return None if fate.fault == "reset_after" else reply

    def _log_in(self, call: Call) -> Any:
        if call.path not in (routes.SESSION, routes.ACCESS_TOKEN):
            raise ApiError(404, "NOT_FOUND")
        if call.method != "POST":
            raise ApiError(405, "METHOD_NOT_ALLOWED")
        if call.path == routes.SESSION:
            return self.accounts.log_in(call.body)
        return self.accounts.issue_token(call.headers.get("session-key"), call.body)

    def _work(self, call: Call, target: Target) -> Any:
        allowed = self.accounts.organization_of(call.headers.get("Authorization"))
        if target.organization_id not in self.organizations:
            raise ApiError(404, "ORGANIZATION_NOT_FOUND")
        if target.organization_id != allowed:
            raise ApiError(403, "FORBIDDEN_ORGANIZATION")
        organization = self.organizations[allowed]
        organization.reconcile_reads = self.reconcile_reads
        return target.operation(call.method)(organization, target.key, call)


def _encode(answer: Any) -> bytes:
    return json.dumps({} if answer is None else answer, ensure_ascii=False).encode()
