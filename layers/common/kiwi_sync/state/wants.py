"""Wants: which tenants want an e-mail address, whether they get it or not. They lie under its claim.

Load writes them. Who wants an address is a pure function of the records and the settings, unlike who has it;
so whether more than the limit want it does not depend on who came first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from kiwi_sync.connections import LARGEST_LIMIT
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.state.table import Change, ItemKey, Table, TableReader

_WANT = "want#"


@dataclass(frozen=True)
class Want:
    """That a tenant wants an address, and the limit above which this is a placeholder to it."""

    key: RowKey
    limit: int


def claim_of(connection: str, kind: RowKind, field: str, value: str) -> str:
    """Where the claim of a value lies: its holder, its waiters, and who wants it. A hash, not the value."""
    digest = sha256(f"{connection}\n{kind}\n{field}\n{value}".encode()).hexdigest()
    return f"%claim#{connection}#{kind}#{field}#{digest}"


def email_claim(connection: str, address: str) -> str:
    """Where the claim of a tenant's e-mail address lies."""
    return claim_of(connection, RowKind.MIETER, "email_address", address)


def write_want(table: Table, claim: str, want: Want) -> None:
    """Note that a tenant wants an address."""
    table.update(_at(claim, want.key), Change(put={"tenant": want.key.text, "limit": want.limit}))


def delete_want(table: Table, claim: str, key: RowKey) -> None:
    """Note that a tenant does not want an address any more."""
    table.delete(_at(claim, key))


def wants(table: TableReader, claim: str, limit: int = LARGEST_LIMIT) -> list[Want]:
    """Who wants an address: all, or one more than the limit, however many there are."""
    return [
        Want(RowKey.parse(str(item["tenant"])), int(str(item["limit"])))
        for item in table.first(claim, prefix=_WANT, limit=limit + 1)
    ]


def all_wants(table: TableReader, claim: str) -> list[Want]:
    """Everybody who wants an address, however many they are."""
    return [
        Want(RowKey.parse(str(item["tenant"])), int(str(item["limit"])))
        for item in table.query(claim, prefix=_WANT)
    ]


def all_within_limit(there: Sequence[Want]) -> bool:
    """Whether, as far as is known, to one of them the address is no placeholder."""
    return len(there) <= max((want.limit for want in there), default=0)


def _at(claim: str, key: RowKey) -> ItemKey:
    return (claim, f"{_WANT}{key.text}")
