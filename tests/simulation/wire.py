"""KIWI at the end of a wire: the embedded KIWI itself, without sockets, in simulated time, with faults."""

import json
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from kiwi_sandbox.kiwi.direct import DirectWire

from tests.simulation.scheduler import Scheduler

FAULTS = ("429", "503", "500", "reset before", "reset after", "time-out before", "time-out after")
RETRY_AFTER = 2


@dataclass
class Wire(httpx.BaseTransport):
    """One organization's KIWI. `trouble`: the share of disturbed requests."""

    scheduler: Scheduler
    kiwi: DirectWire
    trouble: float = 0.0
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    log: list[tuple[datetime, str]] = field(default_factory=list)
    """Every request; a log-in with its user."""
    at_once: int = 0
    """The most concurrent requests so far."""
    writing: dict[str, str] = field(default_factory=dict)
    deleting: set[str] = field(default_factory=set)
    """Agreements with a read state or a begun deletion, until an attempt at it fails."""
    deleting_units: set[str] = field(default_factory=set)
    """Units with read doors: a door assigned after that may keep them from being deleted."""
    stale: int = 0
    """Connections that KIWI has silently closed after an error 500."""
    violations: list[str] = field(default_factory=list)
    _under_way: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or fail, a request: one step before it takes effect, one after."""
        self._under_way += 1
        self.at_once = max(self.at_once, self._under_way)
        try:
            return self._handle(request, f"{request.method} {_path(request)}{_whose(request)}")
        finally:
            self._under_way -= 1

    def _handle(self, request: httpx.Request, what: str) -> httpx.Response:
        self.scheduler.point(what)
        self.log.append((self.scheduler.now, what))
        if "rental-agreements" in what or what.startswith("DELETE"):
            self.deleting.add(_agreement(request))
        if "access-points" in what:
            self.deleting_units.add(request.url.path.split("/rental_units/")[1].split("/")[0])
        fault = self._fault() or self._closed()
        if fault:
            self.scheduler.say(f"… {fault}")
            if not fault.endswith("after"):
                self.deleting.discard(_agreement(request))
        if fault == "reset before":
            raise httpx.ReadError("reset before it arrived")
        if fault == "time-out before":
            raise httpx.ConnectTimeout("nobody there")
        if fault in {"429", "503", "500"}:
            headers = {"Retry-After": str(RETRY_AFTER)} if fault != "500" else {}
            return httpx.Response(int(fault), headers=headers, json={"name": "SOMETHING", "message": ""})
        response = self._effect(request, what)
        if fault == "reset after":
            raise httpx.ReadError("reset after it took effect")
        if fault == "time-out after":
            raise httpx.ReadTimeout("no answer")
        return response

    def close(self) -> None:
        """Do nothing: the wire is shared."""

    def _effect(self, request: httpx.Request, what: str) -> httpx.Response:
        """Take time for the answer; nobody else may write to the same object meanwhile."""
        writer, target = self.scheduler.invocation, request.url.path
        mine = writer.name if writer else "-"
        if request.method in {"PUT", "DELETE"}:
            other = self.writing.setdefault(target, mine)
            if other != mine:
                self.violations.append(f"two writers in one object: {other} and {mine}, {what}")
        try:
            response = self.kiwi.handle_request(request)
            self.stale += response.status_code == 500
            self.scheduler.point(f"answer {response.status_code} to {what}")
        finally:
            if self.writing.get(target) == mine:
                del self.writing[target]
        return response

    def _closed(self) -> str | None:
        """Whether the request finds an already closed connection."""
        if not self.stale or self.scheduler.rng.random() < 0.5:
            return None
        self.stale -= 1
        return "reset before"

    def _fault(self) -> str | None:
        if any(begin <= self.scheduler.now < end for begin, end in self.outages):
            return self.scheduler.rng.choice(("503", "reset before", "time-out before"))
        if self.trouble and self.scheduler.rng.random() < self.trouble:
            return self.scheduler.rng.choice(FAULTS)
        return None


def _whose(request: httpx.Request) -> str:
    login = request.url.path.endswith("/v1/session")
    return f" of {json.loads(request.content)['username']}" if login else ""


def _agreement(request: httpx.Request) -> str:
    return request.url.path.removesuffix("/state").rpartition("/")[2]


def _path(request: httpx.Request) -> str:
    return request.url.path.split("/organizations/")[-1]
