"""From the ERP's rows to KIWI's required content: the certain, the contested and the skipped."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

from tests import oracle_contention
from tests.oracle_model import (
    AgreementClaim,
    Expected,
    Key,
    Lease,
    Person,
    Record,
    TenantClaim,
    TenantContent,
    Unit,
    UnitClaim,
    UnitContent,
    rows_of,
)
from tests.oracle_rules import agreement_content, tenant_content, unit_content

Content = TypeVar("Content")
Skipped = set[tuple[str, str, str]]


def derive(
    state: Mapping[str, Mapping[Key, Record]],
    former: Mapping[Key, list[TenantContent]],
    separator: str,
    zone: ZoneInfo,
    blocked: Collection[str],
    email_limit: int,
) -> Expected:
    skipped: Skipped = set()
    units = {
        key: unit_content(unit, separator)
        for key, unit in rows_of(state["verwaltungseinheiten"], Unit).items()
    }
    wanting = _tenants(rows_of(state["mieter"], Person), separator, blocked, skipped)
    placeholders = _placeholders(wanting, email_limit)
    tenants = _without(wanting, placeholders, separator, skipped)
    former = {
        key: [one for one in contents if one["email_address"] not in placeholders]
        for key, contents in former.items()
    }
    leases = rows_of(state["mietvertraege"], Lease)
    agreements = _agreements(leases, (tenants, units), separator, zone, skipped)
    shared = [_sharing(rows, separator) for rows in (units, tenants, agreements)]
    open_tenants = oracle_contention.contested(tenants, former, shared[1])
    open_agreements = shared[2] | {
        key
        for key, claim in agreements.items()
        if claim.tenant_key in open_tenants or claim.unit_key in shared[0]
    }
    certain = _certain(agreements, open_agreements, separator)
    groups = oracle_contention.groups(open_tenants, tenants, former)
    kinds = ("rental_unit", "tenant", "rental_agreement")
    return Expected(
        rental_units=_certain(units, shared[0], separator),
        tenants=_certain(tenants, open_tenants, separator),
        rental_agreements={name: claim.content for name, claim in certain.items()},
        skipped=skipped,
        email_contenders=[_ids(group, separator) for group in groups],
        external_id_contenders={k: _ids(keys, separator) for k, keys in zip(kinds, shared, strict=True)},
        contested_units=_claims(shared[0], separator, lambda key: UnitClaim(key, units[key])),
        contested_tenants=_claims(
            open_tenants, separator, lambda key: TenantClaim(key, tenants[key], tuple(former.get(key, ())))
        ),
        contested_agreements=_claims(open_agreements, separator, lambda key: agreements[key]),
    )


def _placeholders(tenants: Mapping[Key, TenantContent], email_limit: int) -> set[str]:
    """The addresses that too many tenants want."""
    wanted = Counter(content["email_address"] for content in tenants.values())
    return {address for address, number in wanted.items() if email_limit and number > email_limit}


def _without(
    tenants: Mapping[Key, TenantContent], placeholders: set[str], separator: str, skipped: Skipped
) -> dict[Key, TenantContent]:
    """The tenants whose address is their own, or shared by few."""
    out = {key for key, content in tenants.items() if content["email_address"] in placeholders}
    skipped.update(("tenant", separator.join(key), "placeholder_email") for key in out)
    return {key: content for key, content in tenants.items() if key not in out}


def _tenants(
    persons: Mapping[Key, Person], separator: str, blocked: Collection[str], skipped: Skipped
) -> dict[Key, TenantContent]:
    tenants: dict[Key, TenantContent] = {}
    for key, person in persons.items():
        content = tenant_content(person, blocked)
        if isinstance(content, str):
            skipped.add(("tenant", separator.join(key), content))
        else:
            tenants[key] = content
    return tenants


def _agreements(
    leases: Mapping[Key, Lease],
    parents: tuple[Mapping[Key, TenantContent], Mapping[Key, UnitContent]],
    separator: str,
    zone: ZoneInfo,
    skipped: Skipped,
) -> dict[Key, AgreementClaim]:
    agreements: dict[Key, AgreementClaim] = {}
    pairs = [(row, tenant) for row in leases.values() for tenant in row.tenants]
    for lease, tenant in pairs:
        key = (*lease.key, tenant[1])
        content = agreement_content(lease, tenant, parents, separator, zone)
        if isinstance(content, str):
            skipped.add(("rental_agreement", separator.join(key), content))
        else:
            agreements[key] = AgreementClaim(key, content, tenant, lease.unit)
    return agreements


def _sharing(rows: Mapping[Key, object], separator: str) -> set[Key]:
    """The rows whose external id is another row's too."""
    groups: dict[str, set[Key]] = defaultdict(set)
    for key in rows:
        groups[separator.join(key)].add(key)
    return {key for group in groups.values() if len(group) > 1 for key in group}


def _ids(keys: Iterable[Key], separator: str) -> set[str]:
    return {separator.join(key) for key in keys}


def _certain(rows: Mapping[Key, Content], contested: set[Key], separator: str) -> dict[str, Content]:
    return {separator.join(key): content for key, content in rows.items() if key not in contested}


def _claims(
    keys: Iterable[Key], separator: str, claim_of: Callable[[Key], Content]
) -> dict[str, tuple[Content, ...]]:
    claims: dict[str, tuple[Content, ...]] = {}
    for key in sorted(keys):
        claims[separator.join(key)] = (*claims.get(separator.join(key), ()), claim_of(key))
    return claims
