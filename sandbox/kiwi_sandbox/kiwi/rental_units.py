"""Rental units: addresses that vanish or break, ids that get the wrong answer."""

import math
import uuid
from collections.abc import Mapping
from typing import Any

from kiwi_sandbox.kiwi import access_points
from kiwi_sandbox.kiwi.error_answers import ApiError, Issue, invalid, unexpected
from kiwi_sandbox.kiwi.store import Object, Organization
from kiwi_sandbox.kiwi.validation import MAX_ID_LENGTH, as_object, check_storable, is_id, strings

_ADDRESS_TEXTS = ("street", "postal_code", "city", "state", "country")
_ADDRESS_NUMBERS = ("lat", "lng")
_LONGEST = {"street": 255, "postal_code": 10, "city": 255, "state": 255, "country": 2}


def list_all(organization: Organization, query: Mapping[str, str]) -> list[Object]:
    """All units; the query must say whether to include their access points."""
    wanted = query.get("include_access_points")
    if wanted not in ("true", "false"):
        raise invalid(Issue("include_access_points", "must be true or false", "query"))
    units = organization.rental_units.all()
    if wanted == "false":
        return units
    return [unit | {"access_points": access_points.of_unit(organization, unit["id"])} for unit in units]


def create(organization: Organization, body: Any) -> Object:
    """Create a unit. KIWI calls a bad id a duplicate, and breaks at one that is too long."""
    body = as_object(body)
    key = _id(body)
    _check(body)
    unit = _from_body(organization, key, body)
    if len(key) > MAX_ID_LENGTH:
        raise unexpected()
    if not is_id(key):
        raise _already_exists()
    add(organization, unit)
    if organization.shared.auto_doors:
        access_points.assign_automatically(organization, unit)
    return unit


def _id(body: dict[str, Any]) -> str:
    """The requested id; a made-up one if none is given."""
    if body.get("rental_unit_id", "absent") in (None, ""):
        return str(uuid.uuid4())
    return strings(body, "rental_unit_id")["rental_unit_id"]


def add(organization: Organization, unit: Object) -> Object:
    """Store a new unit, if nothing collides with it."""
    if unit["id"] in organization.rental_units or organization.rental_units.taken(unit):
        raise _already_exists()
    return organization.rental_units.put(unit)


def add_by_hand(organization: Organization, unit: Object) -> Object:
    """Store a unit created earlier by hand: its address is kept once, like any other."""
    address = unit["address"] or {}
    if all(address.get(field) is not None for field in (*_ADDRESS_TEXTS, *_ADDRESS_NUMBERS)):
        texts = tuple(address[field] for field in _ADDRESS_TEXTS)
        known = organization.shared.addresses.keep(texts, address["lat"], address["lng"])
        unit = unit | {"address": address | dict(zip(_ADDRESS_NUMBERS, known, strict=True))}
    return add(organization, unit)


def update(organization: Organization, key: str, body: Any) -> Object:
    """Replace the content of the unit under the same id."""
    body = as_object(body)
    _check(body)
    organization.rental_units.get(key)
    unit = _from_body(organization, key, body)
    if organization.rental_units.taken(unit):
        raise ApiError(400, "INTEGRITY_VIOLATION_ERROR")
    return organization.rental_units.put(unit)


def delete(organization: Organization, key: str) -> None:
    """Delete the unit; two simultaneous deletions both succeed."""
    if key in organization.rental_units or not organization.rental_units.removed_meanwhile(key):
        remove(organization, key)


def remove(organization: Organization, key: str) -> None:
    """Delete the unit; KIWI breaks while an agreement needs it, or a door is assigned to it."""
    organization.rental_units.get(key)
    if organization.rental_agreements.refers("rental_unit_id", key) or organization.access_points[key]:
        raise unexpected()
    organization.rental_units.remove(key)


def _already_exists() -> ApiError:
    return ApiError(400, "RENTAL_UNIT_ALREADY_EXISTS")


def _check(body: dict[str, Any]) -> None:
    """Refuse wrong types, before anything is looked up."""
    strings(body, "external_id", "name")
    if "address" not in body:
        raise invalid(Issue("address", "is a required property"))
    address = body["address"]
    if isinstance(address, dict):
        _check_types(address)
    elif address is not None:
        raise invalid(Issue("address", "must be an object or null"))


def _from_body(organization: Organization, key: str, body: dict[str, Any]) -> Object:
    texts = strings(body, "external_id", "name")
    check_storable(key, *texts.values())
    return {
        "id": key,
        **texts,
        "address": _address(organization, key, body["address"]),
        "organization_id": organization.id,
    }


def _address(organization: Organization, key: str, address: dict[str, Any] | None) -> Object | None:
    """The address as KIWI keeps it: whole, with its first coordinates, or silently not at all."""
    check_storable(*(value for value in (address or {}).values() if isinstance(value, str)))
    if address is None or not all(address.get(field) for field in _ADDRESS_TEXTS):
        return None
    if any(len(address[field]) > longest for field, longest in _LONGEST.items()):
        raise ApiError(400, "ADDRESS_INVALID_ERROR")
    texts = {field: address[field] for field in _ADDRESS_TEXTS}
    known = organization.shared.addresses.enter(
        tuple(texts.values()), address.get("lat"), address.get("lng"), f"{organization.id} {key}"
    )
    return texts | dict(zip(_ADDRESS_NUMBERS, known, strict=True))


def _check_types(address: dict[str, Any]) -> None:
    expected: dict[str, type | tuple[type, ...]] = dict.fromkeys(_ADDRESS_TEXTS, str)
    expected |= dict.fromkeys(_ADDRESS_NUMBERS, (int, float))
    issues = [
        Issue(f"address/{field}", "has the wrong type")
        for field, types in expected.items()
        if field in address and not _is_of(types, address[field])
    ]
    if issues:
        raise invalid(*issues)


def _is_of(types: type | tuple[type, ...], value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, types) and not isinstance(value, bool)
