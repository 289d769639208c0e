"""Routing: the paths of both services, and the operation behind each."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import unquote

from kiwi_sandbox.kiwi import access_points, door_access, rental_agreements, rental_units, tenants
from kiwi_sandbox.kiwi.error_answers import FrameworkError
from kiwi_sandbox.kiwi.store import Organization

CORE = "/core"
ERP = "/api/pre"
HEALTH = f"{ERP}/health/ready"
SESSION = f"{CORE}/v1/session"
ACCESS_TOKEN = f"{CORE}/v1/access_token"


@dataclass(frozen=True)
class IncomingCall:
    """A request as it came in; `body` is the content of the JSON, or None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    body: Any
    is_text: bool = True
    """Whether the body is UTF-8."""


Operation = Callable[[Organization, str, IncomingCall], Any]

# By method, resource and the rest after the id. The state's paths are written with a dash, the others not.
_OPERATIONS: dict[tuple[str, str, str], Operation] = {
    ("GET", "rental_units", ""): lambda org, _, call: org.shared.unordered(
        rental_units.list_all(org, call.query)
    ),
    ("POST", "rental_units", ""): lambda org, _, call: rental_units.create(org, call.body),
    ("GET", "rental_units", "id"): lambda org, key, _: org.rental_units.get(key),
    ("PUT", "rental_units", "id"): lambda org, key, call: rental_units.update(org, key, call.body),
    ("DELETE", "rental_units", "id"): lambda org, key, _: rental_units.delete(org, key),
    ("GET", "tenants", ""): lambda org, _key, _call: org.shared.unordered(org.tenants.all()),
    ("POST", "tenants", ""): lambda org, _, call: tenants.create(org, call.body),
    ("GET", "tenants", "id"): lambda org, key, _: org.tenants.get(key),
    ("PUT", "tenants", "id"): lambda org, key, call: tenants.update(org, key, call.body),
    ("DELETE", "tenants", "id"): lambda org, key, _: tenants.delete(org, key),
    ("GET", "rental_agreements", ""): lambda org, _key, _call: org.shared.unordered(
        rental_agreements.list_all(org)
    ),
    ("POST", "rental_agreements", ""): lambda org, _, call: rental_agreements.create(org, call.body),
    ("GET", "rental_agreements", "id"): lambda org, key, _: rental_agreements.get(org, key),
    ("PUT", "rental_agreements", "id"): lambda org, key, call: rental_agreements.update(org, key, call.body),
    ("DELETE", "rental_agreements", "id"): lambda org, key, _: rental_agreements.delete(org, key),
    ("GET", "rental-agreements", "id/state"): lambda org, key, _: door_access.read_state(org, key),
    ("PUT", "rental-agreements", "id/state"): lambda org, _, call: door_access.wish(
        org, call.query, call.body
    ),
    ("POST", "rental-agreements", "id/reconcile"): lambda org, key, _: door_access.reconcile(org, key),
    ("GET", "rental_units", "id/access-points"): lambda org, key, _: access_points.of_unit(org, key),
    ("POST", "rental_units", "id/access-points"): lambda org, key, call: access_points.add(
        org, key, call.body
    ),
    ("POST", "rental_units", "id/access-points/bulk"): lambda org, key, call: access_points.add_all(
        org, key, call.body
    ),
    ("DELETE", "rental_units", "id/access-points/id"): lambda org, key, call: access_points.remove(
        org, key, unquote(call.path.rpartition("/")[2])
    ),
    ("GET", "access-points", "search"): lambda org, _key, call: access_points.search(org, dict(call.query)),
}
_NOWHERE = "nowhere"
_NUMBER = re.compile(r"[+-]?[0-9]+")
_SHAPES = {(resource, rest) for _, resource, rest in _OPERATIONS}
_KINDS = {
    "rental_units": "rental_unit",
    "tenants": "tenant",
    "rental_agreements": "rental_agreement",
    "rental-agreements": "rental_agreement",
}


@dataclass(frozen=True)
class Target:
    """The object of the ERP API that a path names."""

    organization_id: int | None
    """None: the path has no number here."""
    resource: str
    key: str
    rest: str

    def check_known(self) -> None:
        """Raise 404 unless the path has some operation."""
        if (self.resource, self.rest) not in _SHAPES:
            raise FrameworkError(404, "Not Found")

    @property
    def kind(self) -> str | None:
        """The kind of object, if the path names one."""
        return _KINDS.get(self.resource)

    def operation(self, method: str) -> Operation:
        """The operation of this method. Raises 404 or 405."""
        self.check_known()
        try:
            return _OPERATIONS[method, self.resource, self.rest]
        except KeyError:
            raise FrameworkError(405, "Method Not Allowed") from None


def target(path: str) -> Target | None:
    """The object that the path names; None outside the ERP API."""
    root = f"{ERP}/organizations/"
    if not path.startswith(root):
        return None
    organization, resource, *segments = [unquote(part) for part in f"{path}/".removeprefix(root).split("/")]
    key = segments[0] if segments else ""
    number = int(organization) if _NUMBER.fullmatch(organization) else None
    return Target(number, resource, key, "/".join(_shape(resource, segments)).rstrip("/"))


def _shape(resource: str, segments: list[str]) -> list[str]:
    """The segments behind the resource, with `id` for every id."""
    if not any(segments) or resource == "access-points":
        return segments
    return ["id", *_shape_behind_id(segments[1:])] if segments[0] else [_NOWHERE]


def _shape_behind_id(segments: list[str]) -> list[str]:
    if segments[:1] == ["access-points"] and len(segments) > 1 and segments[1] not in {"", "bulk"}:
        return [segments[0], "id", *segments[2:]]
    return segments


def body_id(kind: str | None, body: Any) -> str | None:
    """The id in a body that creates an object."""
    value = body.get(f"{kind}_id") if isinstance(body, dict) else None
    return value if isinstance(value, str) else None


def read_json(content: bytes) -> tuple[Any, bool]:
    """The JSON in a body (None if there is none), and whether the body is text at all."""
    try:
        return json.loads(content.decode("utf-8")), True
    except UnicodeDecodeError:
        return None, False
    except (ValueError, RecursionError):
        return None, True
