"""The sweep: due rows go again; a KIWI that is away gets one key."""

from datetime import datetime, timedelta
from itertools import chain

import pytest
from kiwi_extract.bookkeeping.owed import A_SHARD
from kiwi_extract.sweep.sweep import AWAY_LONG, CONNECTIONS, CONTINUE_AFTER, PARTS, Sweep, sweep
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.messages import SweepOrder
from kiwi_sync.state.availability import availability_key
from kiwi_sync.state.holds import end_hold, write_hold
from kiwi_sync.state.rows import PARKED
from kiwi_sync.state.table import Change, Value
from kiwi_sync.times import stamp

from tests.unit.extract.bookkeeping.parked import AGREEMENT, due_at, of_one_shard, owe
from tests.unit.extract.exports import CONNECTION, NOW
from tests.unit.extract.rig import GRACE, Rig, key
from tests.unit.layer.holdings import hold, there

ORDER = SweepOrder()
RESUME = SweepOrder(connection=CONNECTION, resume=True)
OTHER = RowKey("c2", RowKind.MIETER, "0001", ("1",))
SECOND = timedelta(seconds=1)


def known(rig: Rig, **availability: Value) -> None:
    """The remembered availability of the connection's KIWI."""
    rig.table.update(availability_key(CONNECTION), Change(put=availability))


def sent(rig: Rig) -> list[str]:
    return [*rig.transform.keys(), *rig.load.keys()]


def test_what_is_due_of_all_connections() -> None:
    rig = Rig()
    rig.settings.store(connection="c2")
    owe(rig, key("1"))
    owe(rig, AGREEMENT)
    owe(rig, OTHER)
    owe(rig, key("2"), NOW + SECOND)
    assert sweep(rig.tools, ORDER, NOW) == Sweep(sent=3)
    assert sent(rig) == [key("1").text, OTHER.text, AGREEMENT.text]
    assert due_at(rig, key("1")) == stamp(NOW + GRACE)


def test_one_connection_alone() -> None:
    rig = Rig()
    rig.settings.store(connection="c2")
    owe(rig, key("1"))
    owe(rig, OTHER)
    order = SweepOrder(connection="c2")
    assert sweep(rig.tools, order, NOW).sent == 1
    assert sent(rig) == [OTHER.text]


def test_a_second_sweep_sends_nothing_before_its_time() -> None:
    rig = Rig()
    owe(rig, key("1"))
    sweep(rig.tools, ORDER, NOW)
    assert sweep(rig.tools, ORDER, NOW + GRACE - SECOND).sent == 0
    assert sweep(rig.tools, ORDER, NOW + GRACE).sent == 1


def test_what_is_parked_is_not_swept() -> None:
    rig = Rig()
    owe(rig, key("1"), PARKED)
    for order in (ORDER, RESUME):
        assert sweep(rig.tools, order, NOW + timedelta(days=3650)) == Sweep()
    assert sent(rig) == []


@pytest.mark.parametrize("state", [{"away_until": stamp(NOW)}, {"paused_version": "v1"}])
def test_away_or_paused_gets_one_key(state: dict[str, Value]) -> None:
    rig = Rig()
    known(rig, **state)
    keys = {owe(rig, key(str(number))).text for number in range(20)}
    paused = int("paused_version" in state)
    for _ in range(20):
        assert sweep(rig.tools, ORDER, NOW) == Sweep(sent=1, paused=paused)
        (probe,) = sent(rig)
        # Another one each time: the first may be one that never gets to KIWI.
        keys.remove(probe)
        assert due_at(rig, RowKey.parse(probe)) == stamp(NOW + GRACE)
    assert sweep(rig.tools, ORDER, NOW) == Sweep(paused=paused)


def test_away_with_nothing_due_gets_nothing() -> None:
    rig = Rig()
    known(rig, away_until=stamp(NOW))
    owe(rig, key("1"), NOW + SECOND)
    assert sweep(rig.tools, ORDER, NOW) == Sweep()


@pytest.mark.parametrize(("ago", "keys"), [(59, 0), (61, 1)])
def test_a_log_in_that_was_refused_rests_for_a_minute(ago: int, keys: int) -> None:
    rig = Rig()
    owe(rig, key("1"))
    known(rig, paused_version="v1", tried_version="v1", tried_at=stamp(NOW - ago * SECOND))
    assert sweep(rig.tools, ORDER, NOW) == Sweep(sent=keys, paused=1)


@pytest.mark.parametrize("order", [ORDER, RESUME])
@pytest.mark.parametrize("more", [{}, {"paused_version": "v1"}])
def test_nothing_before_the_time(order: SweepOrder, more: dict[str, Value]) -> None:
    rig = Rig()
    known(rig, away_until=stamp(NOW + SECOND), **more)
    owe(rig, key("1"))
    assert sweep(rig.tools, order, NOW) == Sweep(paused=len(more))
    assert sent(rig) == []


def test_one_connection_away_does_not_stop_the_others() -> None:
    rig = Rig()
    rig.settings.store(connection="c2")
    known(rig, away_until=stamp(NOW + SECOND))
    owe(rig, key("1"))
    owe(rig, OTHER)
    assert sweep(rig.tools, ORDER, NOW).sent == 1
    assert sent(rig) == [OTHER.text]


def test_resume_does_not_wait_for_what_was_sent_but_leaves_the_hourly_ones() -> None:
    rig = Rig()
    owe(rig, key("sent before"), NOW + GRACE - SECOND)
    owe(rig, key("hourly"), NOW + timedelta(hours=1))
    assert sweep(rig.tools, RESUME, NOW) == Sweep(sent=1)
    assert sent(rig) == [key("sent before").text]


def test_a_kiwi_that_is_away_for_long_is_counted() -> None:
    rig = Rig()
    known(rig, away_until=stamp(NOW), away_since=stamp(NOW))
    assert sweep(rig.tools, ORDER, NOW + AWAY_LONG).away == 0
    assert sweep(rig.tools, ORDER, NOW + AWAY_LONG + SECOND).away == 1


def test_a_probe_after_resume_may_be_one_that_waits() -> None:
    rig = Rig()
    known(rig, away_until=stamp(NOW))
    owe(rig, key("1"), NOW + GRACE - SECOND)
    assert sweep(rig.tools, RESUME, NOW).sent == 1


@pytest.mark.parametrize("order", [ORDER, RESUME])
def test_a_large_sweep_goes_on_later_and_sends_each_key_once(order: SweepOrder) -> None:
    rig = Rig()
    keys = of_one_shard(2 * A_SHARD + 1)
    for one in keys:
        owe(rig, one, NOW - SECOND)
    portions = sweep_on(rig, order)
    assert [len(portion) for portion in portions] == [A_SHARD, A_SHARD, 1]
    assert sorted(chain(*portions)) == sorted(one.text for one in keys)


def sweep_on(rig: Rig, order: SweepOrder, now: datetime = NOW) -> list[list[str]]:
    """Sweep until no further part follows. Returns the keys that each part has sent."""
    portions, orders = list[list[str]](), [order]
    while orders:
        (again,) = orders
        swept = sweep(rig.tools, SweepOrder.model_validate_json(again.model_dump_json()), now)
        assert swept.rest is None
        orders = list(swept.more)
        portions.append(sent(rig))
        now += CONTINUE_AFTER
    return portions


@pytest.mark.parametrize(("order", "parts"), [(ORDER, PARTS), (RESUME, 13)])
def test_a_scheduled_sweep_ends_before_the_next_one_and_a_resumed_one_with_the_last_key(
    order: SweepOrder, parts: int
) -> None:
    rig = Rig()
    for one in of_one_shard(12 * A_SHARD):
        owe(rig, one, NOW - SECOND)
    portions = sweep_on(rig, order)
    assert len(portions) == parts
    assert len({*chain(*portions)}) == len([*chain(*portions)]) == min(parts, 12) * A_SHARD
    assert timedelta(minutes=5) >= PARTS * CONTINUE_AFTER


def test_of_two_sweeps_at_once_each_key_is_sent_by_one() -> None:
    rig = Rig()
    for one in of_one_shard(3 * A_SHARD):
        owe(rig, one, NOW - SECOND)
    told = [*chain(*sweep_on(rig, RESUME)), *chain(*sweep_on(rig, ORDER))]
    assert len({*told}) == len(told) == 3 * A_SHARD


def test_an_end_that_never_comes_is_none() -> None:
    rig = Rig()
    for one in of_one_shard(2 * A_SHARD):
        owe(rig, one, NOW - SECOND)
    endless = RESUME.model_copy(update={"until": "9999-12-31T00:00:00.000000Z"})
    assert [len(portion) for portion in sweep_on(rig, endless)] == [A_SHARD, A_SHARD, 0]


def test_rows_that_do_not_move_do_not_starve_the_others() -> None:
    rig = Rig()
    stuck = {owe(rig, one, NOW - 2 * SECOND).text for one in of_one_shard(12 * A_SHARD)}
    late = owe(rig, of_one_shard(12 * A_SHARD + 1)[-1], NOW - SECOND)
    now, told = NOW, list[str]()
    while late.text not in told:
        told += chain(*sweep_on(rig, ORDER, now))
        now += timedelta(minutes=5)
    assert now == NOW + timedelta(minutes=10)
    assert len(told) == len(stuck) + 1


def test_many_connections_are_swept_part_by_part() -> None:
    rig = Rig()
    names = [f"many-{number:03}" for number in range(2 * CONNECTIONS + 1)]
    rig.settings.stored.clear()
    for name in names:
        rig.settings.store(connection=name)
        owe(rig, RowKey(name, RowKind.MIETER, "0001", ("1",)))
    told, rest = list[list[str]](), ORDER
    while True:
        swept = sweep(rig.tools, rest, NOW)
        told.append([RowKey.parse(text).connection for text in sent(rig)])
        if swept.rest is None:
            break
        rest = swept.rest
    assert told == [names[:CONNECTIONS], names[CONNECTIONS : 2 * CONNECTIONS], names[-1:]]


def test_each_connection_goes_on_by_itself() -> None:
    rig = Rig()
    rig.settings.store(connection="c2")
    for one in of_one_shard(A_SHARD + 1):
        owe(rig, one)
    owe(rig, OTHER)
    swept = sweep(rig.tools, ORDER, NOW)
    assert swept.sent == A_SHARD + 1
    assert swept.more == (SweepOrder(connection=CONNECTION, part=1),)


def test_holds_that_stand_are_counted() -> None:
    rig = Rig()
    rig.settings.store(connection="c2")
    for connection, export_id in ((CONNECTION, "e1"), (CONNECTION, "e2"), ("c2", "e1"), ("c3", "e1")):
        write_hold(rig.table, hold(connection, export_id), None, NOW)
    end_hold(rig.table, there(rig.table, CONNECTION, "e2"), ["0001", "0002"], "e3")
    assert sweep(rig.tools, ORDER, NOW) == Sweep(held=2)
