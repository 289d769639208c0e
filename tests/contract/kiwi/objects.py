"""Objects that KIWI takes."""

from typing import Any

Body = dict[str, Any]

ADDRESS: Body = {
    "street": "Müllerstraße 1",
    "postal_code": "10115",
    "city": "Berlin",
    "state": "Berlin",
    "country": "DE",
    "lat": 52.5,
    "lng": 13.4,
}
ADDRESS_TEXTS = ("street", "postal_code", "city", "state", "country")
UNIT: Body = {"rental_unit_id": "u1", "external_id": "0001-1", "name": "Flat 1", "address": ADDRESS}
TENANT: Body = {
    "tenant_id": "t1",
    "external_id": "0001-T1",
    "email_address": "anna@kiwi.example.com",
    "first_name": "Anna",
    "last_name": "Müller",
}
AGREEMENT: Body = {
    "rental_agreement_id": "a1",
    "external_id": "0001-A1",
    "tenant_id": "t1",
    "rental_unit_id": "u1",
    "start_at": "2026-01-01T00:00:00+01:00",
    "end_at": "9999-12-31T23:59:59Z",
}
BODIES: dict[str, Body] = {"rental_units": UNIT, "tenants": TENANT, "rental_agreements": AGREEMENT}
KINDS = {"rental_units": "rental_unit", "tenants": "tenant", "rental_agreements": "rental_agreement"}


def without(body: Body, *fields: str) -> Body:
    """The body without some of its fields."""
    return {key: value for key, value in body.items() if key not in fields}


def another(resource: str, key: str, **changes: Any) -> Body:
    """A body that collides with no other in anything."""
    fresh = {f"{KINDS[resource]}_id": key, "external_id": f"external {key}"}
    if resource == "tenants":
        fresh["email_address"] = f"{key}@kiwi.example.com"
    return BODIES[resource] | fresh | changes


def listing(resource: str) -> str:
    """The path of the whole list."""
    return f"{resource}?include_access_points=false" if resource == "rental_units" else resource
