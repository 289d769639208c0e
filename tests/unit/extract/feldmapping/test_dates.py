"""Dates are read as the mapping says that they are written."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.feldmapping.dates import DateFormatError, date_reader


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("DD.MM.YYYY", "31.01.2024", "2024-01-31"),
        ("DD.MM.YYYY", "31.12.9999", "9999-12-31"),
        ("D.M.YYYY", "1.2.2024", "2024-02-01"),
        ("D.M.YYYY", "01.02.2024", "2024-02-01"),
        ("YYYYMMDD", "20240131", "2024-01-31"),
        ("MM/DD/YY", "01/31/24", "2024-01-31"),
        ("DD.MM.YY", "31.01.69", "1969-01-31"),
        ("DD.MM.YY", "31.01.68", "2068-01-31"),
        ("DD.MM.YYYY hh:mm:ss", "31.01.2024 00:00:00", "2024-01-31"),
        ("excel", "45322", "2024-01-31"),
        ("excel", "45322.0", "2024-01-31"),
        ("excel", "45322,5", "2024-01-31"),
        ("excel", "61", "1900-03-01"),
        ("iso", "2024-01-31", "2024-01-31"),
        ("iso", "2024-01-31T23:59:59.999", "2024-01-31"),
        ("iso", "2024-01-31T00:00:00.000Z", "2024-01-31"),
        ("iso", "2024-01-31T00:00:00+02:00", "2024-01-31"),
        ("iso", "2024-01-31 00:00 UTC", "2024-01-31"),
        ("iso", "2024-01-31 00:00:00", "2024-01-31"),
        ("DD.MM.YYYY", "2024-01-31", "2024-01-31"),
        ("excel", "2024-01-31", "2024-01-31"),
    ],
)
def test_a_date(form: str, text: str, day: str) -> None:
    assert date_reader(form)(text) == day


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("DD.MM.YYYY", "30.02.2024"),
        ("DD.MM.YYYY", "1.2.2024"),
        ("DD.MM.YYYY", "00.00.0000"),
        ("DD.MM.YYYY", "31.01.2024 00:00"),
        ("DD.MM.YYYY", "٣١.٠١.٢٠٢٤"),
        ("DD.MM.YYYY", "31-01-2024"),
        ("YYYYMMDD", "2024131"),
        ("excel", "60"),
        ("excel", "0"),
        ("excel", "99999999"),
        ("excel", "-1"),
        ("iso", "31.01.2024"),
        ("iso", "2024-01-30T23:00:00Z"),
        ("iso", "2024-01-30T22:00:00.000+0000"),
        ("iso", "2024-01-30 23:00 +00:00"),
        ("iso", "2024-01-31T01:00:00+01:00[Europe/Berlin]"),
        ("DD.MM.YYYY", "2024-01-30T23:00:00Z"),
        ("excel", "2024-01-30T23:00:00Z"),
    ],
)
def test_no_date(form: str, text: str) -> None:
    assert date_reader(form)(text) is None


@pytest.mark.parametrize(
    "form",
    [
        "",
        "DD.MM",
        "DD.MM.YYYY.YYYY",
        "DD.MM.YYYY YY",
        "TT.MM.JJJJ",
        "dd.mm.yyyy",
        "M.MM.YY",
        "DD.MM.YYYY hhhh",
    ],
)
def test_what_is_no_format_says_what_is_allowed(form: str) -> None:
    with pytest.raises(DateFormatError, match="allowed are YYYY, YY, MM, M, DD, D, hh, mm, ss"):
        date_reader(form)


@given(st.dates(min_value=date(1900, 3, 1)))
def test_every_day_is_read_in_every_format(day: date) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(1)
    written = {
        "DD.MM.YYYY": day.strftime("%d.%m.") + f"{day.year:04}",
        "YYYYMMDD": f"{day.year:04}" + day.strftime("%m%d"),
        "D.M.YYYY": f"{day.day}.{day.month}.{day.year:04}",
        "excel": str(serial),
        "iso": day.isoformat(),
    }
    assert {date_reader(form)(text) for form, text in written.items()} == {day.isoformat()}


@given(st.text(alphabet="YMDhms.-/ x") | st.text(), st.text(alphabet="0123456789.-/ ") | st.text())
def test_any_format_reads_any_text_or_says_no(form: str, text: str) -> None:
    try:
        read = date_reader(form)
    except DateFormatError:
        return
    day = read(text)
    assert day is None or len(day) == len("2024-01-31")
