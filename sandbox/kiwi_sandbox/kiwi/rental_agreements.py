"""Rental agreements: one tenant each, strictly checked dates, and a deletion that leaves doors open."""

import re
from datetime import UTC, datetime
from typing import Any

from kiwi_sandbox.kiwi.door_access import MAY_BE_OPEN, new_state
from kiwi_sandbox.kiwi.error_answers import ApiError, Issue, invalid, not_found, unexpected
from kiwi_sandbox.kiwi.store import Object, Organization
from kiwi_sandbox.kiwi.validation import as_object, check_storable, id_of, strings

_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def read_back(organization: Organization, agreement: Object) -> Object:
    """The agreement as KIWI shows it: with its tenant."""
    return agreement | {"tenant": organization.tenants.get(agreement["tenant_id"])}


def list_all(organization: Organization) -> list[Object]:
    """All agreements."""
    return [read_back(organization, agreement) for agreement in organization.rental_agreements.all()]


def get(organization: Organization, key: str) -> Object:
    """One agreement."""
    return read_back(organization, organization.rental_agreements.get(key))


def create(organization: Organization, body: Any) -> Object:
    """Create an agreement, without access."""
    body = as_object(body)
    key = id_of(body, "rental_agreement_id")
    texts = strings(body, "external_id", "tenant_id", "rental_unit_id")
    moments = _moments(body)
    check_storable(*texts.values())
    agreement: Object = {"id": key, **texts, **_term(*moments), "organization_id": organization.id}
    if organization.rental_agreements.created_meanwhile(agreement["id"]):
        # Two creations have raced: the loser checked the id before the winner had it.
        raise ApiError(400, "RENTAL_AGREEMENT_CREATE_ERROR")
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
    """Change the agreement's dates; everything else in the body is ignored."""
    moments = _moments(as_object(body))
    agreement = organization.rental_agreements.get(key)
    return read_back(organization, organization.rental_agreements.put(agreement | _term(*moments)))


def delete(organization: Organization, key: str) -> Object:
    """Delete the agreement, in every organization that has the id; note it if doors may be open."""
    all_ = organization.shared.organizations.values()
    everywhere = [one for one in all_ if key in one.rental_agreements]
    if not everywhere:
        for one in all_:
            if removed := one.rental_agreements.removed_meanwhile(key):
                return removed
        raise not_found("rental_agreement")
    deleted = [remove(one, key) for one in everywhere]
    for one, agreement in zip(everywhere, deleted, strict=True):
        if agreement["state"]["actual"] in MAY_BE_OPEN:
            one.deleted_with_access.append(key)
    return deleted[0]


def remove(organization: Organization, key: str) -> Object:
    """Delete the agreement, and leave its doors as they are."""
    return organization.rental_agreements.remove(key)


def _moments(body: dict[str, Any]) -> tuple[datetime, datetime]:
    term = strings(body, "start_at", "end_at")
    return _moment("start_at", term["start_at"]), _moment("end_at", term["end_at"])


def _term(start: datetime, end: datetime) -> dict[str, str]:
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise unexpected()
    if end < start:
        raise ApiError(400, "INVALID_START_OR_END_DATE")
    return {"start_at": _kept(start), "end_at": _kept(end)}


def _moment(field: str, value: str) -> datetime:
    if _DATE_TIME.fullmatch(value) is None:
        raise invalid(Issue(field, "is not a date-time"))
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid(Issue(field, "is not a date-time")) from error


def _kept(moment: datetime) -> str:
    """The moment as it is read back; UTC if it has no time zone."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError as error:
        raise unexpected() from error
