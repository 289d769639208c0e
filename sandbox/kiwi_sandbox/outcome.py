"""What stands in the state table: rows, runs, connections, and what is still owed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Item = dict[str, Any]

_SOON = timedelta(seconds=5)


@dataclass
class Outcome:
    """The state table's content, sorted by what it is about; links, claims and watermarks are left out."""

    entities: list[Item] = field(default_factory=list)
    runs: list[Item] = field(default_factory=list)
    connections: dict[str, Item] = field(default_factory=dict)

    def paused(self) -> set[str]:
        """The connections whose log-in KIWI refuses: nothing of theirs can move."""
        return {name for name, item in self.connections.items() if item.get("paused_version")}

    def movable(self, now: datetime) -> int:
        """How many rows are owed something that is due within seconds and can be paid."""
        soon = (now.astimezone(UTC) + _SOON).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        paused = self.paused()
        return sum(
            "todo" in item and str(item.get("todo_at", "")) <= soon and connection_of(item) not in paused
            for item in self.entities
        )

    def away(self) -> set[str]:
        """The connections whose KIWI does not answer."""
        return {name for name, item in self.connections.items() if item.get("away_until")}

    def outstanding(self) -> int:
        """How many rows are owed anything at all, now or later."""
        return sum("todo" in item for item in self.entities)


def read_outcome(items: Iterable[Item]) -> Outcome:
    """The items of the state table, by what they are about."""
    outcome = Outcome()
    for item in items:
        pk, sk = str(item["pk"]), str(item["sk"])
        if pk.startswith("%connection#"):
            if sk == "kiwi":
                outcome.connections[pk.partition("#")[2]] = item
        elif pk.startswith("%run#"):
            outcome.runs.append(item)
        elif not pk.startswith("%") and sk != "%watermark":
            outcome.entities.append(item)
    return outcome


def connection_of(item: Item) -> str:
    """The connection to which an entity's row belongs."""
    return str(item["pk"]).partition("#")[0]
