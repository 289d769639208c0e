"""The sweep: sends again what is owed and was not settled, and probes a KIWI that was away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kiwi_sync.connections import CONNECTION_ID
from kiwi_sync.observability import logger
from kiwi_sync.state.availability import Availability, read_availability
from kiwi_sync.times import stamp
from pydantic import BaseModel, ConfigDict, Field

from kiwi_extract.outstanding import due, forward, send_again
from kiwi_extract.run import Tools

CONTINUE_AFTER = timedelta(seconds=30)
"""A sweep that has not sent everything goes on after this long: at KIWI's pace, not in one wave."""


class SweepOrder(BaseModel):
    """The message that starts a sweep.

    `connection`: only this one. `resume`: KIWI is back, so do not wait until sent keys are due again.
    `until`: what is due later than this was sent by an earlier part of the same sweep.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["kiwi-sweep/1"]
    connection: str | None = Field(default=None, pattern=CONNECTION_ID)
    resume: bool = False
    until: str | None = Field(
        default=None, pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{6}Z$"
    )


@dataclass(frozen=True)
class Sweep:
    """What a sweep found. `more`: what remains to be swept."""

    sent: int = 0
    paused: int = 0
    more: SweepOrder | None = None


def sweep(tools: Tools, order: SweepOrder, now: datetime) -> Sweep:
    """Sweep one connection or all."""
    sent, paused, more = 0, 0, False
    if order.resume and order.until is None:
        order = order.model_copy(update={"until": stamp(now + tools.grace - timedelta(microseconds=1))})
    for connection in [order.connection] if order.connection else sorted(tools.connections.ids()):
        availability = read_availability(tools.table, connection)
        paused += availability.paused_version is not None
        last = max(order.until or "", stamp(now))
        swept, rest = _sweep_connection(tools, connection, availability, last, now)
        sent += swept
        more = more or rest
    return Sweep(sent, paused, order if more else None)


def _sweep_connection(
    tools: Tools, connection: str, availability: Availability, last: str, now: datetime
) -> tuple[int, bool]:
    if availability.away_until is not None or availability.paused_version is not None:
        return _probe(tools, connection, availability, last, now), False
    keys, more = due(tools, connection, last)
    sent = send_again(tools, keys, now)
    if sent:
        logger.info("sent again what was outstanding", connection=connection, keys=sent)
    return sent, more


def _probe(tools: Tools, connection: str, availability: Availability, last: str, now: datetime) -> int:
    """KIWI was away: one key, once its time is up, shows whether it is back; load then asks for the rest."""
    resting = availability.away_until is not None and availability.away_until > stamp(now)
    if resting or availability.refused_lately(now):
        return 0
    keys, _ = due(tools, connection, last, limit=1)
    forward(tools, keys[:1])
    return len(keys[:1])
