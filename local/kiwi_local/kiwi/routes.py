"""Which request means what: the paths of both services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import unquote

from kiwi_local.kiwi import access, rental_agreements, rental_units, tenants
from kiwi_local.kiwi.errors import ApiError
from kiwi_local.kiwi.store import Organization

CORE = "/core"
ERP = "/api/pre"
SESSION = f"{CORE}/v1/session"
ACCESS_TOKEN = f"{CORE}/v1/access_token"


@dataclass(frozen=True)
class Call:
    """A request as it came in; `body` is what the JSON said, or None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: Any


Operation = Callable[[Organization, str, Call], Any]

# By method, resource and what follows the id. The state's paths are written with a dash, the others not.
_OPERATIONS: dict[tuple[str, str, str], Operation] = {
    ("GET", "rental_units", ""): lambda org, _, call: rental_units.list_all(org, call.query),
    ("POST", "rental_units", ""): lambda org, _, call: rental_units.create(org, call.body),
    ("GET", "rental_units", "id"): lambda org, key, _: org.rental_units.get(key),
    ("PUT", "rental_units", "id"): lambda org, key, call: rental_units.update(org, key, call.body),
    ("DELETE", "rental_units", "id"): lambda org, key, _: rental_units.delete(org, key),
    ("GET", "tenants", ""): lambda org, _key, _call: org.tenants.all(),
    ("POST", "tenants", ""): lambda org, _, call: tenants.create(org, call.body),
    ("GET", "tenants", "id"): lambda org, key, _: org.tenants.get(key),
    ("PUT", "tenants", "id"): lambda org, key, call: tenants.update(org, key, call.body),
    ("DELETE", "tenants", "id"): lambda org, key, _: tenants.delete(org, key),
    ("GET", "rental_agreements", ""): lambda org, _key, _call: rental_agreements.list_all(org),
    ("POST", "rental_agreements", ""): lambda org, _, call: rental_agreements.create(org, call.body),
    ("GET", "rental_agreements", "id"): lambda org, key, _: rental_agreements.get(org, key),
    ("PUT", "rental_agreements", "id"): lambda org, key, call: rental_agreements.update(org, key, call.body),
    ("DELETE", "rental_agreements", "id"): lambda org, key, _: rental_agreements.delete(org, key),
    ("GET", "rental-agreements", "id/state"): lambda org, key, _: access.read_state(org, key),
    ("PUT", "rental-agreements", "id/state"): lambda org, key, call: access.wish(
        org, key, call.query, call.body
    ),
    ("POST", "rental-agreements", "id/reconcile"): lambda org, key, _: access.reconcile(org, key),
}
_SHAPES = {(resource, rest) for _, resource, rest in _OPERATIONS}
_KINDS = {
    "rental_units": "rental_unit",
    "tenants": "tenant",
    "rental_agreements": "rental_agreement",
    "rental-agreements": "rental_agreement",
}


@dataclass(frozen=True)
class Target:
    """What a path of the ERP API points at."""

    organization_id: int | None
    resource: str
    key: str
    rest: str

    @property
    def kind(self) -> str | None:
        """The kind of object, if the path names one."""
        return _KINDS.get(self.resource)

    def operation(self, method: str) -> Operation:
        """What to do, or 404 or 405."""
        if (self.resource, self.rest) not in _SHAPES:
            raise ApiError(404, "NOT_FOUND")
        try:
            return _OPERATIONS[method, self.resource, self.rest]
        except KeyError:
            raise ApiError(405, "METHOD_NOT_ALLOWED") from None


def target(path: str) -> Target | None:
    """What the path points at, or None outside the ERP API."""
    root = f"{ERP}/organizations/"
    if not path.startswith(root):
        return None
    organization, resource, *segments = [unquote(part) for part in f"{path}/".removeprefix(root).split("/")]
    key = segments[0] if segments else ""
    rest = "/".join(["id", *segments[1:]]).rstrip("/") if key else ""
    number = int(organization) if organization.isascii() and organization.isdigit() else None
    return Target(number, resource, key, rest)


def body_id(kind: str | None, body: Any) -> str | None:
    """The id in a body that creates an object."""
    value = body.get(f"{kind}_id") if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
