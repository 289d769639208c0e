"""From a lease to its agreements: whose, where, and from when to when."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.rules.mapping import OPEN_END, DesiredAgreement, agreement

from tests.unit.layer.samples import connection, lease

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia", "UTC"]


def span(zone: str = "Europe/Berlin", **dates: Any) -> tuple[str, str]:
    made = agreement(lease(**dates), "4711", connection(time_zone=zone))
    return made.start_at, made.end_at


def test_a_whole_agreement() -> None:
    assert agreement(lease(), "4711", connection()) == DesiredAgreement(
        external_id="0001-100-0001-03-4711",
        tenant="c/mieter/0001/4711",
        rental_unit="c/verwaltungseinheit/0001/100/0001",
        start_at="2023-12-31T23:00:00Z",
        end_at="9999-12-31T23:59:59Z",
    )


def test_hauptmieter_and_mitmieter_are_alike() -> None:
    one, other = lease(mieter=["4711", "4712"]), lease(mieter=["4712", "4711"])
    for nummer in ("4711", "4712"):
        assert agreement(one, nummer, connection()) == agreement(other, nummer, connection())


def test_agreements_of_a_lease_differ_in_their_tenant_only() -> None:
    first, second = (agreement(lease(), nummer, connection()) for nummer in ("4711", "4712"))
    assert second.external_id == "0001-100-0001-03-4712"
    assert second.tenant == "c/mieter/0001/4712"
    same = {"rental_unit", "start_at", "end_at"}
    assert first.model_dump(include=same) == second.model_dump(include=same)


@pytest.mark.parametrize("ende", [None, "", "31.12.9999", "9999-01-01"])
@pytest.mark.parametrize("zone", ZONES)
def test_an_open_end_is_the_same_everywhere(ende: str | None, zone: str) -> None:
    assert span(zone, ende=ende)[1] == OPEN_END


@pytest.mark.parametrize(
    ("zone", "day", "start", "end"),
    [
        ("Europe/Berlin", "2026-01-15", "2026-01-14T23:00:00Z", "2026-01-15T22:59:59Z"),
        ("Europe/Berlin", "2026-07-15", "2026-07-14T22:00:00Z", "2026-07-15T21:59:59Z"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
        ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z"),
        ("Asia/Kolkata", "2026-01-01", "2025-12-31T18:30:00Z", "2026-01-01T18:29:59Z"),
        ("Pacific/Kiritimati", "2026-01-01", "2025-12-31T10:00:00Z", "2026-01-01T09:59:59Z"),
        ("UTC", "2026-01-01", "2026-01-01T00:00:00Z", "2026-01-01T23:59:59Z"),
        # Midnight does not exist on this day: it begins at one o'clock.
        ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z", "2022-03-27T20:59:59Z"),
        # Midnight comes twice on this day.
        ("America/Havana", "2022-11-06", "2022-11-06T04:00:00Z", "2022-11-07T04:59:59Z"),
        # Local mean time, 53 minutes and 28 seconds ahead.
        ("Europe/Berlin", "1800-01-01", "1799-12-31T23:06:32Z", "1800-01-01T23:06:31Z"),
        ("Europe/Berlin", "9998-12-31", "9998-12-30T23:00:00Z", "9998-12-31T22:59:59Z"),
    ],
)
def test_from_the_first_to_the_last_second_of_a_day(zone: str, day: str, start: str, end: str) -> None:
    assert span(zone, beginn=day, ende=day) == (start, end)


@given(
    zone=st.sampled_from(ZONES),
    beginn=st.dates(date(1800, 1, 1), date(9998, 12, 31)),
    days=st.integers(0, 20_000),
)
def test_a_lease_is_read_back_in_its_zone(zone: str, beginn: date, days: int) -> None:
    ende = min(beginn + timedelta(days=min(days, (date(9998, 12, 31) - beginn).days)), date(9998, 12, 31))
    start, end = (
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        for text in span(zone, beginn=beginn.isoformat(), ende=ende.strftime("%d.%m.") + f"{ende.year:04}")
    )
    assert start < end
    there = ZoneInfo(zone)
    if (zone, beginn) != ("Pacific/Apia", date(2011, 12, 30)):
        assert start.astimezone(there).replace(tzinfo=None) == datetime.combine(beginn, datetime.min.time())
    if (zone, ende) != ("Pacific/Apia", date(2011, 12, 30)):
        assert end.astimezone(there).strftime("%H:%M:%S") == "23:59:59"
        assert end.astimezone(there).date() == ende


def test_a_lease_that_begins_in_the_last_year() -> None:
    assert span("America/New_York", beginn="9999-12-31")[0] == "9999-12-31T05:00:00Z"
