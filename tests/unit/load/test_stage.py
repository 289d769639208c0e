"""A batch: each key once, distinct keys at once, all messages of a key with one fate, rests that grow."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from kiwi_load.stage import Hint, Stage
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiBroken

from tests.unit.load.driver import World
from tests.unit.transform.world import CONNECTION, lease_key, tenant, tenant_key, unit_key

A, B, C = (RowKey.parse(tenant_key(number)) for number in "789")


class Work:
    """Stands for the worker: notes keys, fails on demand, and can wait until all are at work."""

    def __init__(self) -> None:
        self.keys: list[RowKey] = []
        self.failing: dict[RowKey, Exception] = {}
        self.together = threading.Barrier(1)

    def work(self, key: RowKey, kiwi: KiwiClient, until: datetime | None) -> None:
        self.keys.append(key)
        self.together.wait(5)
        if key in self.failing:
            raise self.failing[key]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def stage(world: World, work: Work) -> Iterator[Stage]:
    with ThreadPoolExecutor(10) as pool:
        yield replace(world.load, worker=work, pool=pool)  # type: ignore[arg-type]  # only its `work` is used


def hint(key: RowKey, receipt: str = "r", receives: int = 1, wake: bool = False) -> Hint:
    return Hint(key, wake, receives, (receipt,))


def test_a_key_is_worked_once_a_batch(stage: Stage, work: Work) -> None:
    assert stage.work([hint(A, "1"), hint(B, "2"), hint(A, "3")]) == {}
    assert sorted(work.keys, key=str) == [A, B]


def test_distinct_keys_are_worked_at_the_same_time(stage: Stage, work: Work) -> None:
    work.together = threading.Barrier(3)
    assert stage.work([hint(A), hint(B), hint(C)]) == {}
    assert len(work.keys) == 3


def test_all_messages_of_a_failing_key_rest_and_no_other_s(stage: Stage, work: Work, world: World) -> None:
    work.failing = {A: KiwiBroken("about")}
    assert stage.work([hint(A, "1"), hint(B, "2"), hint(A, "3", receives=3)]) == work.failing
    assert world.to_load.held == {"1": 8, "3": 8}


@pytest.mark.parametrize(
    ("receives", "seconds"), [(1, 2), (2, 4), (5, 32), (8, 256), (9, 300), (100, 300), (10_000, 300)]
)
def test_rests_grow_up_to_five_minutes(
    stage: Stage, work: Work, world: World, receives: int, seconds: int
) -> None:
    work.failing = {A: RuntimeError("a bug of ours")}
    stage.work([hint(A, receives=receives)])
    assert world.to_load.held == {"r": seconds}


def test_a_bug_of_ours_goes_on_failing_until_the_queue_gives_up(stage: Stage, work: Work) -> None:
    work.failing = {A: RuntimeError("a bug of ours")}
    assert stage.work([hint(A, receives=50), hint(B)]) == work.failing


def test_a_bug_s_text_is_not_logged(stage: Stage, work: Work, capsys: pytest.CaptureFixture[str]) -> None:
    work.failing = {A: ValueError("anna@kiwi.example.com")}
    stage.work([hint(A)])
    assert "anna" not in capsys.readouterr().out


def test_the_tenth_try_is_the_last(stage: Stage, work: Work) -> None:
    work.failing = {A: KiwiBroken("about")}
    assert stage.work([hint(A, receives=9)]) == work.failing
    assert stage.work([hint(A, receives=10)]) == {}


def test_a_connection_without_settings_stops_no_other(stage: Stage, work: Work) -> None:
    stranger = replace(A, connection="another")
    assert stage.work([hint(stranger), hint(A)]) == {}
    assert work.keys == [A]


@pytest.mark.parametrize("key", [tenant_key(), unit_key(), "c/rental_agreement/0001/L/7"])
def test_any_key_can_probe(world: World, key: str) -> None:
    world.gate.away(CONNECTION, 1.0)
    world.clock.sleep(2)
    assert world.deliver(key) == {}
    assert len(world.exports.take()) == 2, "one when it went, one when it was back"


def test_a_probe_that_fails_in_another_way_is_an_answer(world: World) -> None:
    world.settle(tenant())
    world.gate.away(CONNECTION, 1.0)
    world.clock.sleep(2)
    faults = iter(["500", None, None])
    world.transport.fault = lambda _request: next(faults, None)
    assert world.deliver(tenant_key()) == {}
    assert world.gate.passage(CONNECTION) == "open"


def test_a_key_that_load_does_not_know_fails_alone(stage: Stage, world: World) -> None:
    lease = RowKey.parse(lease_key())
    failed = replace(stage, worker=world.load.worker).work([hint(A), hint(lease)])
    assert failed.keys() <= {lease}
