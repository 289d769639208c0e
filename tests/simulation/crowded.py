"""Draws histories of few people who get into each other's way as often as can be: for what is rare elsewhere.

One or two tenants with several leases in one house, access on almost everywhere, exports every few seconds,
and functions that stand still and die at any moment.
"""

import random

from tests.generate import random_history
from tests.generate_world import LEASES, TENANTS, UNITS, Json, Numbers
from tests.simulation.plan import Event, Plan
from tests.simulation.scheduler import START

CROWDED = 1_000_000_000
"""The first seed of such histories."""
SETTLED = 3000.0
"""Seconds after which most of the first export is in KIWI."""
HOUSE: Json = {"strasse": "Am Tor", "hausnummer": "1", "plz": "50667", "ort": "Köln", "land": "DE"}
HOUSE |= {"bundesland": "Nordrhein-Westfalen", "latitude": 50.9375, "longitude": 6.9603}


def draw_crowded(seed: int) -> Plan:
    """The history of a seed."""
    rng = random.Random(f"crowded {seed}")
    numbers = Numbers(
        units=tuple(rng.sample(UNITS, rng.choice((1, 2, 3)))),
        tenants=tuple(rng.sample(TENANTS, rng.choice((1, 1, 2)))),
        leases=tuple(rng.sample(LEASES, rng.choice((2, 3, 4)))),
        there=0.95,
        comes=0.8,
        goes=rng.choice((0.1, 0.3)),
        changes=rng.choice((0.2, 0.5)),
        reverts=0.7,
        shared=0.0,
    )
    exports = rng.choice((4, 6, 8))
    history = random_history(rng.randrange(1 << 30), exports=exports, now=START, numbers=numbers)
    at = 0.0
    events = []
    for export in history:
        events.append(Event(at, "export", _housed(export)))
        at += rng.choice((2.0, 10.0, 60.0)) if at else SETTLED
        events += [Event(at - rng.uniform(0, 2), "access", rng.randrange(1 << 30)) for _ in range(4)]
    return Plan(
        seed=seed,
        events=tuple(sorted(events, key=lambda event: event.at)),
        mandanten=("0001",),
        kiwi_trouble=rng.choice((0.0, 0.02, 0.05)),
        queue_trouble=rng.choice((0.0, 0.0, 0.2)),
        crashes=rng.choice((0.0, 0.03, 0.08)),
        pauses=rng.choice((0.1, 0.3)),
        at_once=rng.choice((2, 3, 5)),
    )


def _housed(export: Json) -> Json:
    """The export, in which all units are in one house."""
    units = [
        record | HOUSE if isinstance(record, dict) else record
        for record in export.get("verwaltungseinheiten", ())
    ]
    return export | {"verwaltungseinheiten": units}
