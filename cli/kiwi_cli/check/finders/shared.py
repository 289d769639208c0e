"""E-mail addresses that several tenants have: couples, people entered twice, placeholders."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.finders.emails import is_placeholder
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Hit, NamedKey, SeenTenant


def shared_emails(index: Index, limit: int) -> Iterator[Hit]:
    """Each address that several have. `limit`: of how many tenants at most an address may be a real one."""
    groups = list(groups_by_email(index.tenants.values()))
    concerned = {tenant.key for group in groups for tenant in group}
    together = _leases_of(index, concerned)
    for group in groups:
        if is_placeholder(str(group[0].email)):
            continue  # each of them is told of already
        defect = _what(group, limit, together)
        first, *others = group
        yield Hit(defect, first.subject, "email", [tenant.subject.key for tenant in others])


def groups_by_email(there: Iterable[SeenTenant]) -> Iterator[list[SeenTenant]]:
    """The tenants who have an address in common, in the export's order."""
    first: dict[str, SeenTenant] = {}
    groups: dict[str, list[SeenTenant]] = {}
    for tenant in there:
        email = str(tenant.email)
        if "@" not in email:
            continue
        if (known := first.setdefault(email, tenant)) is not tenant:
            groups.setdefault(email, [known]).append(tenant)
    yield from groups.values()


def _leases_of(index: Index, concerned: Collection[NamedKey]) -> dict[NamedKey, set[NamedKey]]:
    """The leases of the tenants that are concerned."""
    leases: dict[NamedKey, set[NamedKey]] = defaultdict(set)
    for lease in index.leases.values():
        for tenant in lease.tenants:
            if tenant in concerned:
                leases[tenant].add(lease.key)
    return leases


def _what(group: list[SeenTenant], limit: int, leases: dict[NamedKey, set[NamedKey]]) -> Defect:
    if limit and len(group) > limit:
        return Defect.EMAIL_SHARED_BY_MANY
    if set.intersection(*(leases.get(tenant.key, set()) for tenant in group)):
        return Defect.EMAIL_SHARED_IN_LEASE  # also father and son of one name
    people = {(tenant.key[0], tenant.name) for tenant in group}
    # Numbers are the Mandant's own: nobody can unite those of two.
    same = len(people) == 1 and all(name for _mandant, name in people)
    return Defect.SAME_PERSON_TWICE if same else Defect.EMAIL_SHARED
