"""The embedded KIWI for its users: start it, look into it, change it by hand, make it fail."""

import copy
import threading
from types import TracebackType
from typing import Any, Self

from kiwi_sandbox.kiwi import access_points, door_access, rental_agreements, rental_units, tenants
from kiwi_sandbox.kiwi.journal import Request
from kiwi_sandbox.kiwi.planned_faults import Faults
from kiwi_sandbox.kiwi.routes import CORE, ERP
from kiwi_sandbox.kiwi.server import Server
from kiwi_sandbox.kiwi.service import Service
from kiwi_sandbox.kiwi.store import Object, Organization

DEFAULT_ORGANIZATION = 42
_FIELDS = {
    "rental_unit": ("id", "external_id", "name", "address"),
    "tenant": ("id", "external_id", "email_address", "first_name", "last_name"),
    "rental_agreement": ("id", "external_id", "tenant_id", "rental_unit_id", "start_at", "end_at"),
}
_ADD = {
    "rental_unit": rental_units.add_by_hand,
    "tenant": tenants.add,
    "rental_agreement": rental_agreements.add,
}
_DELETE = {
    "rental_unit": rental_units.remove,
    "tenant": tenants.remove,
    "rental_agreement": rental_agreements.remove,
}
_POLL_SECONDS = 0.02


class EmbeddedKiwi:
    """Both services of KIWI on one port of 127.0.0.1."""

    def __init__(self, seed: int = 0) -> None:
        self.service = Service(seed)
        self.shared = self.service.shared
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._root = ""

    def start(self) -> Self:
        """Start listening."""
        self.service.stopping.clear()
        self._server = Server(self.service)
        self._root = f"http://127.0.0.1:{self._server.server_port}"
        self.service.accounts.issuer = self.api_url
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="embedded-kiwi", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; the content remains readable."""
        if self._server and self._thread:
            self._server.stop()
            self._thread.join()
            self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def api_url(self) -> str:
        """Base URL of the core API."""
        return self._root + CORE

    @property
    def erp_api_url(self) -> str:
        """Base URL of the ERP API."""
        return self._root + ERP

    def add_account(self, username: str, password: str, organization_id: int = DEFAULT_ORGANIZATION) -> None:
        """Open an account that may change the organization's data."""
        with self.service.lock:
            self.service.organization(organization_id)
            self.service.accounts.add(username, password, organization_id)

    def set_password(self, username: str, password: str) -> None:
        """Change an account's password; its sessions continue."""
        with self.service.lock:
            self.service.accounts.set_password(username, password)

    def expire_tokens(self) -> None:
        """Expire every access token issued so far."""
        with self.service.lock:
            self.service.accounts.expire_tokens()

    def expire_sessions(self) -> None:
        """Expire every session issued so far; tokens live on."""
        with self.service.lock:
            self.service.accounts.expire_sessions()

    @property
    def token_lifetime(self) -> float:
        """Seconds that the next access tokens live, ending at a full second."""
        return self.service.accounts.token_lifetime

    @token_lifetime.setter
    def token_lifetime(self, seconds: float) -> None:
        self.service.accounts.token_lifetime = seconds

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.service.faults.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self.service.faults.faults = faults

    @property
    def requests(self) -> list[Request]:
        """The requests so far, in the order of arrival."""
        return self.service.journal.requests()

    def clear_requests(self) -> None:
        """Forget the requests so far; their numbers continue."""
        self.service.journal.clear()

    def content(self, organization_id: int = DEFAULT_ORGANIZATION) -> dict[str, dict[str, Object]]:
        """The organization's objects, by kind and id, in the form of GET."""
        with self.service.lock:
            known = self.shared.organizations.get(organization_id)
            organization = known or Organization(organization_id, self.shared)
            kinds = {
                "rental_unit": organization.rental_units.all(),
                "tenant": organization.tenants.all(),
                "rental_agreement": rental_agreements.list_all(organization),
            }
            return copy.deepcopy({kind: {one["id"]: one for one in all_} for kind, all_ in kinds.items()})

    def put_object(
        self,
        kind: str,
        object: dict[str, Any],  # noqa: A002 - the name that callers know
        organization_id: int = DEFAULT_ORGANIZATION,
    ) -> None:
        """Create an object by hand, as read back; missing fields are null. Raises the errors of POST."""
        item = {field: copy.deepcopy(object.get(field)) for field in _FIELDS[kind]}
        with self.service.lock:
            organization = self.service.organization(organization_id)
            _ADD[kind](organization, item | {"organization_id": organization_id})
            if (object.get("state") or {}).get("actual") == "Activated":
                door_access.set_access(organization, str(item["id"]), on=True)

    def remove_object(
        self,
        kind: str,
        id: str,  # noqa: A002 - the name that callers know
        organization_id: int = DEFAULT_ORGANIZATION,
    ) -> None:
        """Delete an object by hand. Raises the errors of DELETE."""
        with self.service.lock:
            _DELETE[kind](self.service.organization(organization_id), id)

    def set_access(self, agreement_id: str, on: bool, organization_id: int = DEFAULT_ORGANIZATION) -> None:
        """Give or take an agreement's access by hand, doors included."""
        with self.service.lock:
            door_access.set_access(self.service.organization(organization_id), agreement_id, on=on)

    def fail_next_reconciles(self, number: int, desired: str | None = None) -> None:
        """Make the next `number` reconciliations fail half-way: any, or those that desire this."""
        self.shared.failing = [desired] * number

    def resolve_stuck(self, agreement_id: str, organization_id: int = DEFAULT_ORGANIZATION) -> None:
        """End a failed withdrawal, as only KIWI's support can."""
        with self.service.lock:
            door_access.resolve_stuck(self.service.organization(organization_id), agreement_id)

    def assign_door(
        self, unit_id: str, door_id: str, name: str = "", organization_id: int = DEFAULT_ORGANIZATION
    ) -> None:
        """Assign a door to a unit by hand, unless it has it. Raises the errors of POST."""
        with self.service.lock:
            organization = self.service.organization(organization_id)
            if door_id not in organization.access_points[unit_id]:
                access_points.add(organization, unit_id, {"id": door_id, "name": name})

    def take_door(self, unit_id: str, door_id: str, organization_id: int = DEFAULT_ORGANIZATION) -> None:
        """Remove a door from a unit by hand. Raises the errors of DELETE."""
        with self.service.lock:
            access_points.remove(self.service.organization(organization_id), unit_id, door_id)

    def access_points(self, unit_id: str, organization_id: int = DEFAULT_ORGANIZATION) -> list[Object]:
        """A unit's doors."""
        with self.service.lock:
            points = self.service.organization(organization_id).access_points[unit_id].values()
            return copy.deepcopy(list(points))

    def put_permission(self, account: str, door_id: str) -> None:
        """Let an account open a door, by hand."""
        with self.service.lock:
            self.shared.doors.grant(account, door_id)

    def permissions(self) -> set[tuple[str, str]]:
        """The residents' accounts that open each door, over all organizations."""
        with self.service.lock:
            return self.shared.doors.permissions()

    def accounts(self) -> set[str]:
        """The residents' accounts: e-mail addresses, including those of former residents."""
        with self.service.lock:
            return set(self.shared.doors.accounts)

    def active(self, organization_id: int = DEFAULT_ORGANIZATION) -> set[str]:
        """The ids of the agreements with access."""
        agreements = self.content(organization_id)["rental_agreement"].items()
        return {key for key, agreement in agreements if agreement["state"]["actual"] == "Activated"}

    def forget_organization(self, organization_id: int = DEFAULT_ORGANIZATION) -> None:
        """Make the ERP service not know an organization (yet), although accounts of it exist."""
        with self.service.lock:
            self.shared.organizations.pop(organization_id, None)

    @property
    def deleted_with_access(self) -> list[str]:
        """The agreements deleted over HTTP while doors may have been open."""
        with self.service.lock:
            organizations = self.shared.organizations.values()
            return [key for organization in organizations for key in organization.deleted_with_access]
