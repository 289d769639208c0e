"""Exports that stopped coming are noticed; settings that are broken stop nobody else."""

from datetime import timedelta

import pytest
from kiwi_extract.bookkeeping.expected_exports import is_missing
from kiwi_extract.sweep.sweep import sweep
from kiwi_sync.connections import Connection, SettingsInvalidError
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.messages import SweepOrder

from tests.unit.extract.bookkeeping.parked import owe
from tests.unit.extract.exports import CONNECTION, NOW, delta, encoded, full, tenant
from tests.unit.extract.rig import Rig, StoredSettings

ORDER = SweepOrder()
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def watched(hours: float = 24) -> Rig:
    rig = Rig()
    rig.settings.store(expected_every=hours)
    return rig


def missing(rig: Rig, after: timedelta) -> bool:
    return is_missing(rig.table, rig.settings, CONNECTION, NOW + after)


@pytest.mark.parametrize("export", [full(1, [tenant("1")]), delta(1, [tenant("1")])])
def test_longer_ago_than_expected(export: dict[str, object]) -> None:
    rig = watched()
    rig.extract(export)
    assert not missing(rig, 24 * HOUR)
    assert missing(rig, 24 * HOUR + SECOND)
    rig.clock.now += 30 * HOUR
    rig.extract(full(2))
    assert not missing(rig, 30 * HOUR)
    assert missing(rig, 54 * HOUR + SECOND)


def test_one_that_brings_nothing_new_counts_and_one_that_is_refused_does_not() -> None:
    rig = watched()
    rig.extract(full(5, [tenant("1")]))
    rig.clock.now += 20 * HOUR
    assert rig.extract(delta(1, [tenant("1")])) == "superseded"
    assert not missing(rig, 44 * HOUR)
    rig.clock.now += 20 * HOUR
    with pytest.raises(Exception, match="count_mismatch"):
        rig.extract(full(6, anzahl={"mieter": 9}))
    assert missing(rig, 44 * HOUR + SECOND)


def test_one_that_is_handed_back_counts_when_it_has_ended() -> None:
    rig = watched()
    rig.clock.tick = timedelta(seconds=20)
    assert rig.until_done(full(1, [tenant("1")]), minutes=4) > 0
    assert rig.clock.now > NOW + 10 * SECOND
    assert not missing(rig, 24 * HOUR + 10 * SECOND)


def test_none_ever_counts_from_the_first_look() -> None:
    rig = watched(0.5)
    assert not missing(rig, timedelta())
    assert not missing(rig, HOUR / 2)
    assert missing(rig, HOUR / 2 + SECOND)
    rig.clock.now += HOUR
    rig.extract(full(1))
    assert not missing(rig, HOUR)


def test_what_is_not_watched_costs_nothing() -> None:
    rig = Rig()
    assert not missing(rig, 10_000 * HOUR)
    assert rig.table.items == {}


def test_an_export_costs_one_write_of_this() -> None:
    rig = Rig()
    for hour in (1, 2):
        rig.extract(full(hour))
    assert rig.table.writes.count((f"%connection#{CONNECTION}", "exports")) == 2


def test_the_scheduled_sweep_counts_them_and_no_other() -> None:
    rig = watched()
    rig.settings.store(connection="c2", expected_every=1)
    rig.settings.store(connection="c3")
    assert sweep(rig.tools, ORDER, NOW).missing == 0
    later = NOW + 2 * HOUR
    assert sweep(rig.tools, ORDER, later).missing == 1
    assert sweep(rig.tools, ORDER, NOW + 25 * HOUR).missing == 2
    for resume in (False, True):
        alone = ORDER.model_copy(update={"connection": "c2", "resume": resume})
        assert sweep(rig.tools, alone, later).missing == 0


def test_it_is_logged_with_the_hours(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    rig = watched()
    rig.extract(encoded(full(1)))
    caplog.clear()
    missing(rig, 30 * HOUR)
    (record,) = caplog.records
    assert (record.levelname, vars(record)["connection"], vars(record)["hours"]) == (
        "WARNING",
        CONNECTION,
        30.0,
    )


class HalfBrokenSettings(StoredSettings):
    """The first connection's are broken, and the second's are deleted while the sweep is at it."""

    def get(self, connection: str, at_least: int | None = None) -> Connection:
        if connection == "a-broken":
            raise SettingsInvalidError("separator: must be one of five")
        return super().get(connection, at_least)

    def ids(self) -> list[str]:  # type: ignore[override]  # a list can be iterated over as well
        return ["a-broken", "b-deleted", CONNECTION]


def test_broken_or_deleted_settings_stop_no_sweep() -> None:
    rig = Rig(settings=HalfBrokenSettings())
    rig.settings.store(expected_every=1)
    for connection in ("a-broken", CONNECTION):
        owe(rig, RowKey(connection, RowKind.MIETER, "0001", ("1",)))
    sweep(rig.tools, ORDER, NOW)
    swept = sweep(rig.tools, ORDER, NOW + 2 * HOUR)
    assert swept.sent == 2
    assert swept.missing == 2, "one whose settings are broken takes no exports"
