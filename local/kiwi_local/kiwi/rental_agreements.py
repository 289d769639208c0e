"""Rental agreements: one tenant each, dates that must be just so, and a deletion that leaves doors open."""

from datetime import datetime
from typing import Any

from kiwi_local.kiwi.access import ACCESS_ON, new_state, read_state
from kiwi_local.kiwi.errors import ApiError, Issue, invalid, unexpected
from kiwi_local.kiwi.store import Object, Organization
from kiwi_local.kiwi.validation import as_object, id_of, strings


def read_back(organization: Organization, agreement: Object) -> Object:
    """The agreement as KIWI shows it: with its tenant."""
    return agreement | {"tenant": organization.tenants.get(agreement["tenant_id"])}


def list_all(organization: Organization) -> list[Object]:
    """All agreements."""
    return [read_back(organization, agreement) for agreement in organization.rental_agreements.all()]


def get(organization: Organization, key: str) -> Object:
    """One agreement, which counts as a read of its state."""
    read_state(organization, key)
    return read_back(organization, organization.rental_agreements.get(key))


def create(organization: Organization, body: Any) -> Object:
    """A new agreement, without access."""
    body = as_object(body)
    agreement = {
        "id": id_of(body, "rental_agreement_id"),
        **strings(body, "external_id", "tenant_id", "rental_unit_id"),
        **_term(body),
        "organization_id": organization.id,
    }
    return read_back(organization, add(organization, agreement))


def add(organization: Organization, agreement: Object) -> Object:
    """Store a new agreement, if nothing collides with it and its tenant and unit exist."""
    if agreement["id"] in organization.rental_agreements:
        raise ApiError(400, "RENTAL_AGREEMENT_ALREADY_EXISTS")
    orphan = (
        agreement["tenant_id"] not in organization.tenants
        or agreement["rental_unit_id"] not in organization.rental_units
    )
    if orphan or organization.rental_agreements.taken(agreement):
        raise ApiError(400, "RENTAL_AGREEMENT_CREATE_ERROR")
    return organization.rental_agreements.put(agreement | {"state": new_state()})


def update(organization: Organization, key: str, body: Any) -> Object:
    """The agreement with another term; whatever else the body says is ignored."""
    term = _term(as_object(body))
    agreement = organization.rental_agreements.get(key)
    return read_back(organization, organization.rental_agreements.put(agreement | term))


def delete(organization: Organization, key: str) -> None:
    """Take the agreement away, and note it if its access was on."""
    if remove(organization, key)["state"]["actual"] in ACCESS_ON:
        organization.deleted_with_access.append(key)


def remove(organization: Organization, key: str) -> Object:
    """Take the agreement away, and leave its doors as they are."""
    organization.underway.pop(key, None)
    return organization.rental_agreements.remove(key)


def _term(body: dict[str, Any]) -> dict[str, str]:
    term = strings(body, "start_at", "end_at")
    if _moment("end_at", term["end_at"]) < _moment("start_at", term["start_at"]):
        raise ApiError(400, "INVALID_START_OR_END_DATE")
    return term


def _moment(field: str, value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid(Issue(field, "is not a date-time")) from error
    if moment.tzinfo is None:
        # A bare date is read as one without a time zone, and comparing that breaks KIWI.
        raise unexpected()
    return moment
