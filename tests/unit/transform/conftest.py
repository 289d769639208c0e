"""Transform over a table and queues in memory."""

import json
from typing import Any

import pytest
from kiwi_sync.keys import RowKey
from kiwi_sync.state.links import linked
from kiwi_sync.state.rows import Row
from kiwi_transform.stage import Stage

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.transform.world import CONNECTION, GRACE, Erp, MemorySsm, Time, settings


class Transforming:
    """The stage, with the ERP before it and load's queue behind it."""

    def __init__(self, table: MemoryTable) -> None:
        self.clock = Time()
        self.table = table
        self.ssm = MemorySsm()
        self.ssm.put(CONNECTION, settings())
        self.queue = MemoryQueue()
        self.load = MemoryQueue()
        self.erp = Erp(table, self.ssm, self.clock, self.queue)
        self.stage = self.container()

    def container(self) -> Stage:
        """The stage in a container that remembers nothing."""
        return Stage(self.table, self.ssm.connections(), self.load, self.clock, GRACE)

    def transform(self, key: str) -> list[str]:
        """Transform one key; the keys that load is sent."""
        self.stage.transform(RowKey.parse(key))
        return self.load.keys()

    def settle(self, *changes: Any) -> None:
        """The ERP says something, transform writes it, and load settles it."""
        for key in self.erp.write(*changes):
            self.transform(key.text)
        self.queue.take()
        for items in self.table.items.values():
            for item in items.values():
                item.pop("todo", None)
                item.pop("todo_at", None)

    def row(self, key: str) -> Row:
        """A row that must be there."""
        return self.table.row(key)

    def desired(self, key: str) -> Any:
        """A row's desired payload, as JSON; None without one."""
        desired = self.row(key).desired
        return None if desired is None else json.loads(desired)

    def linked(self, parent: str) -> list[str]:
        """The agreements that hang on a parent."""
        return [key.text for key in linked(self.table, RowKey.parse(parent))]


@pytest.fixture
def transforming() -> Transforming:
    return Transforming(MemoryTable())
