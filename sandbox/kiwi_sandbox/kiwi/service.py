"""KIWI's two services behind one door: a request in, an answer (or a reset) out."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from kiwi_sandbox.kiwi import routes
from kiwi_sandbox.kiwi.accounts import Accounts
from kiwi_sandbox.kiwi.address_book import Texts
from kiwi_sandbox.kiwi.error_answers import ApiError, FrameworkError, Issue, RedirectError, invalid
from kiwi_sandbox.kiwi.journal import Journal, Request
from kiwi_sandbox.kiwi.planned_faults import DrawnFault, FaultSource
from kiwi_sandbox.kiwi.routes import IncomingCall, Target
from kiwi_sandbox.kiwi.store import Organization, Shared


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Service:
    """Answers one request after the other, so that effects never overlap."""

    def __init__(self, seed: int) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.accounts = Accounts()
        self.shared = Shared(seed)
        self.shared.knows_session = self.accounts.knows_session
        self.faults = FaultSource(seed)
        self.journal = Journal()
        self.while_writing: Callable[[], object] = lambda: self.stopping.wait(self.shared.addresses.window)
        """Called while a new address is written down, so that other requests are answered meanwhile."""

    def organization(self, organization_id: int) -> Organization:
        """The organization, created if it is new."""
        organizations = self.shared.organizations
        return organizations.setdefault(organization_id, Organization(organization_id, self.shared))

    def answer(self, call: IncomingCall) -> Reply | None:
        """The answer, or None if the connection is to be reset."""
        target = routes.target(call.path)
        came_in = self.shared.order.effects
        drawn = self.faults.next(login=target is None and call.path != routes.HEALTH)
        if drawn.delay:
            self.stopping.wait(drawn.delay)
        reply = self._reply(call, target, drawn, came_in)
        self.journal.add(
            Request(
                seq=drawn.seq,
                method=call.method,
                path=call.path,
                kind=target.kind if target else None,
                id=(target.key or routes.body_id(target.kind, call.body)) if target else None,
                status=reply.status if reply else None,
                fault=drawn.fault,
                organization_id=target.organization_id if target else None,
            )
        )
        return reply

    def _reply(
        self, call: IncomingCall, target: Target | None, drawn: DrawnFault, came_in: int
    ) -> Reply | None:
        if drawn.fault == "reset_before":
            return None
        new: list[Texts] = []
        try:
            if drawn.error:
                raise drawn.error
            with self.lock:
                self.shared.order.came_in = came_in
                # Written under the lock: the answer is the truth of one moment.
                try:
                    reply = self._other(call) if target is None else self._work(call, target)
                finally:
                    new = self.shared.addresses.brought()
        except RedirectError as redirect:
            reply = Reply(redirect.status, b"", redirect.headers)
        except ApiError as error:
            reply = Reply(error.status, _encode(error.body), error.headers)
        if new:
            self._write_down(new)
        return None if drawn.fault == "reset_after" else reply

    def _write_down(self, new: list[Texts]) -> None:
        try:
            self.while_writing()
        finally:
            with self.lock:
                self.shared.addresses.written(new)

    def _other(self, call: IncomingCall) -> Reply:
        """Answer requests that belong to no organization."""
        method = {routes.HEALTH: "GET", routes.SESSION: "POST", routes.ACCESS_TOKEN: "POST"}.get(call.path)
        if method is None:
            raise FrameworkError(404, "Not Found")
        if call.method != method:
            raise FrameworkError(405, "Method Not Allowed")
        if call.path == routes.HEALTH:
            return Reply(204, b"")
        if call.path == routes.SESSION:
            return Reply(200, _encode(self.accounts.log_in(call.body)))
        return Reply(200, _encode(self.accounts.issue_token(call.headers.get("session-key"), call.body)))

    def _work(self, call: IncomingCall, target: Target) -> Reply:
        if call.path.endswith("/"):
            target.check_known()
            query = f"?{urlencode(call.query)}" if call.query else ""
            raise RedirectError(f"http://{call.headers.get('Host')}{call.path.rstrip('/')}{query}")
        operation = target.operation(call.method)
        if not call.is_text:
            raise FrameworkError(400, "There was an error parsing the body")
        allowed = self.accounts.organization_of(call.headers.get("Authorization"))
        if target.organization_id is None:
            raise invalid(Issue("organization_id", "must be a number", "path"))
        if target.organization_id != allowed:
            raise ApiError(403, "FORBIDDEN_ORGANIZATION")
        if allowed not in self.shared.organizations:
            raise ApiError(404, "ORGANIZATION_NOT_FOUND")
        return Reply(200, _encode(operation(self.shared.organizations[allowed], target.key, call)))


def _encode(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
