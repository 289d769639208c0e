"""What happens in one history, drawn from a seed: exports, faults, and what people do meanwhile."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.generate import CONNECTION, random_history
from tests.generate_world import FIELDS, KINDS, MANDANTEN, Json, first_world
from tests.simulation.scheduler import START

SEPARATORS = ("-", "_", ".", "/", "|")
HOUR = 3600.0


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
    at_once: int = 2
    """Invocations of a function at the same time."""
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
        return any(event.what == "settings" for event in self.events)

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

    history = random_history(rng.randrange(1 << 30), exports=rng.choice((1, 2, 2, 3, 3, 4)), now=START)
    plan = Plan(
        seed=seed,
        events=tuple(_drops(rng, history)),
        separator=rng.choice(SEPARATORS),
        kiwi_trouble=sometimes(0.4, 0.02, 0.1, 0.3),
        table_trouble=sometimes(0.3, 0.002, 0.01),
        queue_trouble=sometimes(0.3, 0.02, 0.2),
        repeats=sometimes(0.5, 0.05, 0.3),
        crashes=sometimes(0.6, 0.001, 0.004, 0.02),
        hurried=sometimes(0.2, 0.3, 0.9),
        at_once=rng.choice((1, 2, 3, 5)),
    )
    few = rng.choice((1, 2, 3, 4, 5))
    numbers = plan.numbers()
    chosen = {key for kind in KINDS for key in _some(rng, [n for n in numbers if n.startswith(kind)], few)}
    plan = plan.without(set(numbers) - chosen)
    events = [*plan.events, *_disturbances(rng)]
    if any(event.what == "settings" or event.what.startswith("by hand") for event in events):
        last = _kept(_last_words(rng), set(numbers) - chosen)
        plan = replace(plan, last_words=last)
    return replace(plan, events=tuple(sorted(events, key=lambda event: event.at)))


def _drops(rng: random.Random, history: list[Json]) -> Iterable[Event]:
    """Exports come in any order, some twice, some together, some after a pause."""
    order = list(history)
    if rng.random() < 0.4:
        rng.shuffle(order)
    at = 0.0
    for export in order:
        yield Event(at, "export", export)
        if rng.random() < 0.25:
            yield Event(at + rng.choice((0.0, 1.0, 30.0, 2000.0)), "export", export)
        at += rng.choice((0.0, 0.5, 2.0, 10.0, 400.0))


def _disturbances(rng: random.Random) -> Iterable[Event]:
    def moment() -> float:
        return rng.choice((rng.uniform(0, 5), rng.uniform(0, 30), rng.uniform(0, 1000)))

    if rng.random() < 0.15:
        yield Event(moment(), "outage", rng.choice((3.0, 60.0, 2 * HOUR, 12 * HOUR)))
    for what in ("tokens expire", "sessions expire"):
        if rng.random() < 0.2:
            yield Event(moment(), what)
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 2))):
            mandanten = rng.choice((("0001",), ("0001", "0002"), ("0002", "0003"), MANDANTEN))
            yield Event(moment(), "settings", (rng.choice(SEPARATORS), mandanten))
    if rng.random() < 0.2:
        for _ in range(rng.choice((1, 2, 4))):
            deed = rng.choice(("delete", "delete", "foreign tenant", "foreign unit", "access"))
            yield Event(moment(), f"by hand: {deed}", rng.randrange(1 << 30))


def _last_words(rng: random.Random) -> Json:
    """A full export without a bad record, in which every record differs from what was said of it before."""
    world = first_world(rng)
    for unit in world["verwaltungseinheiten"].values():
        unit["bezeichnung"] = "zuletzt"
    for tenant in world["mieter"].values():
        tenant.update(firma=None, vorname="Zuletzt", nachname=f"N{rng.randrange(1000)}")
    for lease in world["mietvertraege"].values():
        lease["ende"] = f"2040-01-{rng.randint(1, 28):02}"
    lists = {kind: list(rows.values()) for kind, rows in world.items()}
    head = {"format": "erp-export/1", "connection": CONNECTION, "export_id": "last-words"}
    return head | {"exported_at": START.isoformat(), "scope": "full", "mandanten": list(MANDANTEN)} | lists


def _some(rng: random.Random, keys: list[str], few: int) -> list[str]:
    return rng.sample(keys, min(few, len(keys)))


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
