"""Access points: the doors of a unit. KIWI cannot delete a unit that has any."""

import hashlib
from typing import Any

from kiwi_sandbox.kiwi.error_answers import ApiError, Issue, invalid, not_found
from kiwi_sandbox.kiwi.store import Object, Organization
from kiwi_sandbox.kiwi.validation import as_object, check_storable, strings

_PERMISSIONS = ("IS_HOST", "IS_GUEST", "IS_MANAGER")


def of_unit(organization: Organization, unit_id: str) -> list[Object]:
    """A unit's doors."""
    organization.rental_units.get(unit_id)
    return list(organization.access_points[unit_id].values())


def add(organization: Organization, unit_id: str, body: Any) -> Object:
    """Assign a door to a unit."""
    organization.rental_units.get(unit_id)
    point = _from_body(as_object(body))
    others = organization.access_points
    taken = point["id"] in others[unit_id]
    if organization.shared.one_unit_per_sensor:
        taken = any(
            point["id"] in points
            for one in organization.shared.organizations.values()
            for points in one.access_points.values()
        )
    if taken:
        raise ApiError(400, "ACCESS_POINT_ALREADY_EXISTS")
    others[unit_id][point["id"]] = point
    return point


def add_all(organization: Organization, unit_id: str, body: Any) -> list[Object]:
    """Assign several doors to a unit: all, or none."""
    organization.rental_units.get(unit_id)
    points = as_object(body).get("access_points")
    if not isinstance(points, list):
        raise invalid(Issue("access_points", "is a required property"))
    before = dict(organization.access_points[unit_id])
    try:
        return [add(organization, unit_id, point) for point in points]
    except ApiError:
        organization.access_points[unit_id] = before
        raise


def remove(organization: Organization, unit_id: str, point_id: str) -> None:
    """Remove a door from a unit. Permissions to open it stay."""
    organization.rental_units.get(unit_id)
    if organization.access_points[unit_id].pop(point_id, None) is None:
        raise not_found("access_point")


def search(organization: Organization, query: dict[str, str]) -> list[Object]:
    """The account's doors whose name contains the search text, page by page."""
    if not organization.shared.knows_session(query.get("session_key", "")):
        raise ApiError(401, "UNAUTHORIZED", "No such session")
    size, page = _count(query, "page_size", 20), _count(query, "page_number", 1)
    found = {
        key: _found(organization, unit_id, point)
        for unit_id, points in organization.access_points.items()
        for key, point in points.items()
        if query.get("search", "") in point["name"]
    }
    return list(found.values())[(page - 1) * size : page * size]


def _count(query: dict[str, str], name: str, default: int) -> int:
    value = query.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value)):
        raise invalid(Issue(name, "must be a positive number", "query"))
    return int(value)


def _found(organization: Organization, unit_id: str, point: Object) -> Object:
    """A door in search results; battery and owner are empty."""
    address = organization.rental_units.get(unit_id)["address"]
    return {"id": point["id"], "name": point["name"], "address": address, "battery": None, "owner": None}


def assign_automatically(organization: Organization, unit: Object) -> None:
    """Assign the house's door and the unit's own, as KIWI's staff do by hand."""
    doors = [f"flat-{organization.id}-{unit['id']}"]
    if unit["address"] is not None:
        texts = "\n".join(str(value) for name, value in unit["address"].items() if name not in {"lat", "lng"})
        doors.append(f"house-{hashlib.sha256(texts.encode()).hexdigest()[:12]}")
    for door in doors:
        organization.access_points[unit["id"]][door] = {"id": door, "name": door, "permission": "IS_HOST"}


def _from_body(body: dict[str, Any]) -> Object:
    point = strings(body, "id", "name")
    check_storable(*point.values())
    permission = body.get("permission", "IS_HOST")
    if permission not in _PERMISSIONS:
        raise invalid(Issue("permission", f"must be one of {', '.join(_PERMISSIONS)}"))
    return {**point, "permission": permission}
