"""A day without KIWI, a wrong password: in simulated time, with every request counted."""

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.generate import CONNECTION
from tests.simulation.lambdas import BATCHES
from tests.simulation.plan import Plan
from tests.simulation.scheduler import START
from tests.simulation.verdict import verdict
from tests.simulation.world import PASSWORD, USER, World

SIZE = 60
"""Units, tenants and leases each."""
DAY = timedelta(days=1)
LONGEST_REST = timedelta(minutes=5)
JITTER = 0.75
"""The least rest, as a share of the longest: five minutes."""
ATTEMPTS = 3
"""Requests of one probe: the client repeats them."""


def export(connection: str = CONNECTION, export_id: str = "large") -> dict[str, Any]:
    """A full export of some size, without skipped records."""
    numbers = [f"{number:04}" for number in range(SIZE)]
    return {
        "format": "erp-export/1",
        "connection": connection,
        "export_id": export_id,
        "exported_at": START.isoformat(),
        "scope": "full",
        "mandanten": ["0001"],
        "verwaltungseinheiten": [
            {"mandant": "0001", "wirtschaftseinheit": "1", "nummer": number} for number in numbers
        ],
        "mieter": [
            {"mandant": "0001", "nummer": number, "nachname": "N", "email": f"m{number}@mail.example.org"}
            for number in numbers
        ],
        "mietvertraege": [
            {
                "mandant": "0001",
                "nummer": f"L{number}",
                "verwaltungseinheit": {"wirtschaftseinheit": "1", "nummer": number},
                "mieter": [number],
                "beginn": "2024-01-01",
            }
            for number in numbers
        ],
    }


def quiet_world(seed: int = 1) -> World:
    return World(Plan(seed=seed, events=(), mandanten=("0001",)))


def objects(world: World) -> int:
    return sum(map(len, world.kiwi.content().values()))


def tries(world: World) -> list[datetime]:
    """The times of log-ins with the wrong password."""
    return [at for at, what in world.wire.log if what.endswith(f"/v1/session of {USER}")]


def test_a_day_without_kiwi_in_the_middle_of_a_large_synchronization() -> None:
    world = quiet_world()
    with world.entered():
        world.drop(export())
        world.work_until(START + timedelta(seconds=4))
        assert 0 < objects(world) < 3 * SIZE, "KIWI goes away in the middle"
        gone, back = world.scheduler.now, world.scheduler.now + DAY
        world.wire.outages.append((gone, back))
        world.work_until(gone + timedelta(minutes=10))
        settled = world.table.reads
        longest = 0
        for hour in range(1, 24):
            world.work_until(gone + timedelta(hours=hour))
            longest = max(longest, *(len(queue.messages) for queue in world.lambdas.queues.values()))
        requests = [at for at, _ in world.wire.log if gone + timedelta(minutes=10) <= at < back]
        reads = world.table.reads - settled
        world.work_until(back)
        returned = world.scheduler.now
        world.calm()
        took = world.scheduler.now - returned
        assert verdict(world, [export()]) == []
    probes = (DAY - timedelta(minutes=10)) / (JITTER * LONGEST_REST)
    assert 100 < len(requests) <= probes * ATTEMPTS
    assert longest <= 3, "nothing piles up in queues"
    assert took < timedelta(minutes=10), "all is done within minutes of its return"
    assert world.wire.at_once <= world.plan.at_once * BATCHES["load"], "at KIWI's pace, not in one wave"
    sweeps = DAY / timedelta(minutes=5)
    assert reads < 12 * (sweeps + probes), "a rest costs no read per key"


def test_a_wrong_password_pauses_one_connection_and_is_not_hammered() -> None:
    world = quiet_world()
    world.kiwi.add_account("other", PASSWORD, 43)
    world.secrets.put("other", {"username": "other", "password": PASSWORD})
    with world.entered():
        world.connect("andere", "other", "-", ("0001",))
        world.kiwi.set_password(USER, "changed")
        world.drop(export())
        world.exports.put(json.dumps(export("andere", "other")))
        world.work_until(START + timedelta(hours=3))
        assert objects(world) == 0
        assert sum(map(len, world.kiwi.content(43).values())) == 3 * SIZE, "the other connection goes on"
        tried = tries(world)
        assert 10 < len(tried) <= 180
        gaps = [later - earlier for earlier, later in pairwise(tried)]
        assert min(gaps) >= timedelta(minutes=1), "at most one attempt a minute, over all invocations"
        paused = world.table.items[f"%connection#{CONNECTION}"]["kiwi"]
        assert paused["paused_version"]
        mended = world.scheduler.now
        world.secrets.put("secret", {"username": USER, "password": "changed"})
        world.work_until(mended + timedelta(minutes=40))
        assert verdict(world, [export()]) == [], "a new secret resumes by itself"
        assert "paused_version" not in world.table.items[f"%connection#{CONNECTION}"]["kiwi"]
