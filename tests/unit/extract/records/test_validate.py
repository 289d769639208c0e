"""From raw records to entries: rejections with their reasons, and the readable part of a bad record's key."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.validate import validate
from kiwi_sync.erp.models import RECORDS
from kiwi_sync.keys import RowKind

from tests.unit.extract.exports import Json, lease, tenant, unit

Case = tuple[str, Any, str, str]


def entry(section: str, value: Any, *, deleted: bool = False) -> Entry:
    return validate(RawRecord(section, 7, deleted, value))


@pytest.mark.parametrize(
    ("section", "value", "kind", "sk", "numbers"),
    [
        ("verwaltungseinheiten", unit("0001"), RowKind.VERWALTUNGSEINHEIT, "100#0001", "0001/100/0001"),
        ("mieter", tenant("4711"), RowKind.MIETER, "4711", "0001/4711"),
        ("mietvertraege", lease("1-2#/%"), RowKind.MIETVERTRAG, "1-2%23%2F%25", "0001/1-2#/%"),
    ],
)
@pytest.mark.parametrize("deleted", [False, True])
def test_a_good_record(
    section: str, value: Json, kind: RowKind, sk: str, numbers: str, *, deleted: bool
) -> None:
    good = entry(section, value, deleted=deleted)
    assert (good.section, good.place, good.deleted, good.rejected) == (section, 7, deleted, False)
    assert (good.kind, good.mandant, good.sk, good.numbers) == (kind, "0001", sk, numbers)
    if deleted:
        assert good.record is None
    else:
        assert good.record is not None
        assert RECORDS[kind].model_validate_json(good.record) == RECORDS[kind].model_validate(value)


@pytest.mark.parametrize(
    "value",
    [
        {"mandant": " 0001 ", "nummer": 4711, "email": "a@example.org", "unknown": [{}]},
        {"nummer": "4711", "email": " a@example.org", "firma": None, "vorname": "  ", "mandant": "0001"},
    ],
)
def test_what_means_the_same_becomes_the_same_record(value: Json) -> None:
    assert entry("mieter", value).record == '{"mandant":"0001","nummer":"4711","email":"a@example.org"}'


LONG = "9" * 65
CASES: list[Case] = [
    ("verwaltungseinheiten", unit("1", bezeichnung=5.5), "bezeichnung", "not_text"),
    ("verwaltungseinheiten", unit("1", bezeichnung=Decimal("5.5")), "bezeichnung", "not_text"),
    ("verwaltungseinheiten", unit("1", ort=["Berlin"]), "ort", "not_text"),
    ("verwaltungseinheiten", unit("1", ort=True), "ort", "not_text"),
    ("verwaltungseinheiten", unit("1", ort="Ber\x00lin"), "ort", "control_character"),
    ("verwaltungseinheiten", unit("1", ort="\ud800"), "ort", "control_character"),
    ("verwaltungseinheiten", unit("1", ort="x" * 1001), "ort", "too_long"),
    ("verwaltungseinheiten", unit("1", latitude="52.5"), "latitude", "not_a_number"),
    ("verwaltungseinheiten", unit("1", latitude=True), "latitude", "not_a_number"),
    ("verwaltungseinheiten", unit("1", latitude=90.1), "latitude", "out_of_range"),
    ("verwaltungseinheiten", unit("1", longitude=-181), "longitude", "out_of_range"),
    ("verwaltungseinheiten", unit("1", latitude=10**400), "latitude", "out_of_range"),
    ("verwaltungseinheiten", unit("1", latitude=Decimal("1e400")), "latitude", "out_of_range"),
    ("mieter", tenant("1", email={}), "email", "not_text"),
    ("mietvertraege", lease("1", verwaltungseinheit=None), "verwaltungseinheit", "missing"),
    ("mietvertraege", lease("1", verwaltungseinheit="100-1"), "verwaltungseinheit", "not_an_object"),
    ("mietvertraege", lease("1", verwaltungseinheit={}), "verwaltungseinheit.wirtschaftseinheit", "missing"),
    ("mietvertraege", lease("1", mieter=[]), "mieter", "missing"),
    ("mietvertraege", lease("1", mieter="4711"), "mieter", "not_a_list"),
    ("mietvertraege", lease("1", mieter=["4711", None]), "mieter.1", "not_text"),
    ("mietvertraege", lease("1", mieter=["4711", ""]), "mieter.1", "missing"),
    ("mietvertraege", lease("1", beginn=None), "beginn", "missing"),
    ("mietvertraege", lease("1", beginn="2024-02-30"), "beginn", "not_a_date"),
    ("mietvertraege", lease("1", ende="31.12.1799"), "ende", "not_a_date"),
    ("mietvertraege", lease("1", ende="2023-12-31"), "ende", "ende_before_beginn"),
]


@pytest.mark.parametrize(("section", "value", "field", "reason"), CASES)
def test_a_bad_record_keeps_its_key(section: str, value: Json, field: str, reason: str) -> None:
    bad = entry(section, value)
    good = entry(section, {name: value[name] for name in ("mandant", "nummer")} | unit("1"), deleted=True)
    assert (bad.rejected, bad.field, bad.reason, bad.record) == (True, field, reason, None)
    assert (bad.mandant, bad.sk, bad.numbers) == (good.mandant, good.sk, good.numbers)


@pytest.mark.parametrize("deleted", [False, True])
@pytest.mark.parametrize(
    ("section", "value", "mandant", "field", "reason"),
    [
        ("mieter", {"mandant": "0001"}, "0001", "nummer", "missing"),
        ("mieter", {"mandant": 1, "nummer": LONG}, "1", "nummer", "too_long"),
        ("mieter", {"mandant": "0001", "nummer": "\x07"}, "0001", "nummer", "control_character"),
        ("verwaltungseinheiten", {"mandant": "0001", "nummer": "1"}, "0001", "wirtschaftseinheit", "missing"),
        ("verwaltungseinheiten", unit(""), "0001", "nummer", "missing"),
        ("mietvertraege", {**lease("1"), "nummer": False}, "0001", "nummer", "not_text"),
        ("mieter", {"nummer": "1"}, None, "mandant", "missing"),
        ("mieter", {"mandant": "  ", "nummer": "1"}, None, "mandant", "missing"),
        ("mieter", {"mandant": LONG, "nummer": "1"}, None, "mandant", "too_long"),
        ("mieter", {"mandant": ["0001"], "nummer": "1"}, None, "mandant", "not_text"),
        ("mieter", {}, None, "mandant", "missing"),
        ("mieter", "4711", None, "", "not_an_object"),
        ("mietvertraege", None, None, "", "not_an_object"),
        ("verwaltungseinheiten", [unit("1")], None, "", "not_an_object"),
    ],
)
def test_an_unreadable_key(
    section: str, value: Any, mandant: str | None, field: str, reason: str, *, deleted: bool
) -> None:
    bad = entry(section, value, deleted=deleted)
    assert (bad.mandant, bad.sk, bad.numbers) == (mandant, None, None)
    assert (bad.field, bad.reason, bad.record) == (field, reason, None)


FIELDS = [
    "mandant",
    "nummer",
    "wirtschaftseinheit",
    "email",
    "verwaltungseinheit",
    "mieter",
    "beginn",
    "ende",
]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=70),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
)


@given(st.sampled_from(["verwaltungseinheiten", "mieter", "mietvertraege"]), VALUES, st.booleans())
def test_whatever_a_record_is_it_becomes_an_entry(section: str, value: Any, deleted: bool) -> None:
    made = entry(section, value, deleted=deleted)
    assert made.rejected == (made.reason is not None)
    assert (made.record is None) == (made.rejected or deleted)
    assert made.rejected or None not in {made.mandant, made.sk, made.numbers}
    parts = (made.field or "").split(".")
    assert all(part in {*FIELDS, *"0123456789", ""} for part in parts)
