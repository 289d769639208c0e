"""The same data in each format, each encoding, packed or not: the same records, and the same rows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.validate import validate

from tests.extent import extent
from tests.unit.extract.exports import CONNECTION, DAY_ONE
from tests.unit.extract.reading.helpers import ORIGIN, opened
from tests.written import (
    DELIMITERS,
    PACKED,
    UNICODE,
    WINDOWS,
    Sections,
    as_csv,
    as_json,
    as_ndjson,
    as_xlsx,
    as_zip_of_csv,
    packed,
)

ENVELOPE = {
    "format": "erp-export/1",
    "connection": CONNECTION,
    "export_id": "e1",
    "exported_at": DAY_ONE.isoformat(),
    "scope": "full",
    "mandanten": ["0001", "2"],
}
# In every encoding, and doubtful in none: Ã and Â before another character may be one of UTF-8.
LATIN = st.text("aZ0 ,;|\t\"'-.äöüÄÖÜßéèñ@/\n", max_size=12).map(str.strip)
NUMBERS = st.text("0123456789A-/ ", min_size=1, max_size=8).map(str.strip).filter(bool)
MANDANTEN = st.sampled_from(["0001", "2"])


def _optional(text: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | text


UNITS = st.fixed_dictionaries(
    {"mandant": MANDANTEN, "wirtschaftseinheit": NUMBERS, "nummer": NUMBERS, "strasse": _optional(LATIN)},
    optional={
        "bezeichnung": LATIN,
        "plz": st.just("01069"),
        "latitude": st.decimals(-90, 90, places=4).map(float),
        "longitude": st.decimals(-180, 180, places=4).map(float),
    },
)
TENANTS = st.fixed_dictionaries(
    {"mandant": MANDANTEN, "nummer": NUMBERS, "nachname": LATIN},
    optional={"vorname": LATIN, "firma": _optional(LATIN), "email": st.just("a@example.org")},
)
LEASES = st.fixed_dictionaries(
    {
        "mandant": MANDANTEN,
        "nummer": NUMBERS,
        "verwaltungseinheit": st.fixed_dictionaries({"wirtschaftseinheit": NUMBERS, "nummer": NUMBERS}),
        "mieter": st.lists(NUMBERS, min_size=1, max_size=3),
        "beginn": st.sampled_from(["2024-01-31", "31.01.2024"]),
        "ende": st.sampled_from([None, "2025-12-31", "31.12.9999"]),
    }
)
SECTIONS = st.fixed_dictionaries(
    {
        "verwaltungseinheiten": st.lists(UNITS, max_size=4),
        "mieter": st.lists(TENANTS, max_size=4),
        "mietvertraege": st.lists(LEASES, max_size=4),
    }
)


def said(records: list[RawRecord]) -> list[tuple[Any, ...]]:
    """The content of the records, without their places."""
    return [
        (entry.section, entry.place, entry.numbers, entry.record, entry.field, entry.reason)
        for entry in map(validate, records)
    ]


@settings(max_examples=extent(25, 60))
@given(SECTIONS, st.data())
def test_every_format_says_the_same(sections: Sections, data: st.DataObject) -> None:
    expected = said(opened(as_json(ENVELOPE, sections))[0])
    assert all(reason is None for *_, reason in expected)
    unicode, windows = data.draw(st.sampled_from(UNICODE)), data.draw(st.sampled_from(WINDOWS))
    delimiter, how = data.draw(st.sampled_from(DELIMITERS)), data.draw(st.sampled_from(PACKED))
    drips = data.draw(st.booleans())
    documents = {
        "JSON": as_json(ENVELOPE, sections, unicode),
        "NDJSON": as_ndjson(ENVELOPE, sections, unicode),
        "CSV": as_zip_of_csv(sections, unicode, delimiter),
        "CSV of Windows": as_zip_of_csv(sections, windows, delimiter),
        "XLSX": as_xlsx(sections),
    }
    for name, content in documents.items():
        got = said(opened(packed(content, how if "CSV" not in name else ""), drips=drips)[0])
        assert got == expected, name


@settings(max_examples=20)
@given(st.lists(TENANTS, max_size=5), st.sampled_from([*UNICODE, *WINDOWS]), st.sampled_from(DELIMITERS))
@pytest.mark.parametrize("how", PACKED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_by_itself(
    how: str, end: str, mieter: list[dict[str, Any]], encoding: str, delimiter: str
) -> None:
    content = as_csv("mieter", mieter, encoding, delimiter, end)
    expected = said(opened(as_json(ENVELOPE, {"mieter": mieter}))[0])
    assert said(opened(packed(content, how))[0]) == expected


@given(st.lists(TENANTS, min_size=1, max_size=5))
def test_what_is_derived_is_the_same_however_it_is_read(mieter: list[dict[str, Any]]) -> None:
    exports = [opened(as_csv("mieter", mieter), ORIGIN, drips=drips)[1] for drips in (False, True)]
    assert exports[0].envelope == exports[1].envelope
    assert exports[0].envelope["mandanten"] == sorted({one["mandant"] for one in mieter})
    assert exports[0].spoken == frozenset((one["mandant"], "mieter") for one in mieter)
    assert exports[0].counts == {"verwaltungseinheiten": 0, "mieter": len(mieter), "mietvertraege": 0}
