"""Stops frequent retries of a refused log-in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiwi_sync.kiwi.errors import KiwiAway, KiwiLoginRefused
from kiwi_sync.observability import logger
from kiwi_sync.state.availability import Availability, availability_key, read_availability
from kiwi_sync.state.table import Change, Table, equals
from kiwi_sync.times import Clock, read_stamp, stamp

VERDICT = timedelta(seconds=5)
"""How long a log-in without a verdict blocks others: a lost answer is no refusal."""


@dataclass(frozen=True)
class SharedLoginGate:
    """The log-in gate of one connection, shared by all its invocations."""

    table: Table
    connection: str
    clock: Clock

    def permit(self, version: str) -> None:
        """Let a log-in pass: any with a secret that has worked before, else one a minute.

        Raises:
            KiwiLoginRefused: this version was refused, less than a minute ago.
            KiwiAway: this version is being tried by someone else.
        """
        known = read_availability(self.table, self.connection)
        if known.good_version == version:
            return
        now = self.clock()
        if known.tried_version == version and known.refused_lately(now):
            raise KiwiLoginRefused("tried less than a minute ago")
        if known.tried_version == version and _being_tried(known, now):
            raise KiwiAway(1.0, "log-in: being tried")
        change = Change(put={"tried_version": version, "tried_at": stamp(now)})
        same = equals("tried_at", known.tried_at), equals("tried_version", known.tried_version)
        if not self.table.update(availability_key(self.connection), change, *same):
            raise KiwiAway(1.0, "log-in: being tried")

    def accepted(self, version: str) -> None:
        """Note that the secret works: any pause is over."""
        known = read_availability(self.table, self.connection)
        if known.good_version != version or known.paused_version is not None:
            change = Change(
                put={"good_version": version},
                remove=["paused_version", "paused_why", "tried_version", "tried_at"],
            )
            self.table.update(availability_key(self.connection), change)
            logger.info("log-in works", connection=self.connection)

    def refused(self, version: str) -> None:
        """Note that the secret was refused: the connection is paused until it is corrected."""
        put = {"paused_version": version, "tried_version": version, "tried_at": stamp(self.clock())}
        change = Change(put=put, remove=["good_version", "paused_why"])
        self.table.update(availability_key(self.connection), change)
        logger.error("log-in refused; connection paused", connection=self.connection)


def _being_tried(known: Availability, now: datetime) -> bool:
    """Whether another caller may still be waiting for KIWI's verdict on the secret."""
    return known.tried_at is not None and read_stamp(known.tried_at) > now - VERDICT
