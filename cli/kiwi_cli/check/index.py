"""The memory of an export: little enough for hundreds of thousands of records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern

from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit
from kiwi_sync.keys import RowKind
from kiwi_sync.rules.reasons import Notice, Reason

from kiwi_cli.check.seen import Complete, Key, Lease, NamedKey, SeenTenant, Subject, Unit, UnitKey, section_of


@dataclass
class Index:
    """Valid records by key, and the keys of those that are not valid, or are there twice."""

    units: dict[UnitKey, Unit] = field(default_factory=dict)
    tenants: dict[NamedKey, SeenTenant] = field(default_factory=dict)
    leases: dict[NamedKey, Lease] = field(default_factory=dict)
    rejected: set[Key] = field(default_factory=set)
    unusable: set[Key] = field(default_factory=set)
    """The keys of records that are rejected by themselves, unless they are deleted."""
    named: set[NamedKey] = field(default_factory=set)
    """The tenants of leases that do not count: they have one, though nobody knows which."""
    deleted: dict[Key, Subject] = field(default_factory=dict)

    def add_unit(self, subject: Subject, unit: Verwaltungseinheit, notice: Notice | None) -> None:
        """Remember a unit."""
        key = (intern(unit.mandant), intern(unit.wirtschaftseinheit), unit.nummer)
        if key in self.units:
            return
        house = " ".join(part for part in (unit.strasse, unit.hausnummer, unit.plz) if part)
        spot = None if unit.latitude is None or unit.longitude is None else (unit.latitude, unit.longitude)
        self.units[key] = Unit(subject, key, notice, intern(unit.bezeichnung or ""), intern(house), spot)

    def add_tenant(self, subject: Subject, tenant: Mieter, email: str | Reason) -> None:
        """Remember a tenant. `email`: the address that counts, or why none does."""
        key = (intern(tenant.mandant), tenant.nummer)
        if key in self.tenants:
            return
        name = f"{tenant.vorname or ''} {tenant.nachname or tenant.firma or ''}".strip().casefold()
        self.tenants[key] = SeenTenant(subject, key, email, name)

    def add_lease(self, subject: Subject, lease: Mietvertrag) -> None:
        """Remember a lease."""
        mandant = intern(lease.mandant)
        key = (mandant, lease.nummer)
        tenants = tuple((mandant, nummer) for nummer in lease.mieter)
        if key in self.leases:
            self.named.update(tenants)
            return
        named = lease.verwaltungseinheit
        unit = (mandant, intern(named.wirtschaftseinheit), named.nummer)
        self.leases[key] = Lease(subject, key, unit, tenants, lease.beginn, lease.ende)

    def is_gone(self, key: Key, complete: Complete) -> bool:
        """Whether a record that is not there counts as gone. Rejected ones stay as KIWI has them."""
        kind, mandant, _numbers = key
        if key in self.deleted:
            return True
        return key not in self.rejected and complete(mandant, section_of(kind))

    def reject(self, key: Key) -> None:
        """Take a record out, and remember that its key was there."""
        self.rejected.add(key)
        self.remove(key)

    def remove(self, key: Key) -> None:
        """Take a record out."""
        kind, mandant, numbers = key
        if kind is RowKind.VERWALTUNGSEINHEIT:
            self.units.pop((mandant, numbers[0], numbers[1]), None)
        elif kind is RowKind.MIETER:
            self.tenants.pop((mandant, numbers[0]), None)
        else:
            lease = self.leases.pop((mandant, numbers[0]), None)
            self.named.update(lease.tenants if lease else ())

    def keys(self) -> Iterator[Key]:
        """The keys of all that counts."""
        for mandant, wirtschaftseinheit, nummer in self.units:
            yield RowKind.VERWALTUNGSEINHEIT, mandant, (wirtschaftseinheit, nummer)
        for mandant, nummer in self.tenants:
            yield RowKind.MIETER, mandant, (nummer,)
        for mandant, nummer in self.leases:
            yield RowKind.MIETVERTRAG, mandant, (nummer,)
