"""From one ERP record to KIWI's required content, field by field."""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from tests.oracle_model import Address, AgreementContent, Key, Lease, Person, TenantContent, Unit, UnitContent

OPEN_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def _street(unit: Unit) -> str | None:
    """Street and house number; a house number without a street is no street."""
    return " ".join(part for part in (unit.strasse, unit.hausnummer) if part) if unit.strasse else None


def _address(unit: Unit) -> Address | None:
    street, country = _street(unit), unit.land or "DE"
    if not (street and unit.plz and unit.ort and unit.bundesland):
        return None
    if unit.latitude is None or unit.longitude is None:
        return None
    if any(len(text) > 255 for text in (street, unit.ort, unit.bundesland)):
        return None
    if len(unit.plz) > 10 or not re.fullmatch("[A-Za-z]{2}", country):
        return None
    return Address(
        street=street,
        postal_code=unit.plz,
        city=unit.ort,
        state=unit.bundesland,
        country=country,
        lat=unit.latitude,
        lng=unit.longitude,
    )


def unit_content(unit: Unit, separator: str) -> UnitContent:
    place = ", ".join(part for part in (_street(unit), unit.ort) if part)
    return UnitContent(name=unit.bezeichnung or place or separator.join(unit.key), address=_address(unit))


def valid_emails(field: str) -> list[str]:
    found = []
    for piece in re.split("[;,]", field):
        try:
            address = _kept(piece.strip().lower())
        except EmailNotValidError:
            continue
        found.append(address)
    return found


def _kept(address: str) -> str:
    """An address as KIWI keeps it: KIWI sees the normalized one, and looks at the length of that."""
    sent = validate_email(address, check_deliverability=False)
    lower = f"{sent.local_part.lower()}@{sent.domain}"
    return validate_email(lower, strict=True, check_deliverability=False).normalized


def is_blocked(email: str, blocked: Collection[str]) -> bool:
    """An entry is an address, or `@` and a domain, which stands for its subdomains too."""
    domain = email.rsplit("@", maxsplit=1)[-1]
    return any(
        f".{domain}".endswith(f".{entry[1:]}") if entry.startswith("@") else email == entry
        for entry in blocked
    )


def tenant_content(person: Person, blocked: Collection[str] = ()) -> TenantContent | str:
    """The tenant's required content in KIWI, or the reason for having none."""
    if not re.sub(r"[;,\s]", "", person.email or ""):
        return "no_email"
    valid = valid_emails(person.email or "")
    if not valid:
        return "invalid_email"
    email = next((one for one in valid if not is_blocked(one, blocked)), None)
    if email is None:
        return "placeholder_email"
    is_person = bool(person.vorname or person.nachname)
    last_name = person.nachname if is_person else person.firma
    return TenantContent(email_address=email, first_name=person.vorname or "", last_name=last_name or "")


def agreement_content(
    lease: Lease,
    tenant: Key,
    parents: tuple[Mapping[Key, object], Mapping[Key, object]],
    separator: str,
    zone: ZoneInfo,
) -> AgreementContent | str:
    """The agreement's required content in KIWI, or the reason for having none; `parents`: required ones."""
    tenants, units = parents
    if tenant not in tenants:
        return "tenant_not_synchronized"
    if lease.unit not in units:
        return "unit_unknown"
    return AgreementContent(
        tenant=separator.join(tenant),
        rental_unit=separator.join(lease.unit),
        start_at=_instant(lease.beginn, time(), zone),
        end_at=_instant(lease.ende, time(23, 59, 59), zone) if lease.ende else OPEN_END,
    )


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
