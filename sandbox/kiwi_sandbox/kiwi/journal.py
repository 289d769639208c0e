"""The requests that came in, with their results; never their content."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One request. A log-in has no kind; a request that was reset has no status."""

    seq: int
    method: str
    path: str
    kind: str | None
    id: str | None
    status: int | None
    fault: str | None
    organization_id: int | None


class Journal:
    """The requests so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[Request] = []

    def add(self, request: Request) -> None:
        """Note a request that is about to be answered."""
        with self._lock:
            self._requests.append(request)

    def clear(self) -> None:
        """Forget the requests so far; numbers continue."""
        with self._lock:
            self._requests.clear()

    def requests(self) -> list[Request]:
        """The requests by their number, as a copy."""
        with self._lock:
            return sorted(self._requests, key=lambda request: request.seq)
