"""Wants: the tenants that want an e-mail address, whether they get it or not; stored under its claim.

Load writes them. The tenants that want an address are a pure function of records and settings, unlike the one
that has it; so the comparison with the limit does not depend on the order of arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from kiwi_sync.connections import LARGEST_LIMIT
from kiwi_sync.keys import WANT, RowKey, RowKind, claim_pk
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader


@dataclass(frozen=True)
class Want:
    """A tenant's wish for an address, with the limit above which that tenant takes it for a placeholder."""

    key: RowKey
    limit: int


def claim_of(connection: str, kind: RowKind, field: str, value: str) -> str:
    """The place of a value's claim: holder, waiters and wants. A hash, not the value."""
    digest = sha256(f"{connection}\n{kind}\n{field}\n{value}".encode()).hexdigest()
    return claim_pk(connection, kind, field, digest)


def email_claim(connection: str, address: str) -> str:
    """The place of the claim of a tenant's e-mail address."""
    return claim_of(connection, RowKind.MIETER, "email_address", address)


def write_want(table: Table, claim: str, want: Want) -> None:
    """Note that a tenant wants an address."""
    table.update(_at(claim, want.key), Change(put={"tenant": want.key.text, "limit": want.limit}))


def delete_want(table: Table, claim: str, key: RowKey) -> None:
    """Note that a tenant no longer wants an address."""
    table.delete(_at(claim, key))


def wants(table: TableReader, claim: str, limit: int = LARGEST_LIMIT) -> list[Want]:
    """The tenants that want an address: all, or one more than the limit if there are more."""
    return [
        Want(RowKey.parse(str(item["tenant"])), int(str(item["limit"])))
        for item in table.first(claim, prefix=WANT, limit=limit + 1)
    ]


def all_wants(table: TableReader, claim: str) -> list[Want]:
    """All tenants that want an address, in any number."""
    return [
        Want(RowKey.parse(str(item["tenant"])), int(str(item["limit"])))
        for item in table.query(claim, prefix=WANT)
    ]


def all_within_limit(there: Sequence[Want]) -> bool:
    """Whether at least one of them, as far as is known, does not take the address for a placeholder."""
    return len(there) <= max((want.limit for want in there), default=0)


def _at(claim: str, key: RowKey) -> ItemKey:
    return (claim, f"{WANT}{key.text}")
