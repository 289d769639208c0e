"""Rental units: addresses that vanish or break, ids that get the wrong answer."""

import re
from collections.abc import Mapping
from typing import Any

from kiwi_local.kiwi.errors import ApiError, Issue, invalid, unexpected
from kiwi_local.kiwi.store import Object, Organization
from kiwi_local.kiwi.validation import MAX_ID_LENGTH, as_object, is_id, strings

_ADDRESS_TEXTS = ("street", "postal_code", "city", "state", "country")
_ADDRESS_NUMBERS = ("lat", "lng")
_MAX_POSTAL_CODE_LENGTH = 10
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def list_all(organization: Organization, query: Mapping[str, str]) -> list[Object]:
    """All units; the query must say whether with their access points."""
    wanted = query.get("include_access_points")
    if wanted not in ("true", "false"):
        raise invalid(Issue("include_access_points", "must be true or false", "query"))
    units = organization.rental_units.all()
    return [unit | {"access_points": []} for unit in units] if wanted == "true" else units


def create(organization: Organization, body: Any) -> Object:
    """A new unit. A bad id is called a duplicate, and one that is too long breaks KIWI."""
    body = as_object(body)
    key = strings(body, "rental_unit_id")["rental_unit_id"]
    unit = _from_body(organization, key, body)
    if len(key) > MAX_ID_LENGTH:
        raise unexpected()
    if not is_id(key):
        raise _already_exists()
    return add(organization, unit)


def add(organization: Organization, unit: Object) -> Object:
    """Store a new unit, if nothing collides with it."""
    if unit["id"] in organization.rental_units or organization.rental_units.taken(unit):
        raise _already_exists()
    return organization.rental_units.put(unit)


def update(organization: Organization, key: str, body: Any) -> Object:
    """The unit with other content under the same id."""
    unit = _from_body(organization, key, as_object(body))
    organization.rental_units.get(key)
    if organization.rental_units.taken(unit):
        raise ApiError(400, "INTEGRITY_VIOLATION_ERROR")
    return organization.rental_units.put(unit)


def delete(organization: Organization, key: str) -> None:
    """Take the unit away; KIWI falls over while an agreement needs it."""
    organization.rental_units.get(key)
    if organization.rental_agreements.refers("rental_unit_id", key):
        raise unexpected()
    organization.rental_units.remove(key)


def _already_exists() -> ApiError:
    return ApiError(400, "RENTAL_UNIT_ALREADY_EXISTS")


def _from_body(organization: Organization, key: str, body: dict[str, Any]) -> Object:
    texts = strings(body, "external_id", "name")
    if "address" not in body:
        raise invalid(Issue("address", "is a required property"))
    return {"id": key, **texts, "address": _address(body["address"]), "organization_id": organization.id}


def _address(address: Any) -> Object | None:
    """The address as KIWI keeps it: whole, or silently not at all."""
    if address is None:
        return None
    if not isinstance(address, dict):
        raise invalid(Issue("address", "must be an object or null"))
    _check_types(address)
    if not all(address.get(field) for field in _ADDRESS_TEXTS):
        return None
    if any(address.get(field) is None for field in _ADDRESS_NUMBERS):
        raise unexpected()
    too_long = len(address["postal_code"]) > _MAX_POSTAL_CODE_LENGTH
    if too_long or not _COUNTRY.fullmatch(address["country"]):
        raise ApiError(400, "ADDRESS_INVALID_ERROR")
    return {field: address[field] for field in _ADDRESS_TEXTS + _ADDRESS_NUMBERS}


def _check_types(address: dict[str, Any]) -> None:
    expected: dict[str, type | tuple[type, ...]] = dict.fromkeys(_ADDRESS_TEXTS, str)
    expected |= dict.fromkeys(_ADDRESS_NUMBERS, (int, float))
    issues = [
        Issue(f"address/{field}", "has the wrong type")
        for field, types in expected.items()
        if address.get(field) is not None and not isinstance(address[field], types)
    ]
    if issues:
        raise invalid(*issues)
