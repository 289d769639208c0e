"""Foresees the outcome of an export: how much of each Mandant comes to KIWI, the rest, and why."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from kiwi_sync.keys import RowKind
from kiwi_sync.rules.reasons import Reason

from kiwi_cli.check.finders.numbers import taken_ids
from kiwi_cli.check.finders.shared import groups_by_email
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Complete, Key, Lease, NamedKey, section_of
from kiwi_cli.check.settings import CheckSettings

NOT_HERE = "not_in_this_export"
"""Depends on a unit or tenant that an earlier export or another file may have brought, or that is rejected
here: what KIWI has of such a one stays."""


@dataclass
class ForeseenCounts:
    """The outcome for one kind of record of one Mandant. A lease makes an agreement for each tenant."""

    read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    deleted: int = 0
    to_kiwi: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)


class Tallies(dict[tuple[str, str], ForeseenCounts]):
    """By Mandant and section."""

    def __missing__(self, key: tuple[str, str]) -> ForeseenCounts:
        self[key] = ForeseenCounts()
        return self[key]


# These are known before anybody looks at the unit.
_WITHOUT_ADDRESS = frozenset({Reason.NO_EMAIL, Reason.INVALID_EMAIL, Reason.PLACEHOLDER_EMAIL})


def foresee(index: Index, settings: CheckSettings, tallies: Tallies, complete: Complete) -> None:
    """Count what would come to KIWI and what would be skipped, as transform and load would have it.

    If several claim one address or one id, the first in the export is taken for the one who gets it.
    """
    lost, refused = refusals(index, settings)
    for unit in index.units.values():
        tally = tallies[unit.key[0], section_of(RowKind.VERWALTUNGSEINHEIT)]
        key: Key = (RowKind.VERWALTUNGSEINHEIT, unit.key[0], unit.key[1:])
        _count(tally, Reason.EXTERNAL_ID_TAKEN if key in lost else None)
        if unit.notice:
            tally.notices[unit.notice] += 1
    for tenant in index.tenants.values():
        _count(tallies[tenant.key[0], section_of(RowKind.MIETER)], refused.get(tenant.key))
    for lease in index.leases.values():
        tally = tallies[lease.key[0], section_of(RowKind.MIETVERTRAG)]
        for reason in _agreements(lease, index, refused, lost, complete):
            _count(tally, reason)


def refusals(index: Index, settings: CheckSettings) -> tuple[dict[Key, Key], dict[NamedKey, Reason]]:
    """Records whose external ids others have, with those; and tenants who do not come to KIWI, and why."""
    lost = taken_ids(index, settings.separator)
    return lost, dict(_refused(index, lost, settings.shared_email_limit))


def _count(tally: ForeseenCounts, reason: str | None) -> None:
    if reason is None:
        tally.to_kiwi += 1
    else:
        tally.skipped[reason] += 1


def _refused(index: Index, lost: Collection[Key], limit: int) -> Iterator[tuple[NamedKey, Reason]]:
    """The tenants who do not come to KIWI, and why."""
    for group in groups_by_email(index.tenants.values()):
        if limit and len(group) > limit:
            yield from ((tenant.key, Reason.PLACEHOLDER_EMAIL) for tenant in group)
        else:
            # Who does not get its external id leaves the address to the others.
            claiming = [one for one in group if (RowKind.MIETER, one.key[0], one.key[1:]) not in lost]
            yield from ((other.key, Reason.EMAIL_TAKEN) for other in claiming[1:])
    for tenant in index.tenants.values():
        if isinstance(tenant.email, Reason):
            yield tenant.key, tenant.email
        elif (RowKind.MIETER, tenant.key[0], tenant.key[1:]) in lost:
            yield tenant.key, Reason.EXTERNAL_ID_TAKEN


def _agreements(
    lease: Lease,
    index: Index,
    refused: dict[NamedKey, Reason],
    lost: Collection[Key],
    complete: Complete,
) -> Iterator[str | None]:
    """The reason, for each agreement of a lease, why it does not come to KIWI; None if it does."""
    for tenant in lease.tenants:
        mandant, nummer = tenant
        if tenant not in index.tenants:
            gone = index.is_gone((RowKind.MIETER, mandant, (nummer,)), complete)
            yield Reason.TENANT_NOT_SYNCHRONIZED if gone else NOT_HERE
        elif refused.get(tenant) in _WITHOUT_ADDRESS:
            yield Reason.TENANT_NOT_SYNCHRONIZED
        elif lease.unit not in index.units:
            unit: Key = (RowKind.VERWALTUNGSEINHEIT, mandant, lease.unit[1:])
            yield Reason.UNIT_UNKNOWN if index.is_gone(unit, complete) else NOT_HERE
        elif tenant in refused:
            yield Reason.TENANT_NOT_SYNCHRONIZED
        elif (RowKind.RENTAL_AGREEMENT, mandant, (lease.key[1], nummer)) in lost:
            yield Reason.EXTERNAL_ID_TAKEN
        elif (RowKind.VERWALTUNGSEINHEIT, mandant, lease.unit[1:]) in lost:
            yield Reason.WAITING
        else:
            yield None
