"""What happens in one history, drawn from a seed: exports, faults, and what people do meanwhile."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tests.generate import CONNECTION, random_history
from tests.generate_world import (
    FIELDS,
    KINDS,
    LEASES,
    MANDANTEN,
    SHARED_EMAILS,
    TENANTS,
    UNITS,
    Json,
    Numbers,
    first_world,
)
from tests.simulation.scheduler import START

T = TypeVar("T")
SEPARATORS = ("-", "_", ".", "/", "|")
HOUR = 3600.0
NO_BRAKE = (20, 100.0)
BLOCKED = (
    (),
    (),
    (SHARED_EMAILS[0],),
    ("@example.net", "mieter0-0001@mail.example.org"),
    ("@mail.example.org",),
)
"""Addresses and domains that a connection blocks. The last one is almost everybody's."""


@dataclass(frozen=True)
class Event:
    """Something that happens `at` so many seconds after the beginning."""

    at: float
    what: str
    value: Any = None

    def __str__(self) -> str:
        shown = self.value["export_id"] if self.what == "export" else self.value
        return f"{self.at:.1f} s: {self.what} {'' if shown is None else shown}".rstrip()


@dataclass(frozen=True)
class Plan:
    """One history. The shares are of steps or requests that something happens to."""

    seed: int
    events: tuple[Event, ...]
    separator: str = "-"
    mandanten: tuple[str, ...] = ("0001", "0002")
    kiwi_trouble: float = 0.0
    table_trouble: float = 0.0
    queue_trouble: float = 0.0
    repeats: float = 0.0
    crashes: float = 0.0
    hurried: float = 0.0
    """The share of invocations of extract that have only a moment before their deadline."""
    pauses: float = 0.0
    at_once: int = 2
    """Invocations of a function at the same time."""
    brake: tuple[int, float] = NO_BRAKE
    """The limits of the brake: agreements, percent."""
    placeholders: tuple[int, tuple[str, ...]] = (0, ())
    """Above how many tenants an address is a placeholder, and what is blocked."""
    last_words: Json | None = None
    """A full export after everything, that says every record anew: for histories in which it takes one."""

    @property
    def exports(self) -> list[Json]:
        """The exports that were sent, each once."""
        sent = {event.value["export_id"]: event.value for event in self.events if event.what == "export"}
        return list(sent.values())

    @property
    def settings_change(self) -> bool:
        """Whether settings change in the middle."""
        return any(event.what in {"settings", "placeholders"} for event in self.events)

    @property
    def limits(self) -> list[tuple[int, tuple[str, ...]]]:
        """All settings of placeholders that the history has at one time or another."""
        return [self.placeholders, *(event.value for event in self.events if event.what == "placeholders")]

    @property
    def braked(self) -> bool:
        """Whether the brake holds anything at all: few records are more than its usual limits."""
        return self.brake != NO_BRAKE

    @property
    def hands(self) -> bool:
        """Whether a person edits KIWI's content."""
        return any(event.what.startswith("by hand") for event in self.events)

    def without(self, keys: Iterable[str]) -> "Plan":
        """The same, but that no export speaks of these numbers."""
        gone = set(keys)
        events = [
            replace(event, value=_kept(event.value, gone)) if event.what == "export" else event
            for event in self.events
        ]
        last = None if self.last_words is None else _kept(self.last_words, gone)
        return replace(self, events=tuple(events), last_words=last)

    def numbers(self) -> list[str]:
        """Every number that an export speaks of, as `kind/Mandant/number`."""
        exports = [*self.exports, *([self.last_words] if self.last_words else [])]
        return sorted({key for export in exports for kind in KINDS for key in _keys(export, kind)})


def draw(seed: int) -> Plan:
    """The history of a seed: some are calm in one respect, so that not everything always happens at once."""
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
    return _with_placeholders(plan, numbers, random.Random(f"placeholders {seed}"))


def _with_placeholders(plan: Plan, numbers: Numbers, rng: random.Random) -> Plan:
    """In half of the histories few may share an address, or some are blocked, and more do than otherwise.

    Drawn apart from all else: the other half are as they were before there were placeholders.
    """
    if rng.random() < 0.5:
        return plan
    share = rng.choice((0.0, 0.2, 0.5))
    spoken = {export["export_id"]: _shared(rng, export, share) for export in plan.exports}
    events = [
        replace(event, value=spoken[event.value["export_id"]]) if event.what == "export" else event
        for event in plan.events
    ]
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
    """The export, in which some tenants have an address that others have."""
    tenants = [
        record | {"email": rng.choice(SHARED_EMAILS)}
        if isinstance(record, dict) and isinstance(record.get("email"), str) and rng.random() < share
        else record
        for record in export.get("mieter", ())
    ]
    return export | {"mieter": tenants}


def _numbers(rng: random.Random) -> Numbers:
    """Few, and lively: so that they get into each other's way."""
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
    """Exports come in any order, some twice, some together, some after a pause."""
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
    """A full export without a bad record, in which every record differs from what was said of it before."""
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


def _key(kind: str, record: Any) -> str | None:
    if not isinstance(record, dict):
        return None
    parts = [record.get(field) for field in FIELDS[kind]]
    return None if None in parts else "/".join((kind, *map(str, parts)))


def _keys(export: Json, kind: str) -> list[str]:
    records = [*export.get(kind, ()), *export.get("geloescht", {}).get(kind, ())]
    return [key for record in records if (key := _key(kind, record)) is not None]


def _kept(export: Json, gone: set[str]) -> Json:
    """The export without these numbers; its counts follow."""
    kept = dict(export)
    for kind in KINDS:
        kept[kind] = [record for record in export.get(kind, ()) if _key(kind, record) not in gone]
    if "geloescht" in export:
        kept["geloescht"] = {
            kind: [record for record in records if _key(kind, record) not in gone]
            for kind, records in export["geloescht"].items()
        }
    if "anzahl" in export:
        kept["anzahl"] = {kind: len(kept[kind]) for kind in export["anzahl"]}
    return kept
