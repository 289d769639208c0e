"""Stops calls to a KIWI that is away, or that has refused the log-in."""

import math
import random
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from kiwi_sync.kiwi.errors import KiwiLoginRefused
from kiwi_sync.messages import SweepOrder
from kiwi_sync.observability import logger
from kiwi_sync.queues import Outgoing, Queue
from kiwi_sync.rules.reasons import Problem
from kiwi_sync.state.availability import Availability, availability_key, read_availability
from kiwi_sync.state.table import Change, Check, Table, absent, at_most, either, equals, exists
from kiwi_sync.times import Clock, stamp

from kiwi_load.login_gate import SharedLoginGate

LONGEST = timedelta(minutes=5)
"""The longest that an absent KIWI is left alone, unless it asks for more itself."""
LONGEST_ASKED = timedelta(hours=1)
PROBE = timedelta(minutes=1)
"""How long one prober keeps others from probing."""
SQS_LONGEST_DELAY = 900
_PROBLEMS = {
    "FORBIDDEN_ORGANIZATION": Problem.ORGANIZATION_FORBIDDEN,
    "ORGANIZATION_NOT_FOUND": Problem.ORGANIZATION_UNKNOWN,
}
"""Problems by KIWI's name, for a log-in that works but opens no organization."""


class Passage(StrEnum):
    """The gate's answer."""

    OPEN = "open"
    PROBE = "probe"
    CLOSED = "closed"


@dataclass(frozen=True)
class KiwiGate:
    """Decides whether a connection's KIWI may be called. Its memory is the table."""

    table: Table
    exports: Queue
    clock: Clock
    backoff: float
    """Seconds that an absent KIWI is left alone the first time; doubles each time."""
    jitter: random.Random = field(default_factory=random.SystemRandom)

    def passage(self, connection: str) -> Passage:
        """Whether to call KIWI: one read per batch. After the pause one caller may probe."""
        known = read_availability(self.table, connection)
        now = self.clock()
        if known.away_until is not None:
            if known.away_until > stamp(now):
                return Passage.CLOSED
            mine = Change(put={"away_until": stamp(now + PROBE)})
            probes = self.table.update(
                availability_key(connection), mine, equals("away_until", known.away_until)
            )
            return Passage.PROBE if probes else Passage.CLOSED
        if known.paused_version is None:
            return Passage.OPEN
        return Passage.CLOSED if known.refused_lately(now) else Passage.PROBE

    def away(self, connection: str, retry_after: float | None, *, probing: bool = False) -> None:
        """Note that KIWI cannot be reached: leave it alone for a while, longer each time, then probe."""
        known = read_availability(self.table, connection)
        now = self.clock()
        if not probing and known.away_until is not None and known.away_until > stamp(now):
            return
        rest = self._rest(known.away_failures, retry_after)
        change = Change(
            put={"away_until": stamp(now + rest), "away_failures": known.away_failures + 1},
            put_if_absent={"away_since": stamp(now)},
        )
        # Many calls that fail at once count as one.
        if self.table.update(availability_key(connection), change, _same_failures(known)):
            logger.warning("KIWI is away", connection=connection, seconds=rest.total_seconds())
            self._ask_for_sweep(connection, rest)

    def back(self, connection: str) -> None:
        """Note that KIWI answers again, and have owed rows sent again."""
        gone = Change(remove=["away_until", "away_failures", "away_since"])
        self.table.update(availability_key(connection), gone)
        logger.info("KIWI is back", connection=connection)
        self._ask_for_sweep(connection, timedelta())

    def pause(self, connection: str, why: KiwiLoginRefused) -> None:
        """Pause the connection: the log-in is refused until a retry a minute later, or a correction."""
        known = read_availability(self.table, connection)
        if known.paused_version is None:
            version = known.good_version or known.tried_version or "unknown"
            SharedLoginGate(self.table, connection, self.clock).refused(version)
        if why.name in _PROBLEMS:
            change = Change(put={"paused_why": _PROBLEMS[why.name].value})
            self.table.update(availability_key(connection), change, exists("paused_version"))

    def _rest(self, failures: int, retry_after: float | None) -> timedelta:
        doubled = min(self.backoff * 2 ** min(failures, 16), LONGEST.total_seconds())
        rest = timedelta(seconds=doubled * self.jitter.uniform(0.75, 1.25))
        asked = timedelta(seconds=min(retry_after or 0, LONGEST_ASKED.total_seconds()))
        return max(rest, asked)

    def _ask_for_sweep(self, connection: str, rest: timedelta) -> None:
        order = SweepOrder(connection=connection, resume=True)
        delay = min(math.ceil(rest.total_seconds()), SQS_LONGEST_DELAY)
        self.exports.send([Outgoing(order.message(), delay=delay)])


def _same_failures(known: Availability) -> Check:
    if known.away_failures:
        return equals("away_failures", known.away_failures)
    return either(absent("away_failures"), at_most("away_failures", 0))
