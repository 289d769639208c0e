"""Points in time as texts that sort."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.times import now, read_stamp, stamp

FIRST, LAST = datetime.fromisoformat("0001-01-03"), datetime.fromisoformat("9999-12-29")
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(FIRST, LAST, timezones=offsets)


@given(one=moments, other=moments)
def test_stamps_are_in_the_order_of_the_moments(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)
    assert (stamp(one) == stamp(other)) == (one == other)
    assert len(stamp(one)) == len(stamp(other)) == 27


@given(moment=moments)
def test_a_stamp_can_be_read(moment: datetime) -> None:
    assert read_stamp(stamp(moment)) == moment
    assert read_stamp(stamp(moment)).tzinfo is UTC
    assert stamp(read_stamp(stamp(moment))) == stamp(moment)


def test_what_a_stamp_looks_like() -> None:
    moment = datetime(2026, 11, 22, 2, tzinfo=timezone(timedelta(hours=1)))
    assert stamp(moment) == "2026-11-22T01:00:00.000000Z"
    assert stamp(datetime(800, 1, 1, tzinfo=UTC)) == "0800-01-01T00:00:00.000000Z"


def test_now_moves_on_and_has_a_zone() -> None:
    first, second = now(), now()
    assert first.tzinfo is UTC
    assert stamp(first) <= stamp(second)
