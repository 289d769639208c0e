"""Tenants: every text is required, the e-mail address is checked and unique."""

from typing import Any

from email_validator import EmailNotValidError, validate_email

from kiwi_local.kiwi.errors import ApiError, Issue, invalid, unexpected
from kiwi_local.kiwi.store import Object, Organization
from kiwi_local.kiwi.validation import as_object, id_of, strings


def create(organization: Organization, body: Any) -> Object:
    """A new tenant."""
    body = as_object(body)
    return add(organization, _from_body(organization, id_of(body, "tenant_id"), body))


def add(organization: Organization, tenant: Object) -> Object:
    """Store a new tenant, if nothing collides with it."""
    if tenant["id"] in organization.tenants or organization.tenants.taken(tenant):
        raise ApiError(400, "TENANT_ALREADY_EXISTS")
    return organization.tenants.put(tenant)


def update(organization: Organization, key: str, body: Any) -> Object:
    """The tenant with other content under the same id."""
    tenant = _from_body(organization, key, as_object(body))
    organization.tenants.get(key)
    if organization.tenants.taken(tenant):
        raise ApiError(400, "TENANT_UPDATE_ERROR")
    return organization.tenants.put(tenant)


def delete(organization: Organization, key: str) -> None:
    """Take the tenant away; KIWI falls over while an agreement needs it."""
    organization.tenants.get(key)
    if organization.rental_agreements.refers("tenant_id", key):
        raise unexpected()
    organization.tenants.remove(key)


def _from_body(organization: Organization, key: str, body: dict[str, Any]) -> Object:
    texts = strings(body, "external_id", "email_address", "first_name", "last_name")
    try:
        validate_email(texts["email_address"], check_deliverability=False)
    except EmailNotValidError as error:
        raise invalid(Issue("email_address", str(error))) from error
    return {"id": key, **texts, "organization_id": organization.id}
