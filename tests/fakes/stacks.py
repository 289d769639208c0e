"""The local stack with its state table in memory: for tests whose subject is not DynamoDB."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from kiwi_sandbox import table_content
from kiwi_sandbox.aws.embedded import EmbeddedAws
from kiwi_sandbox.aws.gate import Gate, bookkeeping
from kiwi_sandbox.template import TableDefinition
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.table import Change, Check, Item, ItemKey, Table, TableReader

from tests.fakes.memory import MemoryTable

OPERATIONS = [name for port in (TableReader, Table) for name in vars(port) if not name.startswith("_")]
"""All that the port of the table has."""


class CountedTable(MemoryTable):
    """A table in memory whose writes are counted where the ones to the embedded AWS are."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self._count(key)
        return super().update(key, change, *checks)

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        self._count(key)
        return super().delete(key, *checks)

    def _count(self, key: ItemKey) -> None:
        with self._lock:
            self._gate.state_writes += not bookkeeping(*key)


class Tables:
    """The table of the stack that runs now: there is only one at a time."""

    def __init__(self) -> None:
        self.now = MemoryTable()

    def scan(self, *_client_and_name: object, **_only: object) -> Iterator[Item]:
        """Everything that is there."""
        return iter([{**item} for items in self.now.items.values() for item in items.values()])

    def operation(self, name: str) -> Callable[..., Any]:
        """An operation of the port, on the table that is there when it is called."""
        return lambda _table, *arguments, **named: getattr(self.now, name)(*arguments, **named)


@contextmanager
def state_in_memory() -> Iterator[None]:
    """Within it local stacks keep their state in memory; tests/contract holds it to what DynamoDB does."""
    tables = Tables()

    def begin(aws: EmbeddedAws, _definition: TableDefinition) -> None:
        """An empty table, in place of the one in the embedded AWS."""
        tables.now = CountedTable(aws.gate)

    with ExitStack() as patches:
        patches.enter_context(patch.object(EmbeddedAws, "_create_table", begin))
        patches.enter_context(patch.object(table_content, "scan", tables.scan))
        for name in OPERATIONS:
            patches.enter_context(patch.object(DynamoTable, name, tables.operation(name)))
        yield
