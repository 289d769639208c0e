"""Every point at which something takes effect: a table write, a message sent, a request to KIWI."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change, Check, ItemKey

from tests.fakes.memory import MemoryQueue, MemoryTable

Happening = Callable[[str], object]


class Crash(BaseException):
    """The container dies: nothing may catch it, nothing after it happens."""


def crash(_what: str) -> None:
    """Die before the effect."""
    raise Crash


@dataclass
class Points:
    """Counts effects, while armed. `happening` comes before the n-th, and no other does within it."""

    at: int | None = None
    happening: Happening = crash
    armed: bool = False
    passed: list[str] = field(default_factory=list)

    def arm(self) -> None:
        """Count from now on."""
        self.armed = True

    @property
    def happened(self) -> bool:
        """Whether the n-th effect was reached."""
        return self.at is not None and len(self.passed) >= self.at

    def reach(self, what: str) -> None:
        """An effect is about to take place."""
        if not self.armed:
            return
        self.passed.append(what)
        if len(self.passed) == self.at:
            self.armed = False
            self.happening(what)


class PointedTable(MemoryTable):
    """A table that says when it is about to be written."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self._points = points

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self._points.reach(f"update {key}")
        return super().update(key, change, *checks)

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        self._points.reach(f"delete {key}")
        return super().delete(key, *checks)


class PointedQueue(MemoryQueue):
    """A queue that says when it is about to take a message: a batch may break off in its middle."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self._points = points

    def send(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            self._points.reach(f"send {message.body}")
            super().send([message])


@dataclass
class PointedTransport(httpx.BaseTransport):
    """KIWI at the end of a wire that may break. `fault` is asked before every request, log-in or not."""

    inner: httpx.BaseTransport
    points: Points
    fault: Callable[[httpx.Request], str | httpx.Response | None] = lambda _request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.points.reach(f"{request.method} {request.url.path}")
        fault = self.fault(request)
        if isinstance(fault, httpx.Response):
            return fault
        if fault == "lost":
            raise httpx.ReadError("reset before it arrived")
        if fault == "500":
            return httpx.Response(500, json={"name": "UNEXPECTED_ERROR", "message": ""})
        response = self.inner.handle_request(request)
        if fault == "lost answer":
            response.read()
            response.close()
            raise httpx.ReadError("reset after it took effect")
        return response

    def close(self) -> None:
        """The wire is shared."""
