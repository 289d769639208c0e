"""Leases that name what is not there, and tenants who have none."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from kiwi_sync.keys import RowKind

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Complete, Hit, Key, Lease, NamedKey


def references(index: Index, complete: Complete) -> Iterator[Hit]:
    """Units and tenants that leases name, and that are not there."""
    units, people = _Alike(index.units), _Alike(index.tenants)
    for lease in index.leases.values():
        unit: Key = (RowKind.VERWALTUNGSEINHEIT, lease.unit[0], lease.unit[1:])
        if lease.unit not in index.units and unit not in index.rejected:
            gone = index.is_gone(unit, complete)
            yield _missing(lease, "verwaltungseinheit", lease.unit, units.to(lease.unit), gone=gone)
        for tenant in lease.tenants:
            person: Key = (RowKind.MIETER, tenant[0], tenant[1:])
            if tenant not in index.tenants and person not in index.rejected:
                gone = index.is_gone(person, complete)
                yield _missing(lease, "mieter", tenant, people.to(tenant), gone=gone)


def _missing(
    lease: Lease, field: str, named: tuple[str, ...], alike: tuple[str, ...] | None, *, gone: bool
) -> Hit:
    if alike:
        return Hit(Defect.REFERENCE_ALMOST, lease.subject, field, ["/".join(named), "/".join(alike)])
    unknown = Defect.LEASE_UNIT_UNKNOWN if field == "verwaltungseinheit" else Defect.LEASE_TENANT_UNKNOWN
    return Hit(unknown if gone else Defect.NOT_HERE, lease.subject, field, ["/".join(named)])


class _Alike:
    """Finds the key that is meant by one that is not there; made ready only when somebody asks."""

    def __init__(self, keys: Iterable[tuple[str, ...]]) -> None:
        self._keys = keys
        self._by_plain: dict[tuple[str, ...], tuple[str, ...]] = {}

    def to(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        if not self._by_plain:
            self._by_plain = {_plain(there): there for there in self._keys}
        return self._by_plain.get(_plain(key))


def _plain(key: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("".join(number.split()).casefold().lstrip("0") for number in key)


def tenancies(index: Index, today: date, complete: Complete, refused: Collection[NamedKey]) -> Iterator[Hit]:
    """Tenants who would come to KIWI though they have no lease (any more). `refused`: those who would not."""
    last: dict[NamedKey, date] = {}
    for lease in index.leases.values():
        ende = lease.ende or date.max
        for tenant in lease.tenants:
            last[tenant] = max(last.get(tenant, date.min), ende)
    for key, person in index.tenants.items():
        if key in refused or key in index.named:
            continue
        if key not in last:
            if complete(key[0], "mietvertraege"):
                yield Hit(Defect.TENANT_WITHOUT_LEASE, person.subject)
        elif last[key] < today:
            yield Hit(Defect.MOVED_OUT, person.subject)
