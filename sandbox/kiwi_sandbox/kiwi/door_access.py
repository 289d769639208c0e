"""Door access of an agreement: its state, and the request that makes the doors follow it."""

import uuid
from collections.abc import Mapping
from typing import Any

from kiwi_sandbox.kiwi.error_answers import Issue, invalid, not_found, unexpected
from kiwi_sandbox.kiwi.store import Object, Organization
from kiwi_sandbox.kiwi.validation import as_object

_WAYS = {
    ("Active", "Created"): ("Activating", "Activated"),
    ("Active", "Deactivated"): ("Activating", "Activated"),
    ("Inactive", "Activated"): ("Deactivating", "Deactivated"),
}
"""From the desired and the actual state to two new states: after a failure, and after a success."""
MAY_BE_OPEN = ("Activated", "Deactivating")


def new_state() -> Object:
    """The state of a newly created agreement. Its id never changes."""
    return {"id": str(uuid.uuid4()), "desired": "Inactive", "actual": "Created", "status": "OK", "error": ""}


def read_state(organization: Organization, key: str) -> Object:
    """The agreement's state."""
    state: Object = organization.rental_agreements.get(key)["state"]
    return state


def wish(organization: Organization, query: Mapping[str, str], body: Any) -> Object:
    """Record the desired state; no door changes.

    KIWI takes any known state's id, under any agreement's path.
    """
    desired = as_object(body).get("desired")
    issues = []
    if desired not in ("Active", "Inactive"):
        issues.append(Issue("desired", "must be Active or Inactive"))
    if "state_id" not in query:
        issues.append(Issue("state_id", "is required", "query"))
    if issues:
        raise invalid(*issues)
    state = organization.shared.state(query["state_id"])
    if state is None:
        raise not_found("rental_agreement_state")
    state.update(desired=desired)
    return state


def reconcile(organization: Organization, key: str, *, by_hand: bool = False) -> Object:
    """Make the doors follow the desired state; a failure on the way is a dead end."""
    state = read_state(organization, key)
    way = _WAYS.get((state["desired"], state["actual"]))
    if way is None:
        return state
    shared = organization.shared
    if not by_hand and shared.draws.random() < shared.reconcile_away:
        raise unexpected()
    half_way, arrived = way
    if not by_hand and shared.reconcile_fails(state["desired"]):
        state.update(actual=half_way, status="Error", error=f"{half_way}: lock did not answer")
        return state
    _move_doors(organization, key, on=state["desired"] == "Active", all_=shared.reconcile_moves_doors)
    state.update(actual=arrived, status="OK", error="")
    return state


def set_access(organization: Organization, key: str, *, on: bool) -> None:
    """Give or take access as the portal does: wish and doors together."""
    read_state(organization, key).update(desired="Active" if on else "Inactive")
    reconcile(organization, key, by_hand=True)


def resolve_stuck(organization: Organization, key: str) -> None:
    """End a failed withdrawal, as only KIWI's support can."""
    state = read_state(organization, key)
    if state["actual"] == "Deactivating":
        _move_doors(organization, key, on=False)
        state.update(desired="Inactive", actual="Deactivated", status="OK", error="")


def _move_doors(organization: Organization, key: str, *, on: bool, all_: bool = True) -> None:
    """Move the doors of the account with the tenant's present address. Not `all_`: the account, no door."""
    agreement = organization.rental_agreements.get(key)
    account = organization.tenants.get(agreement["tenant_id"])["email_address"]
    doors = organization.shared.doors
    if on:
        doors.accounts.add(account)
    for door in organization.access_points[agreement["rental_unit_id"]] if all_ else ():
        (doors.grant if on else doors.withdraw)(account, door)
