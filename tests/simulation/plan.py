"""The plan of one history: exports, faults, and people's actions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tests.generate_world import FIELDS, KINDS, Json

NO_BRAKE = (20, 100.0)


@dataclass(frozen=True)
class Event:
    """An event, `at` so many seconds after the beginning."""

    at: float
    what: str
    value: Any = None

    def __str__(self) -> str:
        shown = self.value["export_id"] if self.what == "export" else self.value
        return f"{self.at:.1f} s: {self.what} {'' if shown is None else shown}".rstrip()


@dataclass(frozen=True)
class Plan:
    """One history. Shares are those of the affected steps or requests."""

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
    """The share of invocations of extract with only a moment before their deadline."""
    pauses: float = 0.0
    at_once: int = 2
    """Concurrent invocations of a function."""
    brake: tuple[int, float] = NO_BRAKE
    """The limits of the brake: agreements, percent."""
    placeholders: tuple[int, tuple[str, ...]] = (0, ())
    """The most tenants that may share an address, and the blocked addresses."""
    reconcile_failures: float = 0.0
    """The share of changes of access that fail in KIWI for good."""
    last_words: Json | None = None
    """A full export at the end that states every record anew, for histories that take one."""

    @property
    def exports(self) -> list[Json]:
        """The exports that were sent, each once."""
        sent = {event.value["export_id"]: event.value for event in self.events if event.what == "export"}
        return list(sent.values())

    @property
    def settings_change(self) -> bool:
        """Whether settings change half-way."""
        return any(event.what in {"settings", "placeholders"} for event in self.events)

    @property
    def limits(self) -> list[tuple[int, tuple[str, ...]]]:
        """All settings for placeholders that are in force at some time in the history."""
        return [self.placeholders, *(event.value for event in self.events if event.what == "placeholders")]

    @property
    def braked(self) -> bool:
        """Whether the brake can hold anything: a history has too few records for the usual limits."""
        return self.brake != NO_BRAKE

    @property
    def hands(self) -> bool:
        """Whether a person edits KIWI's content."""
        return any(event.what.startswith("by hand") for event in self.events)

    def without(self, keys: Iterable[str]) -> "Plan":
        """The same plan, with these numbers left out of every export."""
        gone = set(keys)
        events = [
            replace(event, value=_kept(event.value, gone)) if event.what == "export" else event
            for event in self.events
        ]
        last = None if self.last_words is None else _kept(self.last_words, gone)
        return replace(self, events=tuple(events), last_words=last)

    def numbers(self) -> list[str]:
        """Every number in any export, as `kind/Mandant/number`."""
        exports = [*self.exports, *([self.last_words] if self.last_words else [])]
        return sorted({key for export in exports for kind in KINDS for key in _keys(export, kind)})


def _key(kind: str, record: Any) -> str | None:
    if not isinstance(record, dict):
        return None
    parts = [record.get(field) for field in FIELDS[kind]]
    return None if None in parts else "/".join((kind, *map(str, parts)))


def _keys(export: Json, kind: str) -> list[str]:
    records = [*export.get(kind, ()), *export.get("geloescht", {}).get(kind, ())]
    return [key for record in records if (key := _key(kind, record)) is not None]


def _kept(export: Json, gone: set[str]) -> Json:
    """The export without these numbers, with its counts adjusted."""
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
