"""The list of owed rows: due ones, their next stage, and the time until they are due again."""

from datetime import datetime, timedelta

import pytest
from kiwi_extract.bookkeeping.owed import A_SHARD, due, forward, retry_parked, send_again
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.state.rows import PARKED, item_key, todo_marker
from kiwi_sync.state.table import Change
from kiwi_sync.times import stamp

from tests.unit.extract.bookkeeping.parked import AGREEMENT, due_at, of_one_shard, owe
from tests.unit.extract.exports import CONNECTION, NOW
from tests.unit.extract.rig import GRACE, Rig, key

SOON = NOW + timedelta(minutes=5)


def test_only_what_is_due() -> None:
    rig = Rig()
    now = owe(rig, key("1"))
    owe(rig, key("2"), NOW + timedelta(seconds=1))
    owe(rig, key("3"), PARKED)
    owe(rig, RowKey("other", RowKind.MIETER, "0001", ("1",)))
    rig.table.update(item_key(key("4")), Change(put={"rev": 1}))
    assert due(rig.tools, CONNECTION, stamp(NOW)) == ([now], False)


def test_earliest_first_and_whether_there_may_be_more() -> None:
    rig = Rig()
    keys = of_one_shard(3)
    for number, one in enumerate(keys):
        owe(rig, one, NOW - timedelta(minutes=number))
    assert due(rig.tools, CONNECTION, stamp(NOW), limit=2) == ([keys[2], keys[1]], True)
    assert due(rig.tools, CONNECTION, stamp(NOW), limit=4) == ([keys[2], keys[1], keys[0]], False)


def test_agreements_go_to_load_and_others_by_way_of_transform() -> None:
    rig = Rig()
    forward(rig.tools, [key("1"), AGREEMENT, key("2")])
    assert rig.transform.keys() == [key("1").text, key("2").text]
    (message,) = rig.load.sent
    assert message.group == AGREEMENT.group
    assert rig.load.keys() == [AGREEMENT.text]


def test_what_is_sent_again_is_left_alone_for_a_while() -> None:
    rig = Rig()
    assert send_again(rig.tools, [owe(rig, key("1")), owe(rig, AGREEMENT)], NOW, stamp(NOW)) == 2
    assert due(rig.tools, CONNECTION, stamp(NOW + GRACE - timedelta(seconds=1))) == ([], False)
    assert set(due(rig.tools, CONNECTION, stamp(NOW + GRACE))[0]) == {key("1"), AGREEMENT}


def test_what_was_settled_meanwhile_is_not_sent() -> None:
    rig = Rig()
    rig.table.update(item_key(key("1")), Change(put={"rev": 1}))
    assert send_again(rig.tools, [key("1"), key("unknown")], NOW, stamp(NOW)) == 0
    assert (rig.transform.sent, due_at(rig, key("1"))) == ([], None)
    assert rig.rows().keys() == {key("1").text}


def test_what_another_sweep_has_just_sent_is_not_sent() -> None:
    rig = Rig()
    keys = [owe(rig, key("1")), owe(rig, AGREEMENT)]
    assert [send_again(rig.tools, keys, NOW, stamp(NOW)) for _ in range(2)] == [2, 0]


def test_a_row_whose_key_is_none_keeps_no_other_from_being_sent() -> None:
    rig = Rig()
    marker = todo_marker(key("1"), stamp(NOW))
    rig.table.update(("c1#0001#no kind#0", "1"), Change(put={"rev": 1, **marker}))
    rig.table.update(("c1", "1"), Change(put={"rev": 1, **marker}))
    assert due(rig.tools, CONNECTION, stamp(NOW)) == ([], False)
    owed = owe(rig, key("1"))
    assert due(rig.tools, CONNECTION, stamp(NOW)) == ([owed], False)


@pytest.mark.parametrize("at", [NOW - timedelta(days=1), SOON])
def test_parked_ones_alone_are_tried_again_with_a_full_export(at: datetime) -> None:
    rig = Rig()
    parked = [owe(rig, key("1"), PARKED), owe(rig, AGREEMENT, PARKED)]
    owe(rig, key("2"), at)
    assert sum(retry_parked(rig.tools, CONNECTION, NOW)) == 2
    assert [*rig.transform.keys(), *rig.load.keys()] == [one.text for one in parked]
    assert due_at(rig, key("1")) == stamp(NOW + GRACE)
    assert due_at(rig, key("2")) == stamp(at)


def test_all_that_is_parked_is_tried_again_a_portion_at_a_time() -> None:
    rig = Rig()
    parked = {owe(rig, one, PARKED).text for one in of_one_shard(2 * A_SHARD + 1)}
    portions = retry_parked(rig.tools, CONNECTION, NOW)
    first = next(portions), rig.transform.keys()
    assert first[0] == len(first[1]) == A_SHARD
    # KIWI refuses one of them once more, before the rest is sent.
    owe(rig, RowKey.parse(first[1][0]), PARKED)
    assert list(portions) == [A_SHARD, 1]
    assert sorted([*first[1], *rig.transform.keys()]) == sorted(parked)


def test_only_so_many_of_a_shard_at_once() -> None:
    rig = Rig()
    for one in of_one_shard(A_SHARD + 1):
        owe(rig, one)
    keys, more = due(rig.tools, CONNECTION, stamp(NOW))
    assert (len(keys), more) == (A_SHARD, True)
