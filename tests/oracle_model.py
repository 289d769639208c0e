"""The vocabulary of the oracle: ERP records, and the content of KIWI that they require."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict, TypeVar

Key = tuple[str, ...]
"""The ERP's numbers of a record, the Mandant first."""


@dataclass(frozen=True)
class Unit:
    key: Key
    bezeichnung: str | None
    strasse: str | None
    hausnummer: str | None
    plz: str | None
    ort: str | None
    bundesland: str | None
    land: str | None
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Person:
    """A Mieter, which may be a firm."""

    key: Key
    vorname: str | None
    nachname: str | None
    firma: str | None
    email: str | None


@dataclass(frozen=True)
class Lease:
    key: Key
    unit: Key
    tenants: tuple[Key, ...]
    beginn: date
    ende: date | None


Record = Unit | Person | Lease
Row = TypeVar("Row", Unit, Person, Lease)


def rows_of(rows: Mapping[Key, Record], kind: type[Row]) -> dict[Key, Row]:
    """The rows, as the kind of record that they are."""
    return {key: row for key, row in rows.items() if isinstance(row, kind)}


class Address(TypedDict):
    street: str
    postal_code: str
    city: str
    state: str
    country: str
    lat: float
    lng: float


class UnitContent(TypedDict):
    name: str
    address: Address | None


class TenantContent(TypedDict):
    email_address: str
    first_name: str
    last_name: str


class AgreementContent(TypedDict):
    tenant: str
    rental_unit: str
    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class UnitClaim:
    """A unit that shares its external id with another one."""

    key: Key
    content: UnitContent


@dataclass(frozen=True)
class TenantClaim:
    """A tenant that shares its e-mail address or its external id, with its states in earlier exports."""

    key: Key
    content: TenantContent
    former: tuple[TenantContent, ...]


@dataclass(frozen=True)
class AgreementClaim:
    """An agreement, with the rows that it hangs on."""

    key: Key
    content: AgreementContent
    tenant_key: Key
    unit_key: Key


@dataclass(frozen=True)
class Expected:
    """KIWI's required content.

    The first three are certain. The winners among the *contested* depend on the order of arrival: one tenant
    per address in each group of `email_contenders`, one object for each id in `external_id_contenders`.
    """

    rental_units: dict[str, UnitContent]
    tenants: dict[str, TenantContent]
    rental_agreements: dict[str, AgreementContent]
    skipped: set[tuple[str, str, str]]
    email_contenders: list[set[str]]
    external_id_contenders: dict[str, set[str]]
    contested_units: dict[str, tuple[UnitClaim, ...]]
    contested_tenants: dict[str, tuple[TenantClaim, ...]]
    contested_agreements: dict[str, tuple[AgreementClaim, ...]]
