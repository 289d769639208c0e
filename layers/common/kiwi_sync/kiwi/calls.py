"""Every request to the ERP API: its method, path, query and body (KIWI API, as observed)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from kiwi_sync.kiwi.models import AccessPoint, Kind, Payload

_RESOURCES: Mapping[Kind, str] = {
    Kind.RENTAL_UNIT: "rental_units",
    Kind.TENANT: "tenants",
    Kind.RENTAL_AGREEMENT: "rental_agreements",
}


@dataclass(frozen=True)
class Call:
    """A request about one object, or a whole kind (`id` None). `path` is relative to the organization."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    kind: Kind
    id: str | None
    path: str
    params: Mapping[str, str] | None = None
    body: Mapping[str, object] | None = field(default=None, repr=False)

    @property
    def is_write(self) -> bool:
        """Whether a blind repetition could do harm."""
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.kind} {self.id or '(all)'}"


def read(kind: Kind, object_id: str) -> Call:
    """Read one object."""
    return Call("GET", kind, object_id, _path(kind, object_id))


def read_all(kind: Kind) -> Call:
    """Read all objects of a kind, unpaged. KIWI refuses the list of units without `include_access_points`."""
    params = {"include_access_points": "false"} if kind is Kind.RENTAL_UNIT else None
    return Call("GET", kind, None, _RESOURCES[kind], params)


def create(kind: Kind, object_id: str, payload: Payload) -> Call:
    """Create an object. The name of its id in the body depends on the kind."""
    body = {f"{kind}_id": object_id, **payload.model_dump(mode="json")}
    return Call("POST", kind, object_id, _RESOURCES[kind], body=body)


def update(kind: Kind, object_id: str, payload: Payload) -> Call:
    """Update an object. KIWI changes only the dates of an agreement and silently ignores the rest."""
    include = {"start_at", "end_at"} if kind is Kind.RENTAL_AGREEMENT else None
    body = payload.model_dump(mode="json", include=include)
    return Call("PUT", kind, object_id, _path(kind, object_id), body=body)


def delete(kind: Kind, object_id: str) -> Call:
    """Delete an object. An agreement's doors stay open."""
    return Call("DELETE", kind, object_id, _path(kind, object_id))


def read_state(agreement_id: str) -> Call:
    """Read an agreement's state."""
    return Call("GET", Kind.RENTAL_AGREEMENT, agreement_id, _access_path(agreement_id, "state"))


def wish(agreement_id: str, state_id: str, desired: str) -> Call:
    """Record the desired access, which changes no door."""
    path = _access_path(agreement_id, "state")
    return Call(
        "PUT", Kind.RENTAL_AGREEMENT, agreement_id, path, {"state_id": state_id}, {"desired": desired}
    )


def reconcile(agreement_id: str) -> Call:
    """Make the doors follow the desired access."""
    return Call("POST", Kind.RENTAL_AGREEMENT, agreement_id, _access_path(agreement_id, "reconcile"))


def read_access_points(unit_id: str) -> Call:
    """Read a unit's doors."""
    return Call("GET", Kind.RENTAL_UNIT, unit_id, _doors_path(unit_id))


def add_access_point(unit_id: str, point: AccessPoint) -> Call:
    """Assign a door to a unit."""
    return Call("POST", Kind.RENTAL_UNIT, unit_id, _doors_path(unit_id), body=point.model_dump())


def remove_access_point(unit_id: str, point_id: str) -> Call:
    """Take a door from a unit."""
    return Call("DELETE", Kind.RENTAL_UNIT, unit_id, f"{_doors_path(unit_id)}/{_segment(point_id)}")


def _doors_path(unit_id: str) -> str:
    return f"{_path(Kind.RENTAL_UNIT, unit_id)}/access-points"


def _path(kind: Kind, object_id: str) -> str:
    return f"{_RESOURCES[kind]}/{_segment(object_id)}"


def _access_path(agreement_id: str, what: str) -> str:
    """Path of a unit's doors. Mind the dash: the resource itself has an underscore."""
    return f"rental-agreements/{_segment(agreement_id)}/{what}"


def _segment(object_id: str) -> str:
    if object_id in {"", ".", ".."}:
        raise ValueError("such an id would lead to another path")
    return quote(object_id, safe="")
