"""The envelope of an export."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.erp.envelope import SECTIONS, Anzahl, Envelope
from kiwi_sync.erp.models import RECORDS
from pydantic import ValidationError

FULL: dict[str, Any] = {
    "format": "erp-export/1",
    "connection": "muster-wohnbau",
    "export_id": "2026-11-22-full-001",
    "exported_at": "2026-11-22T02:00:00+01:00",
    "scope": "full",
    "mandanten": ["0001", "0002"],
}
DELTA = {**FULL, "scope": "delta", "mandanten": None}
FIRST, LAST = datetime.fromisoformat("0001-01-03"), datetime.fromisoformat("9999-12-29")
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(FIRST, LAST, timezones=offsets)


def read(**fields: Any) -> Envelope:
    return Envelope.model_validate(FULL | fields)


def fault(raw: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate(raw)
    assert "Mustermann" not in str(refused.value)
    first = refused.value.errors(include_input=False, include_context=False, include_url=False)[0]
    return ".".join(map(str, first["loc"])), first["type"]


def test_a_full_export() -> None:
    envelope = read()
    assert envelope.is_full
    assert envelope.mandanten == ("0001", "0002")
    assert envelope.version == "2026-11-22T01:00:00.000000Z 2026-11-22-full-001"
    assert envelope.anzahl == Anzahl()


def test_a_delta_needs_no_mandanten() -> None:
    envelope = Envelope.model_validate(DELTA)
    assert (envelope.is_full, envelope.mandanten) == (False, ())


@pytest.mark.parametrize("mandanten", [None, "", [], ...])
def test_a_full_export_says_what_it_is_complete_for(mandanten: Any) -> None:
    raw = {**FULL, "mandanten": mandanten}
    if mandanten is ...:
        del raw["mandanten"]
    assert fault(raw) == ("", "missing")


@pytest.mark.parametrize("name", ["format", "connection", "export_id", "exported_at", "scope"])
@pytest.mark.parametrize("blank", [None, "", " "])
def test_needed_fields(name: str, blank: Any) -> None:
    assert fault({**DELTA, name: blank}) == (name, "missing")
    assert fault({other: value for other, value in DELTA.items() if other != name}) == (name, "missing")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "erp-export/2"),
        ("format", "Erika Mustermann"),
        ("scope", "FULL"),
        ("scope", "partial"),
        ("connection", "../x"),
        ("connection", "-x"),
        ("connection", "a/b"),
        ("connection", "a" * 64),
        ("export_id", "a b"),
        ("export_id", "ü"),
        ("export_id", "a" * 129),
        ("export_id", "Erika Mustermann"),
        ("export_id", ["a"]),
        ("exported_at", "2026-11-22T02:00:00"),
        ("exported_at", "2026-11-22"),
        ("exported_at", "22.11.2026 02:00"),
        ("exported_at", "2026-02-30T02:00:00Z"),
        ("exported_at", "2026-11-22T25:00:00Z"),
        ("exported_at", 1763773200),
        ("exported_at", "1763773200"),
        ("exported_at", "1763773200.5"),
        ("exported_at", True),
        ("mandanten", "0001"),
        ("anzahl", "3"),
        ("anzahl", [1, 2, 3]),
    ],
)
def test_fields_that_are_refused(name: str, value: Any) -> None:
    assert fault(FULL | {name: value})[0] == name


def test_bad_mandanten_are_refused_by_their_place() -> None:
    assert fault(FULL | {"mandanten": ["0001", None]}) == ("mandanten.1", "not_text")
    assert fault(FULL | {"mandanten": [" ", "0001"]}) == ("mandanten.0", "string_too_short")
    assert read(mandanten=[1, " 0002 "]).mandanten == ("1", "0002")


@pytest.mark.parametrize("export_id", ["a", "A.b_c:d-9", "1" * 128])
def test_export_ids(export_id: str) -> None:
    assert read(export_id=export_id).export_id == export_id


def test_counts() -> None:
    assert read(anzahl={"mieter": 0, "mietvertraege": None, "häuser": "x"}).anzahl == Anzahl(mieter=0)
    assert read(anzahl="").anzahl == Anzahl()
    for wrong in ("2", 2.0, True, [2]):
        assert fault(FULL | {"anzahl": {"mieter": wrong}})[0] == "anzahl.mieter"


def test_unknown_keys_are_ignored() -> None:
    assert read(erstellt_von="Erika Mustermann") == read()


@given(one=instants, other=instants)
def test_versions_are_in_the_order_of_the_instants(one: datetime, other: datetime) -> None:
    first, second = (read(exported_at=moment.isoformat(), export_id="x").version for moment in (one, other))
    assert (first < second) == (one < other)
    assert (first == second) == (one == other)


def test_exports_of_one_instant_are_in_the_order_of_their_ids() -> None:
    first = read(export_id="a")
    second = read(export_id="b", exported_at="2026-11-22T01:00:00Z")
    third = read(export_id="0", exported_at="2026-11-22T01:00:00.000001Z")
    assert first.version < second.version < third.version


def test_every_section_is_of_a_kind_with_records() -> None:
    assert set(SECTIONS.values()) == set(RECORDS)
    assert set(SECTIONS) == set(Anzahl.model_fields)
