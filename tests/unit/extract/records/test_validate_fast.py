"""Plain records: the short way gives the same result as the models, or none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kiwi_extract.records.validate_fast import plain
from kiwi_sync.erp.models import RECORDS
from kiwi_sync.keys import RowKind
from pydantic import ValidationError

from tests.unit.extract.exports import Json, lease, tenant, unit

WHOLE_UNIT = unit(
    "0001",
    bezeichnung='Wohnung "1." OG \\ links',
    strasse="Lindenstraße",
    hausnummer="12 a",
    plz="10969",
    ort="Berlin",
    bundesland="Berlin",
    land="DE",
    latitude=52.5031,
    longitude=-13.0,
)
WHOLE_TENANT = tenant("4711", vorname="Zoë", nachname="von der Heide", firma="Groß & Söhne|Bau")
WHOLE_LEASE = lease("100-0001/3", mieter=["4711", "4712"], ende="31.12.2026")
WHOLE = {
    RowKind.VERWALTUNGSEINHEIT: WHOLE_UNIT,
    RowKind.MIETER: WHOLE_TENANT,
    RowKind.MIETVERTRAG: WHOLE_LEASE,
}

letters = st.text(st.sampled_from("a1 |#/%ß\n\x00\x1f\x7f\x85\xa0\u2028\u200b\ud800😀\u0378"), max_size=4)
lengths = st.sampled_from([63, 64, 65, 999, 1000, 1001]).map("x".__mul__)
days = st.sampled_from(
    ["2024-01-01", "31.12.2026", "9999-12-31", "31.12.9999", "1799-12-31", "2024-02-30", " 2024-01-01", "1"]
)
numbers = st.sampled_from([0, 1, 90, 90.5, -0.0, 1e-7, 1e16, float("nan"), float("inf"), Decimal("5.5")])
values = st.one_of(letters, lengths, days, st.text(max_size=3), numbers, st.floats(-200, 200), st.booleans())
odd: st.SearchStrategy[Any] = st.one_of(st.none(), st.just(""), values, st.lists(values, max_size=3))


@st.composite
def records(draw: st.DrawFn) -> tuple[RowKind, Json]:
    """A whole record in which something is odd, perhaps."""
    kind = draw(st.sampled_from(list(WHOLE)))
    value: Json = dict(WHOLE[kind])
    for name in draw(st.lists(st.sampled_from(list(value)), max_size=3)):
        value[name] = draw(odd)
    if kind is RowKind.MIETVERTRAG and draw(st.booleans()):
        value["verwaltungseinheit"] = draw(st.fixed_dictionaries({"wirtschaftseinheit": odd, "nummer": odd}))
        value["mieter"] = draw(st.lists(values | st.sampled_from(["4711", "4712"]), max_size=4))
    for name in draw(st.lists(st.sampled_from(list(value)), max_size=2)):
        value.pop(name, None)
    return kind, value


def judged(kind: RowKind, value: Any) -> tuple[str, str, str] | None:
    """The result of the models."""
    try:
        record = RECORDS[kind].model_validate(value)
    except ValidationError:
        return None
    return record.mandant, record.key("").sk, record.model_dump_json(exclude_none=True)


@given(records())
@example((RowKind.MIETVERTRAG, lease("1", mieter=["1"] * 2)))
@example((RowKind.MIETVERTRAG, lease("1", mieter=[str(number) for number in range(101)])))
@example((RowKind.MIETVERTRAG, lease("1", mieter=[str(number) for number in range(100)])))
@example((RowKind.MIETVERTRAG, lease("1", ende="2023-01-01")))
@example((RowKind.VERWALTUNGSEINHEIT, unit("1", latitude=90.1)))
@example((RowKind.MIETER, tenant("1", vorname="a |b", nachname=" |", firma="a| b")))
def test_it_says_what_the_models_say(drawn: tuple[RowKind, Json]) -> None:
    kind, value = drawn
    found = plain(kind, value)
    assert found is None or found == judged(kind, value)


@pytest.mark.parametrize("kind", list(WHOLE))
def test_what_erps_write_is_plain(kind: RowKind) -> None:
    for value in (WHOLE[kind], {**WHOLE[kind], "unknown": [{}]}):
        found = plain(kind, value)
        assert found is not None
        assert found == judged(kind, value)


@pytest.mark.parametrize("blank", [None, ""])
def test_what_is_not_there_does_not_make_a_record_odd(blank: str | None) -> None:
    bare = [
        (RowKind.VERWALTUNGSEINHEIT, unit("1", bezeichnung=blank, latitude=blank, longitude=blank)),
        (RowKind.MIETER, tenant("1", firma=blank, email=blank)),
        (RowKind.MIETVERTRAG, lease("1", ende=blank)),
        (RowKind.MIETVERTRAG, lease("1", ende="31.12.9999")),
    ]
    for kind, value in bare:
        found = plain(kind, value)
        assert found is not None
        assert found == judged(kind, value)


@pytest.mark.parametrize("value", [None, [], "x", 5, {}])
@pytest.mark.parametrize("kind", list(WHOLE))
def test_what_is_no_record_is_left_to_the_models(kind: RowKind, value: Any) -> None:
    assert plain(kind, value) is None
