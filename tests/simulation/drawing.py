"""Draws the plan of a history from a seed: its events and their order."""

import random
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from tests.generate import CONNECTION, random_history
from tests.generate_world import (
    LEASES,
    MANDANTEN,
    SHARED_EMAILS,
    TENANTS,
    UNITS,
    Json,
    Numbers,
    first_world,
)
from tests.simulation.crowded import CROWDED, draw_crowded
from tests.simulation.plan import NO_BRAKE, Event, Plan
from tests.simulation.scheduler import START

T = TypeVar("T")
SEPARATORS = ("-", "_", ".", "/", "|")
HOUR = 3600.0
BLOCKED = (
    (),
    (),
    (SHARED_EMAILS[0],),
    ("@example.net", "mieter0-0001@mail.example.org"),
    ("@mail.example.org",),
)
"""Addresses and domains that a connection blocks. The last one covers almost everybody's."""


def draw(seed: int) -> Plan:
    """The history of a seed. Some histories lack one kind of trouble, so that not all of it comes at once."""
    if seed >= CROWDED:
        return draw_crowded(seed)
    rng = random.Random(f"plan {seed}")

    def sometimes(chance: float, *values: float) -> float:
        return rng.choice(values) if rng.random() < chance else 0.0

    numbers = _numbers(rng)
    exports = rng.choice((1, 2, 3, 4, 6, 8))
    history = random_history(rng.randrange(1 << 30), exports=exports, now=START, numbers=numbers)
    plan = Plan(
        seed=seed,
        events=tuple(_drops(rng, history)),
        separator=rng.choice(SEPARATORS),
        mandanten=rng.choice((("0001",), ("0001", "0002"))),
        kiwi_trouble=sometimes(0.4, 0.02, 0.1, 0.3),
        table_trouble=sometimes(0.3, 0.002, 0.01),
        queue_trouble=sometimes(0.3, 0.02, 0.2),
        repeats=sometimes(0.5, 0.05, 0.3),
        crashes=sometimes(0.6, 0.01, 0.05, 0.15),
        hurried=sometimes(0.2, 0.3, 0.9),
        pauses=sometimes(0.6, 0.01, 0.05, 0.2),
        at_once=rng.choice((1, 2, 3, 5)),
        brake=rng.choice((NO_BRAKE, NO_BRAKE, (0, 0.0), (1, 20.0))),
    )
    events = [*plan.events, *_disturbances(rng), *_settings(rng), *_hands(rng)]
    plan = replace(plan, events=tuple(sorted(events, key=lambda event: event.at)))
    if plan.settings_change or plan.hands:
        plan = replace(plan, last_words=_last_words(rng, numbers))
    plan = _with_placeholders(plan, numbers, random.Random(f"placeholders {seed}"))
    plan = _with_doors(plan, random.Random(f"doors {seed}"))
    plan = _with_failures(plan, numbers, random.Random(f"failures {seed}"))
    return _with_houses(plan, random.Random(f"houses {seed}"))


def _with_doors(plan: Plan, rng: random.Random) -> Plan:
    """Half of the histories, with manual access for many and manual doors; in some of them KIWI fails."""
    if rng.random() < 0.5:
        return plan
    events = list(plan.events)
    for what, numbers in (("access", (2, 6, 12)), ("door", (0, 1, 3))):
        events += [
            Event(rng.choice((_moment(rng), rng.uniform(1, 60))), what, rng.randrange(1 << 30))
            for _ in range(rng.choice(numbers))
        ]
    failures = rng.choice((0.1, 0.4)) if rng.random() < 0.3 else 0.0
    events.sort(key=lambda event: event.at)
    return replace(plan, events=tuple(events), reconcile_failures=failures)


def _with_failures(plan: Plan, numbers: Numbers, rng: random.Random) -> Plan:
    """A few histories, with access almost everywhere, renewed agreements, and lasting failures of KIWI."""
    if rng.random() < 0.92:
        return plan
    events = [Event(rng.uniform(1, 90), "access", rng.randrange(1 << 30)) for _ in range(12)]
    separators = [separator for separator in SEPARATORS if separator != plan.separator]
    events.append(Event(rng.uniform(60, 400), "settings", (rng.choice(separators), plan.mandanten)))
    return replace(
        plan,
        events=tuple(sorted((*plan.events, *events), key=lambda event: event.at)),
        reconcile_failures=rng.choice((0.3, 0.6)),
        last_words=plan.last_words or _last_words(rng, numbers),
    )


def _with_houses(plan: Plan, rng: random.Random) -> Plan:
    """A quarter of the histories, with all units in one or two houses that race for new addresses."""
    if rng.random() < 0.75:
        return plan
    numbers = rng.sample(("1", "2"), rng.choice((1, 2)))
    spoken = {export["export_id"]: _housed(rng, export, numbers) for export in plan.exports}
    last = plan.last_words
    return replace(
        plan,
        events=tuple(_said(plan, spoken)),
        last_words=None if last is None else _housed(rng, last, numbers),
    )


def _housed(rng: random.Random, export: Json, numbers: list[str]) -> Json:
    """The export with its units in few houses."""
    house: Json = {"strasse": "Am Tor", "plz": "50667", "ort": "Köln", "bundesland": "Nordrhein-Westfalen"}
    house |= {"land": "DE", "latitude": 50.9375, "longitude": 6.9603}
    units = [
        record | house | {"hausnummer": rng.choice(numbers)} if isinstance(record, dict) else record
        for record in export.get("verwaltungseinheiten", ())
    ]
    return export | {"verwaltungseinheiten": units}


def _said(plan: Plan, spoken: dict[str, Json]) -> list[Event]:
    """The plan with these exports in place of its own."""
    return [
        replace(event, value=spoken[event.value["export_id"]]) if event.what == "export" else event
        for event in plan.events
    ]


def _with_placeholders(plan: Plan, numbers: Numbers, rng: random.Random) -> Plan:
    """Half of the histories, with a low limit on shared addresses or with blocked ones, and more sharing.

    Drawn apart from everything else: the other half are as they were before there were placeholders.
    """
    if rng.random() < 0.5:
        return plan
    share = rng.choice((0.0, 0.2, 0.5))
    spoken = {export["export_id"]: _shared(rng, export, share) for export in plan.exports}
    events = _said(plan, spoken)
    last = plan.last_words
    if rng.random() < 0.3:
        events += [Event(_moment(rng), "placeholders", _limits(rng)) for _ in range(rng.choice((1, 2)))]
        last = last or _last_words(rng, numbers)
    return replace(
        plan,
        events=tuple(sorted(events, key=lambda event: event.at)),
        placeholders=_limits(rng),
        last_words=None if last is None else _shared(rng, last, share),
    )


def _limits(rng: random.Random) -> tuple[int, tuple[str, ...]]:
    return rng.choice((0, 1, 1, 2, 2, 3)), rng.choice(BLOCKED)


def _shared(rng: random.Random, export: Json, share: float) -> Json:
    """The export with some tenants that share others' addresses."""
    tenants = [
        record | {"email": rng.choice(SHARED_EMAILS)}
        if isinstance(record, dict) and isinstance(record.get("email"), str) and rng.random() < share
        else record
        for record in export.get("mieter", ())
    ]
    return export | {"mieter": tenants}


def _numbers(rng: random.Random) -> Numbers:
    """A few lively numbers, so that they get into each other's way."""
    return Numbers(
        units=_some(rng, UNITS, (1, 2, 2, 3, 8)),
        tenants=_some(rng, TENANTS, (1, 2, 3, 4, 8)),
        leases=_some(rng, LEASES, (1, 1, 2, 3, 8)),
        there=rng.choice((0.5, 0.75, 0.95)),
        comes=rng.choice((0.2, 0.6)),
        goes=rng.choice((0.05, 0.2, 0.4)),
        changes=rng.choice((0.2, 0.5)),
        reverts=rng.choice((0.0, 0.5)),
        shared=rng.choice((0.12, 0.5)),
    )


def _drops(rng: random.Random, history: list[Json]) -> Iterable[Event]:
    """Exports in any order, some twice, some together, some after a pause."""
    order = list(history)
    if rng.random() < 0.4:
        rng.shuffle(order)
    at = 0.0
    paces = rng.choice(((0.0,), (0.0, 0.5, 2.0), (0.5, 2.0, 10.0), (0.0, 0.5, 2.0, 10.0, 400.0)))
    for export in order:
        yield Event(at, "export", export)
        if rng.random() < 0.25:
            yield Event(at + rng.choice((0.0, 1.0, 30.0, 2000.0)), "export", export)
        at += rng.choice(paces)


def _moment(rng: random.Random) -> float:
    return rng.choice((rng.uniform(0, 5), rng.uniform(0, 30), rng.uniform(0, 1000)))


def _disturbances(rng: random.Random) -> Iterable[Event]:
    if rng.random() < 0.15:
        yield Event(_moment(rng), "outage", rng.choice((3.0, 60.0, 2 * HOUR, 12 * HOUR)))
    for what in ("tokens expire", "sessions expire"):
        if rng.random() < 0.2:
            yield Event(_moment(rng), what)
    if rng.random() < 0.3:
        for _ in range(rng.choice((1, 3))):
            yield Event(_moment(rng), "approve")
    if rng.random() < 0.5:
        for _ in range(rng.choice((1, 3, 6))):
            yield Event(_moment(rng), "access", rng.randrange(1 << 30))


def _settings(rng: random.Random) -> Iterable[Event]:
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 2))):
            mandanten = rng.choice((("0001",), ("0001", "0002"), ("0002", "0003"), MANDANTEN))
            yield Event(_moment(rng), "settings", (rng.choice(SEPARATORS), mandanten))


def _hands(rng: random.Random) -> Iterable[Event]:
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 2, 4))):
            deed = rng.choice(("delete", "delete", "foreign tenant", "foreign unit"))
            yield Event(_moment(rng), f"by hand: {deed}", rng.randrange(1 << 30))


def _last_words(rng: random.Random, numbers: Numbers) -> Json:
    """A full export without a bad record, in which every record differs from its earlier versions."""
    world = first_world(rng, numbers)
    for unit in world["verwaltungseinheiten"].values():
        unit["bezeichnung"] = "zuletzt"
    for tenant in world["mieter"].values():
        tenant.update(firma=None, vorname="Zuletzt", nachname=f"N{rng.randrange(1000)}")
    for lease in world["mietvertraege"].values():
        lease["ende"] = f"2040-01-{rng.randint(1, 28):02}"
    lists = {kind: list(rows.values()) for kind, rows in world.items()}
    head = {"format": "erp-export/1", "connection": CONNECTION, "export_id": "last-words"}
    return head | {"exported_at": START.isoformat(), "scope": "full", "mandanten": list(MANDANTEN)} | lists


def _some(rng: random.Random, pool: tuple[T, ...], sizes: tuple[int, ...]) -> tuple[T, ...]:
    return tuple(rng.sample(pool, min(rng.choice(sizes), len(pool))))
