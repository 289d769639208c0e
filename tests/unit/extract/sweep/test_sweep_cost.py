"""The cost of a sweep: it grows with the owed rows alone, and never exceeds KIWI's pace."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from kiwi_extract.bookkeeping.owed import A_SHARD
from kiwi_extract.sweep.sweep import CONTINUE_AFTER, sweep
from kiwi_sync.keys import SHARDS
from kiwi_sync.messages import SweepOrder
from kiwi_sync.state.rows import item_key
from kiwi_sync.state.table import Change, Check, Item, ItemKey

from tests.fakes.memory import MemoryTable
from tests.unit.extract.bookkeeping.parked import owe
from tests.unit.extract.exports import NOW
from tests.unit.extract.rig import GRACE, Rig, key

ORDER = SweepOrder()


class CountingTable(MemoryTable):
    """Counts requests, and the index's answers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()

    def get(self, key: ItemKey) -> Item | None:
        self.asked["get"] += 1
        return super().get(key)

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        self.asked["get_many"] += len(keys)
        return super().get_many(keys)

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        self.asked["query"] += 1
        return super().query(pk, prefix=prefix, only=only)

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        found = super().owed(todo, first=first, last=last, limit=limit)
        self.asked["index"] += 1
        self.asked["index keys"] += len(found)
        return found

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self.asked["update"] += 1
        return super().update(key, change, *checks)


def stored(rig: Rig, count: int) -> None:
    for number in range(count):
        rig.table.update(item_key(key(f"stored {number}")), Change(put={"rev": 1}))


def test_a_large_store_with_few_owed_rows_costs_little() -> None:
    costs = []
    for count in (0, 10_000):
        table = CountingTable()
        rig = Rig(table)
        stored(rig, count)
        for number in range(10):
            owe(rig, key(str(number)))
        table.asked.clear()
        assert sweep(rig.tools, ORDER, NOW).sent == 10
        costs.append(table.asked)
    assert costs[0] == costs[1]
    assert costs[0] == {"get": 1, "query": 2, "index": SHARDS, "index keys": 10, "update": 10}


def test_no_owed_row_costs_one_look_at_each_shard() -> None:
    table = CountingTable()
    rig = Rig(table)
    assert sweep(rig.tools, ORDER, NOW).sent == 0
    assert table.asked == {"get": 1, "query": 2, "index": SHARDS, "index keys": 0}


def test_a_backlog_is_sent_in_portions_and_each_key_once_in_its_time() -> None:
    rig = Rig()
    keys = {owe(rig, key(str(number)), NOW).text for number in range(10_000)}
    now, told, orders = NOW, Counter[str](), list[tuple[timedelta, SweepOrder]]()
    # Scheduled every five minutes, whether or not the one before has come to its end.
    orders = [(timedelta(minutes=minutes), ORDER) for minutes in (0, 5, 10)]
    while orders:
        orders.sort(key=lambda order: order[0])
        after, order = orders.pop(0)
        swept = sweep(rig.tools, order, now + after)
        assert swept.sent <= A_SHARD * SHARDS
        told.update(name for message in rig.transform.take() for name in json.loads(message.body)["keys"])
        orders += [(after + CONTINUE_AFTER, more) for more in swept.more]
    assert told == Counter(keys)
    assert sweep(rig.tools, ORDER, NOW + GRACE - timedelta(seconds=1)).sent == 0
    assert sweep(rig.tools, ORDER, NOW + GRACE).sent > 0
