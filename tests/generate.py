"""Random small histories of exports, the same for the same seed, for property and fault tests.

A history is made from a little world that changes: a full export shows the whole of it, a delta what has
changed since the export before. Some records are spoilt on their way into an export.
"""

import copy
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.generate_world import (
    ALL,
    FIELDS,
    MANDANTEN,
    Json,
    Numbers,
    World,
    change,
    empty_world,
    first_world,
)

CONNECTION = "muster-wohnbau"
ZONES = (
    UTC,
    timezone(timedelta(hours=1)),
    timezone(timedelta(hours=-5)),
    timezone(timedelta(hours=5, minutes=30)),
)


def random_history(
    seed: int, *, exports: int = 4, now: datetime | None = None, numbers: Numbers = ALL
) -> list[Json]:
    """Exports of one connection in the order of their versions; the first and the last are full.

    They are to be read with the Mandanten 0001 and 0002 selected, 0003 not.
    """
    rng = random.Random(seed)
    until = now or datetime.now(UTC)
    steps = [timedelta(minutes=rng.randint(5, 240), seconds=rng.randint(0, 59)) for _ in range(exports)]
    exported_at = until - sum(steps, timedelta())
    world, former, shown = first_world(rng, numbers), empty_world(), empty_world()
    history = []
    for index, step in enumerate(steps):
        if index:
            change(rng, world, former, numbers)
        exported_at += step * 0.9
        ends = index in (0, exports - 1)
        full = ends or rng.random() < 0.25
        document = _full(rng, world, whole=ends) if full else _delta(rng, world, shown)
        head = _head(f"{seed}-{index:03}-{rng.randrange(1000)}", exported_at, rng)
        history.append(head | document)
        shown = copy.deepcopy(world)
    return history


def _head(export_id: str, exported_at: datetime, rng: random.Random) -> Json:
    stamp = exported_at.astimezone(rng.choice(ZONES)).isoformat(timespec="seconds")
    return {
        "format": "erp-export/1",
        "connection": CONNECTION,
        "export_id": export_id,
        "exported_at": stamp,
    }


def _full(rng: random.Random, world: World, *, whole: bool) -> Json:
    listed = list(MANDANTEN if whole or rng.random() < 0.7 else rng.sample(MANDANTEN, 2))
    lists = {kind: list(rows.values()) for kind, rows in world.items()}
    if rng.random() < 0.85:  # else the records of a Mandant that is not listed are there, and rejected
        lists = {kind: [r for r in records if r["mandant"] in listed] for kind, records in lists.items()}
    return {"scope": "full", "mandanten": listed} | _counted(rng, lists)


def _delta(rng: random.Random, world: World, shown: World) -> Json:
    lists, deleted = {}, {}
    for kind, rows in world.items():
        before = shown[kind]
        lists[kind] = [r for key, r in rows.items() if before.get(key) != r or rng.random() < 0.1]
        gone = [key for key in before if key not in rows]
        if rows and rng.random() < 0.05:
            gone.append(rng.choice(sorted(rows)))  # deleted, and perhaps in the same export still there
        deleted[kind] = [dict(zip(FIELDS[kind], key, strict=True)) for key in gone]
    return {"scope": "delta", "geloescht": deleted} | _counted(rng, lists)


def _counted(rng: random.Random, lists: dict[str, list[Json]]) -> Json:
    spoilt: dict[str, list[Any]] = {kind: _spoil(rng, kind, records) for kind, records in lists.items()}
    counts = {"anzahl": {kind: len(records) for kind, records in spoilt.items()}}
    return (counts if rng.random() < 0.7 else {}) | spoilt


@dataclass(frozen=True)
class Spoiling:
    """Fields that make a record bad; `remove` takes one away."""

    fields: Json = field(default_factory=dict)
    remove: str | None = None

    def __call__(self, record: Json) -> Json:
        return {name: value for name, value in (record | self.fields).items() if name != self.remove}


UNREADABLE: tuple[Callable[[Json], Any], ...] = (
    Spoiling(remove="nummer"),
    Spoiling({"nummer": "x" * 65}),
    Spoiling({"nummer": "1\u00072"}),
    Spoiling({"mandant": True}),
    lambda record: str(record["nummer"]),
)
BAD: dict[str, tuple[Callable[[Json], Any], ...]] = {
    "verwaltungseinheiten": (
        Spoiling({"latitude": "52,5"}),
        Spoiling({"longitude": 181}),
        Spoiling({"ort": False}),
    ),
    "mieter": (Spoiling({"email": ["a@example.org"]}), Spoiling({"nachname": 1.5}), Spoiling({"firma": {}})),
    "mietvertraege": (
        Spoiling({"mieter": []}),
        Spoiling({"beginn": "31.02.2025"}),
        Spoiling({"beginn": "2025-01-02", "ende": "01.01.2025"}),
        Spoiling(remove="verwaltungseinheit"),
    ),
}


def _spoil(rng: random.Random, kind: str, records: list[Json]) -> list[Any]:
    spoilt: list[Any] = copy.deepcopy(records)
    if spoilt and rng.random() < 0.3:
        place = rng.randrange(len(spoilt))
        spoilt[place] = rng.choice(BAD[kind])(spoilt[place])
    if records and rng.random() < 0.08:
        place = rng.randrange(len(spoilt))
        spoilt[place] = rng.choice(UNREADABLE)(records[place])
    if records and rng.random() < 0.08:
        spoilt.append(copy.deepcopy(rng.choice(records)))
    rng.shuffle(spoilt)
    return spoilt
