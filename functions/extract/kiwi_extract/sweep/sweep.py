"""The sweep: sends owed rows again, and probes a KIWI that was away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from kiwi_sync.messages import SweepOrder
from kiwi_sync.observability import logger
from kiwi_sync.state.availability import Availability, read_availability
from kiwi_sync.state.holds import standing
from kiwi_sync.times import stamp

from kiwi_extract.bookkeeping.expected_exports import is_missing, parts_missing
from kiwi_extract.bookkeeping.owed import due, send_again
from kiwi_extract.tools import Tools

CONTINUE_AFTER = timedelta(seconds=30)
"""The pause before a sweep continues that could not send everything: at KIWI's pace, not in one wave."""
PARTS = 10
"""The most parts of a sweep for one connection; the next scheduled one, five minutes later, takes over."""
CONNECTIONS = 25
"""The most connections that one invocation sweeps: a few seconds each."""
AWAY_LONG = timedelta(hours=1)
"""How long KIWI may be away before a person is told."""


@dataclass(frozen=True)
class Sweep:
    """The findings of a sweep. `missing`: connections without expected exports."""

    sent: int = 0
    paused: int = 0
    missing: int = 0
    more: tuple[SweepOrder, ...] = ()
    """Orders for connections with more due rows."""
    rest: SweepOrder | None = None
    """The order for connections that have not been swept."""
    held: int = 0
    """The number of holds that wait for a person."""
    incomplete: int = 0
    """The number of exports that have waited too long for a part."""
    away: int = 0
    """Connections whose KIWI has been away for long: perhaps a wrong address rather than an outage."""


def sweep(tools: Tools, order: SweepOrder, now: datetime) -> Sweep:
    """Sweep one connection, or as many of all as the invocation has time for."""
    sent, paused, missing, held, incomplete, away, more = 0, 0, 0, 0, 0, 0, list[SweepOrder]()
    last = _last(order, tools.grace, now)
    connections = _connections(tools, order)
    swept = list(islice(connections, CONNECTIONS))
    for connection in swept:
        availability = read_availability(tools.table, connection)
        paused += availability.paused_version is not None
        away += availability.away_for(now) > AWAY_LONG
        held += standing(tools.table, connection)
        if order.connection is None:
            missing += is_missing(tools.table, tools.connections, connection, now)
            incomplete += parts_missing(tools.table, connection, now)
        count, is_more = _sweep_connection(tools, connection, availability, last, now)
        sent += count
        if is_more and (order.resume or order.part + 1 < PARTS):
            more.append(_next_part(order, connection, last))
    rest = order.model_copy(update={"after": swept[-1]}) if next(connections, None) else None
    return Sweep(sent, paused, missing, tuple(more), rest, held, incomplete, away)


def _last(order: SweepOrder, grace: timedelta, now: datetime) -> str:
    """The time until which due rows are sent. Rows that a sweep itself has put off are due later."""
    if not order.resume:
        return stamp(now)
    latest = max(stamp(now), stamp(now + grace - timedelta(microseconds=1)))
    return min(order.until or latest, latest)


def _connections(tools: Tools, order: SweepOrder) -> Iterator[str]:
    if order.connection is not None:
        return iter([order.connection])
    return (connection for connection in sorted(tools.connections.ids()) if connection > (order.after or ""))


def _next_part(order: SweepOrder, connection: str, last: str) -> SweepOrder:
    until = last if order.resume else None
    return SweepOrder(
        format=order.format, connection=connection, resume=order.resume, until=until, part=order.part + 1
    )


def _sweep_connection(
    tools: Tools, connection: str, availability: Availability, last: str, now: datetime
) -> tuple[int, bool]:
    if availability.away_until is not None or availability.paused_version is not None:
        return _probe(tools, connection, availability, last, now), False
    keys, more = due(tools, connection, last)
    sent = send_again(tools, keys, now, last)
    if sent:
        logger.info("resent owed rows", connection=connection, keys=sent)
    return sent, more


def _probe(tools: Tools, connection: str, availability: Availability, last: str, now: datetime) -> int:
    """Probe a KIWI that was away with one due key; if KIWI is back, load asks for the rest.

    The key is put off like any other: if it never gets to KIWI, the next probe is another one.
    """
    resting = availability.away_until is not None and availability.away_until > stamp(now)
    if resting or availability.refused_lately(now):
        return 0
    keys, _ = due(tools, connection, last, limit=1)
    return send_again(tools, keys[:1], now, last)
