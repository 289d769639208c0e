"""Counts the functions' requests to KIWI, at their HTTP client: alike for the embedded and the real one."""

import re
import threading
from collections import Counter
from dataclasses import dataclass, field

import httpx

KINDS = ("rental_unit", "tenant", "rental_agreement")

# `rental-agreements` with a dash is about access, which is no change of the agreement itself.
_RESOURCE = re.compile(r"/organizations/[^/]+/(rental_unit|tenant|rental_agreement)s(/[^/]+)?$")
_EFFECTS = {("POST", False): "created", ("PUT", True): "updated", ("DELETE", True): "deleted"}


@dataclass
class Traffic:
    """Requests by method, and what the successful ones did, by kind."""

    requests: Counter[str] = field(default_factory=Counter)
    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def watch(self, client: httpx.Client) -> None:
        """Counts what `client` does from now on; watching it twice counts once."""
        for name, hook in (("request", self._on_request), ("response", self._on_response)):
            if hook not in client.event_hooks[name]:
                client.event_hooks[name].append(hook)

    def _on_request(self, request: httpx.Request) -> None:
        with self._lock:
            self.requests[request.method] += 1

    def _on_response(self, response: httpx.Response) -> None:
        match = _RESOURCE.search(response.request.url.path)
        if match is None or response.status_code != 200:
            return
        effect = _EFFECTS.get((response.request.method, match[2] is not None))
        if effect:
            with self._lock:
                getattr(self, effect)[match[1]] += 1
