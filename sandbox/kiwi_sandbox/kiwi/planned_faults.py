"""Deliberate faults, drawn from a seed for each request."""

import random
import threading
from dataclasses import dataclass

from kiwi_sandbox.kiwi.error_answers import ApiError, unexpected

_RATES = ("429", "503", "500", "reset_before", "reset_after")


@dataclass(frozen=True)
class Faults:
    """The rate of each kind of fault.

    `latency` is the longest delay in seconds, drawn uniformly, before the request takes effect. An outage
    window is (first, last) in request sequence numbers, both inclusive. After `reset_before` nothing has
    happened, after `reset_after` everything has; neither gives an answer.
    """

    rate_429: float = 0.0
    rate_503: float = 0.0
    rate_500: float = 0.0
    rate_reset_before: float = 0.0
    rate_reset_after: float = 0.0
    latency: float = 0.0
    retry_after: float | None = None
    outage: bool = False
    outage_windows: tuple[tuple[int, int], ...] = ()
    login: bool = True

    def __post_init__(self) -> None:
        rates = [rate for _, rate in self._shares()]
        if min(rates) < 0 or sum(rates) > 1 + 1e-9:
            raise ValueError("the rates of faults must be shares that add up to at most 1")

    @classmethod
    def mixed(cls, rate: float) -> "Faults":
        """Spread a total rate evenly over every kind of fault."""
        share = rate / len(_RATES)
        return cls(
            rate_429=share,
            rate_503=share,
            rate_500=share,
            rate_reset_before=share,
            rate_reset_after=share,
        )

    def pick(self, seq: int, draw: float) -> str | None:
        """The fault, if any, of the request with this sequence number and draw."""
        if self.outage or any(first <= seq <= last for first, last in self.outage_windows):
            return "outage"
        for name, share in self._shares():
            if draw < share:
                return name
            draw -= share
        return None

    def _shares(self) -> list[tuple[str, float]]:
        return [(name, getattr(self, f"rate_{name}")) for name in _RATES]


@dataclass(frozen=True)
class DrawnFault:
    """The drawn fault and delay of one request."""

    seq: int
    fault: str | None
    delay: float
    retry_after: float | None

    @property
    def error(self) -> ApiError | None:
        """The answer in place of KIWI's own, if the fault is an answer."""
        headers = {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
        match self.fault:
            case "429":
                return ApiError(429, "TOO_MANY_REQUESTS", headers=headers)
            case "503" | "outage":
                return ApiError(503, "SERVICE_UNAVAILABLE", headers=headers)
            case "500":
                return unexpected()
            case _:
                return None


class FaultSource:
    """Numbers the requests and draws a fault for each: always one draw, so that a seed fixes the sequence."""

    def __init__(self, seed: int) -> None:
        self.faults = Faults()
        self._lock = threading.Lock()
        self._seq = 0
        self._draws = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self._delays = random.Random(seed + 1)  # noqa: S311 - repeatable on purpose

    def numbered(self) -> int:
        """The number of requests so far."""
        with self._lock:
            return self._seq

    def next(self, *, login: bool) -> DrawnFault:
        """Number and fault of the next request."""
        with self._lock:
            self._seq += 1
            faults, draw, delay = self.faults, self._draws.random(), self._delays.random()
            seq = self._seq
        if login and not faults.login:
            return DrawnFault(seq, None, 0.0, None)
        return DrawnFault(seq, faults.pick(seq, draw), delay * faults.latency, faults.retry_after)
