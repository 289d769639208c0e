"""The remembered availability of a connection's KIWI."""

from dataclasses import asdict

from kiwi_sync.keys import RowKey
from kiwi_sync.state.availability import Availability, availability_key, read_availability
from kiwi_sync.state.table import Change

from tests.fakes.memory import MemoryTable

WHOLE = Availability(
    away_until="2026",
    away_failures=3,
    good_version="v1",
    tried_version="v2",
    tried_at="2025",
    paused_version="v2",
)


def test_nothing_remembered_means_well() -> None:
    assert read_availability(MemoryTable(), "c") == Availability()


def test_what_is_remembered_is_one_connections_own() -> None:
    table = MemoryTable()
    known = {name: value for name, value in asdict(WHOLE).items() if value is not None}
    table.update(availability_key("c"), Change(put={**known, "something": "else"}))
    table.update(availability_key("d"), Change(add={"away_failures": 1}))
    assert read_availability(table, "c") == WHOLE
    assert read_availability(table, "d") == Availability(away_failures=1)
    assert read_availability(table, "e") == Availability()


def test_it_lies_where_no_row_does() -> None:
    assert not RowKey.parse("%25connection/mieter/c/kiwi").pk.startswith("%connection#")
    assert len({availability_key(name) for name in ("a", "a#", "b")}) == 3
