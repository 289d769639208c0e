"""Sends requests to KIWI's ERP API, and repeats those that can do no harm."""

import random
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from kiwi_sync.kiwi.answers import content, error_in, error_without_answer
from kiwi_sync.kiwi.auth import ORGANIZATION, KiwiLogin, is_login
from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.errors import KiwiAway

PATIENCE = 2.0
"""The longest `Retry-After`, in seconds, that a call waits for itself."""

LIST_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
"""Seconds: a big organization's objects come in one answer, unpaged."""

T = TypeVar("T")


class Requests:
    """Sends requests about one organization's objects; may be used by many threads."""

    def __init__(
        self,
        http: httpx.Client,
        erp_api_url: str,
        login: KiwiLogin,
        *,
        sleep: Callable[[float], None],
        jitter: random.Random | None,
        attempts: int,
        backoff: float,
    ) -> None:
        self._http = http
        self._url = f"{erp_api_url.rstrip('/')}/organizations/{ORGANIZATION}/"
        self._login = login
        self._sleep = sleep
        self._jitter = jitter or random.Random()  # noqa: S311 (it spreads load, it keeps no secret)
        self._attempts = attempts
        self._backoff = backoff

    def request(self, call: Call, before_another: Callable[[], None] | None = None) -> Any:
        """Send a request and return the JSON in its answer (None if a write has none).

        `before_another` is called before each further attempt.

        Raises any error of `kiwi_sync.kiwi.errors`. After KiwiAway nothing has happened, so the request may
        be repeated.
        """
        return self._patiently(lambda: self._send(call), before_another)

    def organization(self) -> str:
        """The id of these requests' organization; logs in if nobody has yet."""
        return self._patiently(lambda: self._login.organization(self._http))

    def wait(self, attempt: int) -> None:
        """Wait after the given attempt (1, 2, …): twice as long each time, with jitter."""
        self._sleep(self._pause(attempt))

    def close(self) -> None:
        """Close the pool of connections."""
        self._http.close()

    def _patiently(self, ask: Callable[[], T], before_another: Callable[[], None] | None = None) -> T:
        attempt = 1
        while True:
            try:
                return ask()
            except KiwiAway as away:
                asked = away.retry_after or 0.0
                if attempt >= self._attempts or asked > PATIENCE:
                    raise
            self._sleep(max(asked, self._pause(attempt)))
            if before_another is not None:
                before_another()
            attempt += 1

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

    def _pause(self, attempt: int) -> float:
        return float(self._backoff * 2 ** (attempt - 1) * self._jitter.uniform(0.5, 1.5))
