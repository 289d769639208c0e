"""Records of an export: required fields, optional fields, and names."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.erp.models import (
    RECORDS,
    Mieter,
    MieterKey,
    Mietvertrag,
    MietvertragKey,
    Record,
    Verwaltungseinheit,
    VerwaltungseinheitKey,
)
from kiwi_sync.keys import RowKind
from pydantic import ValidationError

from tests.unit.layer.samples import LEASE, PERSON, PERSONAL, UNIT, lease, person, unit

NEEDED: list[tuple[type[Record], dict[str, Any], list[str]]] = [
    (Verwaltungseinheit, UNIT, ["mandant", "wirtschaftseinheit", "nummer"]),
    (Mieter, PERSON, ["mandant", "nummer"]),
    (Mietvertrag, LEASE, ["mandant", "nummer", "verwaltungseinheit", "mieter", "beginn"]),
]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def faults(model: type[Record], value: Any) -> dict[str, str]:
    """Field and code of each refusal; no words of a person may be in the exception."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate(value)
    assert not [word for word in PERSONAL if word in str(refused.value) or word in repr(refused.value)]
    errors = refused.value.errors(include_input=False, include_context=False, include_url=False)
    return {".".join(map(str, fault["loc"])): fault["type"] for fault in errors}


def refusal(model: type[Record], value: Any) -> str:
    """The exception's text; empty if the record is valid."""
    try:
        model.model_validate(value)
    except ValidationError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize(("model", "whole", "needed"), NEEDED)
@pytest.mark.parametrize("blank", [None, "", "  ", ...])
def test_needed_and_optional_fields(
    model: type[Record], whole: dict[str, Any], needed: list[str], blank: Any
) -> None:
    for name in whole:
        without = {other: value for other, value in whole.items() if other != name}
        if blank is not ...:
            without[name] = blank
        if name in needed:
            assert faults(model, without) == {name: "missing"}
        else:
            assert getattr(model.model_validate(without), name) is None


@pytest.mark.parametrize("model", [Verwaltungseinheit, Mieter, Mietvertrag])
@pytest.mark.parametrize("value", [None, "Erika", 7, ["Erika"], [["mandant", "0001"]]])
def test_what_is_no_record(model: type[Record], value: Any) -> None:
    assert faults(model, value) == {"": "model_type"}


@given(value=junk, name=st.sampled_from(sorted({*UNIT, *PERSON, *LEASE})))
def test_no_junk_is_worse_than_a_refusal(value: Any, name: str) -> None:
    for model, whole, _ in NEEDED:
        for raw in (value, whole | {name: value}):
            told = refusal(model, raw)
            assert not [word for word in PERSONAL if word in told]


def test_unknown_keys_are_ignored() -> None:
    assert Mieter.model_validate(PERSON | {"geburtstag": "1970-01-01", "kind": "x"}) == person()


def test_integers_are_read_as_texts() -> None:
    assert unit(nummer=7, hausnummer=12, plz=10969).model_dump(include={"nummer", "hausnummer", "plz"}) == {
        "nummer": "7",
        "hausnummer": "12",
        "plz": "10969",
    }
    assert lease(mieter=[4711, "0815"]).mieter == ("4711", "0815")


def test_keys() -> None:
    assert unit().key("c").text == "c/verwaltungseinheit/0001/100/0001"
    assert person().key("c").text == "c/mieter/0001/4711"
    assert lease().key("c").text == "c/mietvertrag/0001/100-0001-03"
    assert lease().unit_key("c") == unit().key("c")
    assert lease().tenant_key("c", "4711") == person().key("c")
    assert lease().agreement_key("c", "4711").text == "c/rental_agreement/0001/100-0001-03/4711"


def test_a_deletion_needs_the_key_only_and_names_the_same_row() -> None:
    assert VerwaltungseinheitKey.model_validate(UNIT).key("c") == unit().key("c")
    assert MieterKey.model_validate({"mandant": "0001", "nummer": "4711"}).key("c") == person().key("c")
    vertrag = MietvertragKey.model_validate({"mandant": " 0001", "nummer": "100-0001-03 "})
    assert vertrag.key("c") == lease().key("c")
    assert faults(MietvertragKey, {"mandant": "0001"}) == {"nummer": "missing"}


def test_every_kind_of_the_erp_has_its_record() -> None:
    assert {kind: model.kind for kind, model in RECORDS.items()} == {
        kind: kind for kind in RowKind if kind is not RowKind.RENTAL_AGREEMENT
    }


def test_the_same_tenant_twice_counts_once() -> None:
    assert lease(mieter=["2", "1", 2, " 1 ", "01"]).mieter == ("2", "1", "01")


def test_a_hundred_tenants() -> None:
    assert len(lease(mieter=list(range(100))).mieter) == 100


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"mieter": []}, "mieter", "too_short"),
        ({"mieter": [str(number) for number in range(101)]}, "mieter", "too_long"),
        ({"mieter": "4711"}, "mieter", "tuple_type"),
        ({"mieter": ["4711", None]}, "mieter.1", "not_text"),
        ({"mieter": ["4711", " "]}, "mieter.1", "string_too_short"),
        ({"mieter": [47.11]}, "mieter.0", "not_text"),
        ({"verwaltungseinheit": "100"}, "verwaltungseinheit", "model_type"),
        ({"verwaltungseinheit": {"nummer": "1"}}, "verwaltungseinheit.wirtschaftseinheit", "missing"),
        (
            {"verwaltungseinheit": {"wirtschaftseinheit": "1", "nummer": None}},
            "verwaltungseinheit.nummer",
            "not_text",
        ),
        (
            {"verwaltungseinheit": {"wirtschaftseinheit": " ", "nummer": "1"}},
            "verwaltungseinheit.wirtschaftseinheit",
            "string_too_short",
        ),
        ({"beginn": "30.02.2026"}, "beginn", "not_a_date"),
        ({"ende": "morgen"}, "ende", "not_a_date"),
        ({"ende": "2023-12-31"}, "", "ende_before_beginn"),
    ],
)
def test_a_bad_lease(fields: dict[str, Any], field: str, code: str) -> None:
    assert next(iter(faults(Mietvertrag, LEASE | fields).items())) == (field, code)


@pytest.mark.parametrize(
    ("ende", "read"),
    [("9999-01-01", None), ("31.12.9999", None), ("9998-12-31", "9998-12-31"), ("2024-01-01", "2024-01-01")],
)
def test_ends(ende: str, read: str | None) -> None:
    made = lease(ende=ende).ende
    assert (None if made is None else made.isoformat()) == read


def test_a_lease_of_the_last_year_has_no_end() -> None:
    assert lease(beginn="9999-12-31", ende="9999-01-01").ende is None


@pytest.mark.parametrize("latitude", ["52.5", 91, -90.5, True, 10**400])
def test_a_bad_coordinate(latitude: Any) -> None:
    assert set(faults(Verwaltungseinheit, UNIT | {"latitude": latitude})) == {"latitude"}


def test_what_was_read_is_read_again_the_same() -> None:
    for record in (unit(land=None), person(), lease(ende="31.12.2030")):
        assert type(record).model_validate_json(record.model_dump_json(exclude_none=True)) == record
