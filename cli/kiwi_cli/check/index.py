"""What is remembered of an export: little enough for hundreds of thousands of records."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from sys import intern

from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit
from kiwi_sync.keys import RowKind
from kiwi_sync.rules.reasons import Notice, Reason

from kiwi_cli.check.seen import Complete, Key, Lease, NamedKey, Subject, Tenant, Unit, UnitKey, section_of


@dataclass
class Index:
    """Valid records by key, and the keys of those that are not valid, or are there twice."""

    units: dict[UnitKey, Unit] = field(default_factory=dict)
    tenants: dict[NamedKey, Tenant] = field(default_factory=dict)
    leases: dict[NamedKey, Lease] = field(default_factory=dict)
    rejected: set[Key] = field(default_factory=set)
    named: set[NamedKey] = field(default_factory=set)
    """The tenants of leases that do not count: they have one, though nobody knows which."""
    deleted: dict[Key, Subject] = field(default_factory=dict)
    _twice: dict[Key, list[Subject]] = field(default_factory=lambda: defaultdict(list))

    def add_unit(self, subject: Subject, unit: Verwaltungseinheit, notice: Notice | None) -> None:
        """Remember a unit."""
        key = (intern(unit.mandant), intern(unit.wirtschaftseinheit), unit.nummer)
        if key in self.units:
            self._twice[RowKind.VERWALTUNGSEINHEIT, unit.mandant, unit.numbers].append(subject)
            return
        house = " ".join(part for part in (unit.strasse, unit.hausnummer, unit.plz) if part)
        spot = None if unit.latitude is None or unit.longitude is None else (unit.latitude, unit.longitude)
        self.units[key] = Unit(subject, key, notice, intern(unit.bezeichnung or ""), intern(house), spot)

    def add_tenant(self, subject: Subject, tenant: Mieter, email: str | Reason) -> None:
        """Remember a tenant. `email`: the address that counts, or why none does."""
        key = (intern(tenant.mandant), tenant.nummer)
        if key in self.tenants:
            self._twice[RowKind.MIETER, tenant.mandant, tenant.numbers].append(subject)
            return
        name = f"{tenant.vorname or ''} {tenant.nachname or tenant.firma or ''}".strip().casefold()
        self.tenants[key] = Tenant(subject, key, email, name)

    def add_lease(self, subject: Subject, lease: Mietvertrag) -> None:
        """Remember a lease."""
        mandant = intern(lease.mandant)
        key = (mandant, lease.nummer)
        tenants = tuple((mandant, nummer) for nummer in lease.mieter)
        if key in self.leases:
            self._twice[RowKind.MIETVERTRAG, mandant, lease.numbers].append(subject)
            self.named.update(tenants)
            return
        named = lease.verwaltungseinheit
        unit = (mandant, intern(named.wirtschaftseinheit), named.nummer)
        self.leases[key] = Lease(subject, key, unit, tenants, lease.beginn, lease.ende)

    def take_duplicates(self) -> Iterator[tuple[Key, list[Subject]]]:
        """The keys that stand there twice, each with its valid records; none of them counts any more."""
        for key in list(self.rejected):
            if (valid := self.remove(key)) is not None:
                yield key, [valid, *self._twice.pop(key, [])]
        for key, others in self._twice.items():
            removed = self.reject(key)
            yield key, [*([removed] if removed else []), *others]

    def take_unlisted(self, listed: Iterable[str]) -> Iterator[tuple[Key, Subject]]:
        """The records of other Mandanten than those that are listed; they do not count any more."""
        there = set(listed)
        for key in [key for key in self.keys() if key[1] not in there]:
            subject = self.reject(key)
            if subject is not None:
                yield key, subject

    def is_gone(self, key: Key, complete: Complete) -> bool:
        """Whether a record that is not there counts as gone. What is rejected stays as KIWI has it."""
        kind, mandant, _numbers = key
        if key in self.deleted:
            return True
        return key not in self.rejected and complete(mandant, section_of(kind))

    def reject(self, key: Key) -> Subject | None:
        """Take a record out, and remember that its key was there."""
        self.rejected.add(key)
        return self.remove(key)

    def remove(self, key: Key) -> Subject | None:
        """Take a record out."""
        kind, mandant, numbers = key
        record: Unit | Tenant | Lease | None
        if kind is RowKind.VERWALTUNGSEINHEIT:
            record = self.units.pop((mandant, numbers[0], numbers[1]), None)
        elif kind is RowKind.MIETER:
            record = self.tenants.pop((mandant, numbers[0]), None)
        else:
            record = self.leases.pop((mandant, numbers[0]), None)
            self.named.update(record.tenants if record else ())
        return record.subject if record else None

    def keys(self) -> Iterator[Key]:
        """The keys of all that counts."""
        for mandant, wirtschaftseinheit, nummer in self.units:
            yield RowKind.VERWALTUNGSEINHEIT, mandant, (wirtschaftseinheit, nummer)
        for mandant, nummer in self.tenants:
            yield RowKind.MIETER, mandant, (nummer,)
        for mandant, nummer in self.leases:
            yield RowKind.MIETVERTRAG, mandant, (nummer,)
