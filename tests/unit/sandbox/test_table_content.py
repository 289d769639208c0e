"""The rows that are still owed, by the state table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kiwi_sandbox.table_content import TableContent

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(todo_at: str | None, connection: str = "muster") -> dict[str, Any]:
    item = {"pk": f"{connection}#0001#mieter#0", "sk": "4711"}
    return item if todo_at is None else item | {"todo": f"{connection}#0", "todo_at": todo_at}


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@pytest.mark.parametrize(
    ("todo_at", "movable"),
    [
        (stamp(NOW - timedelta(days=1)), 1),
        (stamp(NOW + timedelta(seconds=4)), 1),
        (stamp(NOW + timedelta(hours=1)), 0),
        ("P", 0),
        (None, 0),
    ],
)
def test_a_row_can_move_if_it_is_due_within_seconds(todo_at: str | None, movable: int) -> None:
    assert TableContent(entities=[row(todo_at)]).movable(NOW) == movable


def test_nothing_of_a_paused_connection_can_move() -> None:
    rows = [row(stamp(NOW), "paused"), row(stamp(NOW), "away")]
    connections = {"paused": {"paused_version": "v1"}, "away": {"away_until": stamp(NOW)}}
    outcome = TableContent(entities=rows, connections=connections)
    assert outcome.movable(NOW) == 1
    assert outcome.owed_rows() == 2
