"""Claims in the table: who holds a value that KIWI wants unique, and who waits for it.

A claim's key is a hash, so no e-mail address lies in it. Load takes claims and lets go of them.
"""

from collections.abc import Collection

from kiwi_sync.keys import HOLDER, WAITER, RowKey
from kiwi_sync.kiwi.models import Payload, Tenant
from kiwi_sync.rules.ids import ambiguous
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import ItemKey, TableReader
from kiwi_sync.state.wants import claim_of, email_claim


def wanted_claims(key: RowKey, payload: Payload | None) -> dict[str, Reason]:
    """The claims that a payload needs, each with the reason to report if it is taken."""
    if payload is None:
        return {}
    claims = {}
    if ambiguous(key.mandant, *key.numbers):
        claim = claim_of(key.connection, key.kind, "external_id", payload.external_id)
        claims[claim] = Reason.EXTERNAL_ID_TAKEN
    if isinstance(payload, Tenant):
        claims[email_claim(key.connection, payload.email_address)] = Reason.EMAIL_TAKEN
    return claims


def waiter_at(claim: str, key: RowKey) -> ItemKey:
    """The key of the note that `key` waits for a claim."""
    return (claim, f"{WAITER}{key.text}")


def holders(table: TableReader, claims: Collection[str]) -> dict[str, RowKey]:
    """The holder of each claim that has one."""
    items = table.get_many([(claim, HOLDER) for claim in claims])
    return {claim: RowKey.parse(str(item["holder"])) for (claim, _), item in items.items()}


def waiters(table: TableReader, claim: str) -> list[RowKey]:
    """The rows that wait for a claim."""
    return [RowKey.parse(str(item["waiter"])) for item in table.query(claim, prefix=WAITER)]
