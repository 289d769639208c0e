"""Objects as read back, and their equality with payloads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.kiwi.models import (
    AgreementState,
    FoundObject,
    Kind,
    RentalAgreement,
    RentalUnit,
    Tenant,
    read_answer,
    read_found,
)
from kiwi_sync.rules.kept_coordinates import agree, coordinates_of
from kiwi_sync.rules.mapping import DesiredAgreement
from pydantic import BaseModel, ValidationError

from tests.unit.layer.kiwi.scripted import ADDRESS, AGREEMENT, TENANT, UNIT

STATE = {"id": "s1", "desired": "Inactive", "actual": "Created", "status": "OK", "error": None}


def unit(**changes: Any) -> dict[str, Any]:
    return {"id": "u100", "organization_id": 42, **UNIT.model_dump(), **changes}


def agreement(**changes: Any) -> dict[str, Any]:
    return {"id": "a1", "tenant": {"id": "t7"}, "state": STATE, **AGREEMENT.model_dump(), **changes}


@pytest.mark.parametrize(
    ("desired", "actual", "is_on", "withdrawn"),
    [
        ("Active", "Created", True, False),
        ("Active", "Deactivated", True, False),
        ("Active", "Activated", True, False),
        ("Inactive", "Activating", True, False),
        ("Inactive", "Activated", True, False),
        ("Inactive", "Deactivating", False, False),
        ("Inactive", "Created", False, True),
        ("Inactive", "Deactivated", False, True),
        ("Inactive", "SomethingNew", False, False),
    ],
)
def test_access_is_on_or_withdrawn_or_neither(
    desired: str, actual: str, is_on: bool, withdrawn: bool
) -> None:
    state = AgreementState(id="s", desired=desired, actual=actual, status="OK")
    assert (state.access_is_on, state.withdrawn) == (is_on, withdrawn)


def test_an_agreement_is_read_with_its_state() -> None:
    found = read_found(Kind.RENTAL_AGREEMENT, agreement())
    assert (found.id, found.payload) == ("a1", AGREEMENT)
    assert found.state == AgreementState(id="s1", desired="Inactive", actual="Created", status="OK")


def test_an_agreement_without_a_state_is_read() -> None:
    assert read_found(Kind.RENTAL_AGREEMENT, agreement(state=None)).state is None


def test_same_compares_instants() -> None:
    found = read_found(
        Kind.RENTAL_AGREEMENT,
        agreement(start_at="2023-12-31T23:00:00Z", end_at="9999-12-31T23:59:59.000+00:00"),
    )
    assert found.same_as(AGREEMENT)
    assert not found.same_as(AGREEMENT.model_copy(update={"start_at": "2024-01-01T00:00:00Z"}))


@pytest.mark.parametrize("end_at", [None, "soon", "2030-01-01"])
def test_unreadable_dates_differ(end_at: str | None) -> None:
    assert not read_found(Kind.RENTAL_AGREEMENT, agreement(end_at=end_at)).same_as(AGREEMENT)


@pytest.mark.parametrize("field", ["external_id", "tenant_id", "rental_unit_id"])
def test_another_reference_differs(field: str) -> None:
    assert not read_found(Kind.RENTAL_AGREEMENT, agreement(**{field: "other"})).same_as(AGREEMENT)


@given(
    lat=st.none() | st.integers(-90, 90) | st.floats(min_value=-90, max_value=90),
    lng=st.none() | st.floats(min_value=-180, max_value=180),
)
def test_same_takes_the_coordinates_of_whoever_came_first(lat: float | None, lng: float | None) -> None:
    found = read_found(Kind.RENTAL_UNIT, unit(address={**ADDRESS.model_dump(), "lat": lat, "lng": lng}))
    assert found.same_as(UNIT)
    assert not found.same_as(UNIT.model_copy(update={"name": "other"}))


@pytest.mark.parametrize("text", ["street", "postal_code", "city", "state", "country"])
@pytest.mark.parametrize("value", ["x", "", None])
def test_another_text_is_another_address(text: str, value: str | None) -> None:
    found = read_found(Kind.RENTAL_UNIT, unit(address={**ADDRESS.model_dump(), text: value}))
    assert not found.same_as(UNIT)


@pytest.mark.parametrize("answer", [unit(address=None), {k: v for k, v in unit().items() if k != "address"}])
def test_a_null_address_is_none(answer: dict[str, Any]) -> None:
    found = read_found(Kind.RENTAL_UNIT, answer)
    assert found.same_as(RentalUnit(external_id="0001-100", name="Whg. 100", address=None))
    assert not found.same_as(UNIT)


@pytest.mark.parametrize("gap", [{"lat": None}, {"lng": None}, {"street": None}])
def test_somebody_elses_incomplete_address_is_read_and_is_one(gap: dict[str, None]) -> None:
    found = read_found(Kind.RENTAL_UNIT, unit(address={**ADDRESS.model_dump(), **gap}))
    assert not found.same_as(UNIT.model_copy(update={"address": None}))


def test_somebody_elses_null_texts_are_empty() -> None:
    answer = {"id": "t9", **TENANT.model_dump(), "external_id": None}
    assert read_found(Kind.TENANT, answer).payload.external_id == ""


def test_another_kind_is_never_the_same() -> None:
    assert not FoundObject(kind=Kind.TENANT, id="t7", payload=TENANT).same_as(UNIT)


@pytest.mark.parametrize(
    "answer", [None, [], "text", {}, {"id": 7}, {"id": "u"}, unit(address="Torstr. 1"), unit(name=["x"])]
)
def test_what_is_no_unit_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_found(Kind.RENTAL_UNIT, answer)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(
    kind=st.sampled_from(Kind),
    whole=ANYTHING,
    parts=st.dictionaries(st.sampled_from(["id", "name", "address", "state", "email_address"]), ANYTHING),
    place=st.dictionaries(st.sampled_from(["street", "lat", "lng"]), ANYTHING),
)
def test_no_answer_to_a_write_is_an_error(
    kind: Kind, whole: object, parts: dict[str, object], place: dict[str, object]
) -> None:
    address = {"address": {**ADDRESS.model_dump(), **place}}
    fields = {**TENANT.model_dump(), **AGREEMENT.model_dump(), **unit(), **address, **parts}
    for answer in (whole, fields):
        found = read_answer(kind, answer)
        assert found is None or found.kind is kind
        coordinates = coordinates_of(found)
        assert coordinates is None or agree(coordinates, ADDRESS) in {True, False}


@pytest.mark.parametrize("model", [Tenant, RentalUnit, RentalAgreement, DesiredAgreement])
def test_no_error_shows_what_stands_in_a_field(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as invalid:
        model.model_validate_json('{"external_id": {"secret": "erika@example.org"}}')
    assert "erika" not in str(invalid.value)
