"""What units, tenants and agreements have in common."""

from typing import Any

import pytest

from tests.unit.local.kiwi.helpers import AGREEMENT, BODIES, KINDS, TENANT, UNIT, Erp, without

RESOURCES = list(BODIES)
BAD_IDS = ["", "a_b", "a.b", "a/b", "a|b", "-a", "a-", "ä", "a b", "a\n"]
GOOD_IDS = ["a", "7", "a-b", "a--B-9", "a" * 63]


def listing(resource: str) -> str:
    return f"{resource}?include_access_points=false" if resource == "rental_units" else resource


@pytest.mark.parametrize("resource", RESOURCES)
def test_create_read_list_delete(parents: Erp, resource: str) -> None:
    kind = KINDS[resource]
    body = BODIES[resource] | {f"{kind}_id": "new", "external_id": "new"}
    if resource == "tenants":
        body["email_address"] = "new@kiwi.example.com"
    created = parents("POST", resource, body | {"unknown": 1})
    assert created.status_code == 200
    read = parents("GET", f"{resource}/new")
    assert read.status_code == 200
    assert read.json() == created.json() == parents.content()[kind]["new"]
    assert read.json() in parents("GET", listing(resource)).json()
    assert read.json()["organization_id"] == parents.organization_id
    assert {"unknown", f"{kind}_id"}.isdisjoint(read.json())
    given = without(body, f"{kind}_id") | {"id": "new"}
    assert given.items() <= read.json().items()
    assert parents("DELETE", f"{resource}/new").status_code == 200
    assert parents.error("GET", f"{resource}/new") == (404, f"{kind.upper()}_NOT_FOUND")
    assert "new" not in parents.content()[kind]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_is_absent_is_not_found(erp: Erp, resource: str, method: str) -> None:
    error = (404, f"{KINDS[resource].upper()}_NOT_FOUND")
    assert erp.error(method, f"{resource}/absent", BODIES[resource]) == error


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("body", [None, [], "junk"])
def test_a_body_must_be_an_object(erp: Erp, resource: str, body: Any) -> None:
    assert erp.error("POST", resource, body) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("resource", "field"), [(resource, field) for resource, body in BODIES.items() for field in body]
)
def test_every_field_is_required_to_create(parents: Erp, resource: str, field: str) -> None:
    answer = parents("POST", resource, without(BODIES[resource], field))
    assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")
    assert [(one["field"], one["location"]) for one in answer.json()["details"]] == [(f"/{field}", "body")]


@pytest.mark.parametrize(
    ("resource", "field"),
    [(resource, field) for resource, body in BODIES.items() for field in body if field != "address"],
)
@pytest.mark.parametrize("value", [None, 1])
def test_every_text_must_be_a_text(parents: Erp, resource: str, field: str, value: Any) -> None:
    error = parents.error("POST", resource, BODIES[resource] | {field: value})
    assert error == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("resource", "field"),
    [
        *(("rental_units", field) for field in UNIT if field != "rental_unit_id"),
        *(("tenants", field) for field in TENANT if field != "tenant_id"),
        ("rental_agreements", "start_at"),
        ("rental_agreements", "end_at"),
    ],
)
def test_every_field_is_required_to_update(leased: Erp, resource: str, field: str) -> None:
    path = f"{resource}/{BODIES[resource][f'{KINDS[resource]}_id']}"
    assert leased.error("PUT", path, without(BODIES[resource], field)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("resource", ["tenants", "rental_agreements"])
@pytest.mark.parametrize("key", [*BAD_IDS, "a" * 64])
def test_bad_ids_are_refused(parents: Erp, resource: str, key: str) -> None:
    field = f"{KINDS[resource]}_id"
    answer = parents("POST", resource, BODIES[resource] | {field: key})
    assert answer.status_code == 422
    assert answer.json()["details"][0]["field"] == f"/{field}"


@pytest.mark.parametrize("key", BAD_IDS)
def test_a_bad_unit_id_is_called_a_duplicate(erp: Erp, key: str) -> None:
    error = erp.error("POST", "rental_units", UNIT | {"rental_unit_id": key})
    assert error == (400, "RENTAL_UNIT_ALREADY_EXISTS")


@pytest.mark.parametrize("key", ["a" * 64, "_" * 64])
def test_a_unit_id_that_is_too_long_breaks_kiwi(erp: Erp, key: str) -> None:
    error = erp.error("POST", "rental_units", UNIT | {"rental_unit_id": key})
    assert error == (500, "UNEXPECTED_ERROR")


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("key", GOOD_IDS)
def test_good_ids_are_taken(parents: Erp, resource: str, key: str) -> None:
    body = BODIES[resource] | {f"{KINDS[resource]}_id": key, "external_id": "0001|x/_. ü"}
    body |= {"email_address": "other@kiwi.example.com"} if resource == "tenants" else {}
    assert parents("POST", resource, body).status_code == 200


@pytest.mark.parametrize(
    ("resource", "changes", "name"),
    [
        ("rental_units", {"external_id": "x"}, "RENTAL_UNIT_ALREADY_EXISTS"),
        ("rental_units", {"rental_unit_id": "x"}, "RENTAL_UNIT_ALREADY_EXISTS"),
        ("tenants", {"external_id": "x", "email_address": "x@kiwi.example.com"}, "TENANT_ALREADY_EXISTS"),
        ("tenants", {"tenant_id": "x", "email_address": "x@kiwi.example.com"}, "TENANT_ALREADY_EXISTS"),
        ("tenants", {"tenant_id": "x", "external_id": "x"}, "TENANT_ALREADY_EXISTS"),
        ("rental_agreements", {"external_id": "x"}, "RENTAL_AGREEMENT_ALREADY_EXISTS"),
        ("rental_agreements", {"rental_agreement_id": "x"}, "RENTAL_AGREEMENT_CREATE_ERROR"),
    ],
)
def test_each_collision_on_create(leased: Erp, resource: str, changes: dict[str, str], name: str) -> None:
    before = leased.content()
    assert leased.error("POST", resource, BODIES[resource] | changes) == (400, name)
    assert leased.content() == before


@pytest.mark.parametrize(
    ("resource", "field", "name"),
    [
        ("rental_units", "external_id", "INTEGRITY_VIOLATION_ERROR"),
        ("tenants", "external_id", "TENANT_UPDATE_ERROR"),
        ("tenants", "email_address", "TENANT_UPDATE_ERROR"),
    ],
)
def test_each_collision_on_update(leased: Erp, resource: str, field: str, name: str) -> None:
    second = BODIES[resource] | {f"{KINDS[resource]}_id": "second", "external_id": "second"}
    if resource == "tenants":
        second["email_address"] = "second@kiwi.example.com"
    assert leased("POST", resource, second).status_code == 200
    error = leased.error("PUT", f"{resource}/second", second | {field: BODIES[resource][field]})
    assert error == (400, name)
    assert leased("PUT", f"{resource}/second", second).status_code == 200


def test_uniqueness_is_per_kind(parents: Erp) -> None:
    same = {"external_id": UNIT["external_id"]}
    assert parents("PUT", "tenants/t1", TENANT | same).status_code == 200
    agreement = AGREEMENT | same | {"rental_agreement_id": "t1"}
    assert parents("POST", "rental_agreements", agreement).status_code == 200


def test_uniqueness_is_per_organization(parents: Erp) -> None:
    parents.kiwi.put_object("tenant", {"id": "t1"} | without(TENANT, "tenant_id"), organization_id=7)
    assert parents.kiwi.content(7)["tenant"]["t1"]["organization_id"] == 7


def test_what_was_given_up_is_free_again(parents: Erp) -> None:
    moved = TENANT | {"external_id": "moved", "email_address": "moved@kiwi.example.com"}
    assert parents("PUT", "tenants/t1", moved).status_code == 200
    assert parents("POST", "tenants", TENANT | {"tenant_id": "t2"}).status_code == 200
    assert parents("DELETE", "tenants/t1").status_code == 200
    assert parents("POST", "tenants", moved | {"tenant_id": "t3"}).status_code == 200


@pytest.mark.parametrize("path", ["tenants/t1", "rental_units/u1"])
def test_parents_of_an_agreement_cannot_be_deleted(leased: Erp, path: str) -> None:
    assert leased.error("DELETE", path) == (500, "UNEXPECTED_ERROR")
    assert leased("GET", path).status_code == 200
    assert leased("DELETE", "rental_agreements/a1").status_code == 200
    assert leased("DELETE", path).status_code == 200


@pytest.mark.parametrize("resource", RESOURCES)
def test_lists_are_whole(erp: Erp, resource: str) -> None:
    for number in range(300):
        key = f"n{number}"
        erp.kiwi.put_object("rental_unit", {"id": key}, erp.organization_id)
        erp.kiwi.put_object("tenant", {"id": key}, erp.organization_id)
        agreement = {"id": key, "tenant_id": key, "rental_unit_id": key}
        erp.kiwi.put_object("rental_agreement", agreement, erp.organization_id)
    listed = erp("GET", listing(resource)).json()
    assert [one["id"] for one in listed] == [f"n{number}" for number in range(300)]
