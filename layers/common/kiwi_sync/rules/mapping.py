"""Maps the ERP's records to objects in KIWI, field by field (format `erp-export/1`)."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from kiwi_sync.connections import Connection
from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import Address, RentalUnit, Tenant
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.ids import external_id
from kiwi_sync.rules.reasons import Notice, Reason

OPEN_END = "9999-12-31T23:59:59Z"
"""KIWI's form of an open-ended agreement: `end_at` cannot be null (KIWI API, as observed)."""
POSTAL_CODE_LENGTH = 10
TEXT_LENGTH = 255
"""The longest street, city and state that KIWI takes (KIWI API, as observed)."""
DEFAULT_COUNTRY = "DE"
_COUNTRY = re.compile("[A-Za-z]{2}", re.ASCII)


class DesiredAgreement(BaseModel):
    """A rental agreement as it should be. Parents by row key, since KIWI may know them by adopted ids."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    external_id: str
    tenant: str
    rental_unit: str
    start_at: str
    end_at: str


def external_id_of(key: RowKey, connection: Connection) -> str:
    """The composite id of a row: its Mandant and numbers, joined by the connection's separator."""
    return external_id(connection.settings.separator, key.mandant, *key.numbers)


def rental_unit(record: Verwaltungseinheit, external: str) -> tuple[RentalUnit, Notice | None]:
    """The unit, and the notice about a part that KIWI would not take."""
    street = street_of(record)
    name = record.bezeichnung or _joined(", ", street, record.ort) or external
    address = _address(record, street)
    return RentalUnit(external_id=external, name=name, address=address), _notice(record, address)


def street_of(record: Verwaltungseinheit) -> str:
    """The street with its number; a number without a street is dropped."""
    return _joined(" ", record.strasse, record.hausnummer) if record.strasse else ""


def tenant(record: Mieter, external: str, blocked: Collection[str] = ()) -> Tenant | Reason:
    """The tenant, or the reason for having none: only an e-mail address of one's own opens doors."""
    email = choose_email(record.email, blocked)
    if isinstance(email, Reason):
        return email
    first, last = record.vorname or "", record.nachname or ""
    if not first and not last:
        last = record.firma or ""
    return Tenant(external_id=external, email_address=email, first_name=first, last_name=last)


def agreement(record: Mietvertrag, nummer: str, connection: Connection) -> DesiredAgreement:
    """The agreement of a lease with one of its tenants. Hauptmieter and Mitmieter are alike."""
    zone = connection.settings.zone
    ends = (
        OPEN_END if record.ende is None else _instant(datetime.combine(record.ende, time(23, 59, 59)), zone)
    )
    return DesiredAgreement(
        external_id=external_id_of(record.agreement_key(connection.id, nummer), connection),
        tenant=record.tenant_key(connection.id, nummer).text,
        rental_unit=record.unit_key(connection.id).text,
        start_at=_instant(datetime.combine(record.beginn, time()), zone),
        end_at=ends,
    )


def _instant(local: datetime, zone: ZoneInfo) -> str:
    """The moment in UTC: zones of long ago have offsets with seconds, which few parsers take."""
    return local.replace(tzinfo=zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _joined(glue: str, *parts: str | None) -> str:
    return glue.join(part for part in parts if part)


def _address(record: Verwaltungseinheit, street: str) -> Address | None:
    """The address with all seven parts, or None: KIWI drops one that lacks a text and refuses long texts."""
    if record.latitude is None or record.longitude is None:
        return None
    if not (street and record.plz and record.ort and record.bundesland):
        return None
    country = record.land or DEFAULT_COUNTRY
    if max(len(street), len(record.ort), len(record.bundesland)) > TEXT_LENGTH:
        return None
    if len(record.plz) > POSTAL_CODE_LENGTH or not _COUNTRY.fullmatch(country):
        return None
    return Address(
        street=street,
        postal_code=record.plz,
        city=record.ort,
        state=record.bundesland,
        country=country,
        lat=record.latitude,
        lng=record.longitude,
    )


def _notice(record: Verwaltungseinheit, address: Address | None) -> Notice | None:
    if address is not None or not _joined("", record.strasse, record.plz, record.ort):
        return None
    parts = (record.strasse, record.plz, record.ort, record.bundesland)
    whole = all(parts) and record.latitude is not None and record.longitude is not None
    return Notice.ADDRESS_NOT_ACCEPTED if whole else Notice.ADDRESS_INCOMPLETE
