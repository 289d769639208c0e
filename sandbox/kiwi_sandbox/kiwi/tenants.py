"""Tenants: every text is required, the e-mail address is checked and unique."""

import re
from typing import Any

from email_validator import EmailNotValidError, validate_email

from kiwi_sandbox.kiwi.error_answers import ApiError, Issue, invalid, not_found, unexpected
from kiwi_sandbox.kiwi.store import Object, Organization
from kiwi_sandbox.kiwi.validation import as_object, check_storable, id_of, strings

_WORD = r"[\w!#$%&'*+\-/=?^_`{|}~]+"
_NAMED = re.compile(rf'\s*(?:(?:{_WORD}\s+)*{_WORD}|"[^"]+")?\s*<\s*(.+)\s*>\s*')
"""An address behind a display name, of plain words or in quotation marks."""
_LONGEST_LOCAL_PART = 64


def create(organization: Organization, body: Any) -> Object:
    """Create a tenant."""
    body = as_object(body)
    return add(organization, _from_body(organization, id_of(body, "tenant_id"), body))


def add(organization: Organization, tenant: Object) -> Object:
    """Store a new tenant, if nothing collides with it."""
    if tenant["id"] in organization.tenants or organization.tenants.taken(tenant):
        raise ApiError(400, "TENANT_ALREADY_EXISTS")
    return organization.tenants.put(tenant)


def update(organization: Organization, key: str, body: Any) -> Object:
    """Replace the content of the tenant under the same id."""
    tenant = _from_body(organization, key, as_object(body))
    organization.tenants.get(key)
    if organization.tenants.taken(tenant):
        raise ApiError(400, "TENANT_UPDATE_ERROR")
    return organization.tenants.put(tenant)


def delete(organization: Organization, key: str) -> None:
    """Delete the tenant, in every organization that has the id.

    KIWI breaks while an agreement needs it.
    """
    all_ = organization.shared.organizations.values()
    everywhere = [one for one in all_ if key in one.tenants]
    if not everywhere:
        if any(one.tenants.removed_meanwhile(key) for one in all_):
            return
        raise not_found("tenant")
    for one in everywhere:
        if one.rental_agreements.refers("tenant_id", key):
            raise unexpected()
    for one in everywhere:
        one.tenants.remove(key)


def remove(organization: Organization, key: str) -> None:
    """Delete the tenant by hand, in this organization alone."""
    organization.tenants.get(key)
    if organization.rental_agreements.refers("tenant_id", key):
        raise unexpected()
    organization.tenants.remove(key)


def _from_body(organization: Organization, key: str, body: dict[str, Any]) -> Object:
    texts = strings(body, "external_id", "email_address", "first_name", "last_name")
    address = _normalized(texts["email_address"])
    check_storable(*texts.values())
    return {"id": key, **texts, "email_address": address, "organization_id": organization.id}


def _normalized(text: str) -> str:
    """The address as KIWI keeps it: without blanks and display name, its domain in lower case and Unicode."""
    named = _NAMED.fullmatch(text)
    address = (named[1] if named else text).strip()
    # KIWI's release of the validator counts before it normalizes; later ones do not count at all.
    if len(address.rpartition("@")[0]) > _LONGEST_LOCAL_PART:
        raise invalid(Issue("email_address", "the part before the @ is too long"))
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise invalid(Issue("email_address", str(error))) from error
