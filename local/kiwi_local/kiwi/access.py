"""Door access: what an agreement's state asks for, and the doors that were granted by it."""

import uuid
from collections.abc import Mapping
from typing import Any

from kiwi_local.kiwi.errors import Issue, invalid, not_found
from kiwi_local.kiwi.store import Grant, Object, Organization
from kiwi_local.kiwi.validation import as_object

ACCESS_ON = ("Activating", "Activated")
_ON_THE_WAY = {"Active": "Activating", "Inactive": "Deactivating"}
_ARRIVED = {"Active": "Activated", "Inactive": "Deactivated"}


def new_state() -> Object:
    """The state of an agreement that has just been created."""
    return {
        "id": str(uuid.uuid4()),
        "desired": "Inactive",
        "actual": "Created",
        "status": "OK",
        "error": None,
    }


def read_state(organization: Organization, key: str) -> Object:
    """The agreement's state; what is on its way comes one read closer."""
    state = _state(organization, key)
    if key in organization.underway:
        organization.underway[key] -= 1
        if organization.underway[key] < 0:
            _arrive(organization, key)
    return state


def wish(organization: Organization, key: str, query: Mapping[str, str], body: Any) -> Object:
    """Record what is desired; no door changes. Only who has read the present state may."""
    desired = as_object(body).get("desired")
    issues = []
    if desired not in _ARRIVED:
        issues.append(Issue("desired", "must be Active or Inactive"))
    if "state_id" not in query:
        issues.append(Issue("state_id", "is required", "query"))
    if issues:
        raise invalid(*issues)
    state = _state(organization, key)
    if query["state_id"] != state["id"]:
        raise not_found("rental_agreement_state")
    state.update(id=str(uuid.uuid4()), desired=desired)
    return state


def reconcile(organization: Organization, key: str) -> Object:
    """Make the doors what the state desires, at once or after some reads."""
    state = _state(organization, key)
    desired = state["desired"]
    if state["actual"] in (_ON_THE_WAY[desired], _ARRIVED[desired]):
        return state
    if desired == "Active":
        # Doors open early and close late, so that nobody may count on an end that was not read back.
        organization.doors.add(_grant(organization, key))
    state.update(actual=_ON_THE_WAY[desired], status="Reconciling", error=None)
    organization.underway[key] = organization.reconcile_reads
    if organization.reconcile_reads == 0:
        _arrive(organization, key)
    return state


def set_access(organization: Organization, key: str, *, on: bool) -> None:
    """What a property manager does in the portal: wish and doors together."""
    _state(organization, key).update(id=str(uuid.uuid4()), desired="Active" if on else "Inactive")
    reconcile(organization, key)
    _arrive(organization, key)


def _arrive(organization: Organization, key: str) -> None:
    state = _state(organization, key)
    active = state["actual"] in ACCESS_ON
    if not active:
        organization.doors.discard(_grant(organization, key))
    state.update(actual=_ARRIVED["Active" if active else "Inactive"], status="OK")
    organization.underway.pop(key, None)


def _state(organization: Organization, key: str) -> Object:
    state: Object = organization.rental_agreements.get(key)["state"]
    return state


def _grant(organization: Organization, key: str) -> Grant:
    agreement = organization.rental_agreements.get(key)
    return key, agreement["tenant_id"], agreement["rental_unit_id"]
