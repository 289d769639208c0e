"""Tenants that an unlucky order of arrival may leave without their address.

A tenant that cannot have its address keeps what it already has in KIWI, and so the address that it had
before. It can be left out by a tenant that wants the same address, and by one that is itself left out and
still sits on that address from before: two that swap addresses wait for each other. So the contested
tenants are the largest set in which every one has somebody in the set who can keep its address from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from tests.oracle_model import Key, TenantContent


def _can_block(
    blocker: Key, address: str, wanted: Mapping[Key, TenantContent], former: Mapping[Key, list[TenantContent]]
) -> bool:
    return wanted[blocker]["email_address"] == address or any(
        content["email_address"] == address for content in former.get(blocker, [])
    )


def _blockers(
    key: Key,
    among: Iterable[Key],
    wanted: Mapping[Key, TenantContent],
    former: Mapping[Key, list[TenantContent]],
) -> Iterator[Key]:
    address = wanted[key]["email_address"]
    return (other for other in among if other != key and _can_block(other, address, wanted, former))


def contested(
    wanted: Mapping[Key, TenantContent],
    former: Mapping[Key, list[TenantContent]],
    always: AbstractSet[Key],
) -> set[Key]:
    """The contested tenants; `always` are contested for another reason (their external id)."""
    found = set(wanted)
    while True:
        free = {key for key in found - always if not any(_blockers(key, found, wanted, former))}
        if not free:
            return found
        found -= free


def groups(
    keys: AbstractSet[Key], wanted: Mapping[Key, TenantContent], former: Mapping[Key, list[TenantContent]]
) -> list[set[Key]]:
    """The contested tenants in groups that may stand in each other's way, without loners."""
    found: list[set[Key]] = []
    for key in sorted(keys):
        near = {key, *_blockers(key, keys, wanted, former)}
        near.update(*(group for group in found if group & near))
        found = [group for group in found if not group & near] + [near]
    return [group for group in found if len(group) > 1]
