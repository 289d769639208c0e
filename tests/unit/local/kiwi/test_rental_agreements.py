from typing import Any

import pytest

from tests.unit.local.kiwi.helpers import AGREEMENT, TENANT, UNIT, Erp


def test_it_carries_tenant_and_state(leased: Erp) -> None:
    agreement = leased("GET", "rental_agreements/a1").json()
    assert agreement["tenant"] == leased("GET", "tenants/t1").json()
    state = agreement["state"]
    assert state == leased.state()
    assert (state["desired"], state["actual"]) == ("Inactive", "Created")
    assert (state["status"], state["error"]) == ("OK", None)


def test_an_update_changes_the_term_and_ignores_the_rest(leased: Erp) -> None:
    leased("POST", "tenants", TENANT | {"tenant_id": "t2", "external_id": "t2", "email_address": "b@c.de"})
    leased("POST", "rental_units", UNIT | {"rental_unit_id": "u2", "external_id": "u2"})
    before = leased.content()["rental_agreement"]["a1"]
    term = {"start_at": "2026-02-01T00:00:00Z", "end_at": "2026-12-31T00:00:00Z"}
    ignored = {"tenant_id": "t2", "rental_unit_id": "u2", "external_id": "x", "state": {"desired": "Active"}}
    assert leased("PUT", "rental_agreements/a1", term | ignored).status_code == 200
    assert leased.content()["rental_agreement"]["a1"] == before | term


@pytest.mark.parametrize("field", ["tenant_id", "rental_unit_id"])
def test_it_needs_its_parents(parents: Erp, field: str) -> None:
    error = parents.error("POST", "rental_agreements", AGREEMENT | {field: "absent"})
    assert error == (400, "RENTAL_AGREEMENT_CREATE_ERROR")


@pytest.mark.parametrize("update", [True, False])
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"start_at": "2026-01-01"}, (500, "UNEXPECTED_ERROR")),
        ({"end_at": "2026-01-01"}, (500, "UNEXPECTED_ERROR")),
        ({"end_at": "2026-01-01T00:00:00"}, (500, "UNEXPECTED_ERROR")),
        ({"start_at": "soon"}, (422, "VALIDATION_ERROR")),
        ({"start_at": None}, (422, "VALIDATION_ERROR")),
        ({"end_at": None}, (422, "VALIDATION_ERROR")),
        ({"end_at": "2025-12-31T22:59:59Z"}, (400, "INVALID_START_OR_END_DATE")),
    ],
)
def test_terms_that_are_refused(
    parents: Erp, change: dict[str, Any], error: tuple[int, str], update: bool
) -> None:
    if update:
        parents("POST", "rental_agreements", AGREEMENT)
    request = ("PUT", "rental_agreements/a1") if update else ("POST", "rental_agreements")
    before = parents.content()
    assert parents.error(*request, AGREEMENT | change) == error
    assert parents.content() == before


@pytest.mark.parametrize(
    "end_at", ["2025-12-31T23:00:00Z", "9999-12-31T23:59:59Z", "2026-07-01T00:00:00+02:00"]
)
def test_terms_that_are_accepted(parents: Erp, end_at: str) -> None:
    assert parents("POST", "rental_agreements", AGREEMENT | {"end_at": end_at}).json()["end_at"] == end_at


def test_several_agreements_share_a_unit_and_a_tenant(leased: Erp) -> None:
    second = AGREEMENT | {"rental_agreement_id": "a2", "external_id": "a2"}
    assert leased("POST", "rental_agreements", second).status_code == 200
    assert leased("DELETE", "rental_agreements/a1").status_code == 200
    assert leased.error("DELETE", "tenants/t1") == (500, "UNEXPECTED_ERROR")
