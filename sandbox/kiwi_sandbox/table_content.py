"""The content of the state table: rows, runs, connections, and the rows that are still owed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kiwi_sync.keys import AVAILABILITY, CONNECTIONS, RUNS, connection_in, is_row

Item = dict[str, Any]

_SOON = timedelta(seconds=5)


@dataclass
class TableContent:
    """The state table's content, sorted by subject; links, claims and watermarks are left out."""

    entities: list[Item] = field(default_factory=list)
    runs: list[Item] = field(default_factory=list)
    connections: dict[str, Item] = field(default_factory=dict)

    def paused(self) -> set[str]:
        """The connections whose log-in KIWI refuses: nothing of theirs can move."""
        return {name for name, item in self.connections.items() if item.get("paused_version")}

    def movable(self, now: datetime) -> int:
        """The number of owed rows that are due within seconds and can be settled."""
        soon = (now.astimezone(UTC) + _SOON).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        paused = self.paused()
        return sum(
            "todo" in item and str(item.get("todo_at", "")) <= soon and connection_of(item) not in paused
            for item in self.entities
        )

    def away(self) -> set[str]:
        """The connections whose KIWI does not answer."""
        return {name for name, item in self.connections.items() if item.get("away_until")}

    def owed_rows(self) -> int:
        """The number of owed rows, due now or later."""
        return sum("todo" in item for item in self.entities)


def read_content(items: Iterable[Item]) -> TableContent:
    """The items of the state table, by what they are about."""
    outcome = TableContent()
    for item in items:
        pk, sk = str(item["pk"]), str(item["sk"])
        if pk.startswith(CONNECTIONS):
            if sk == AVAILABILITY:
                outcome.connections[connection_in(pk)] = item
        elif pk.startswith(RUNS):
            outcome.runs.append(item)
        elif is_row(pk, sk):
            outcome.entities.append(item)
    return outcome


def connection_of(item: Item) -> str:
    """The connection to which an entity's row belongs."""
    return str(item["pk"]).partition("#")[0]
