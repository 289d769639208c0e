"""Claims: who may use a value that KIWI wants unique. Taken by a conditional write before KIWI is asked.

A claim's key is a hash, so no e-mail address lies in it. It has one holder, and waiters who are sent when
the holder lets go.
"""

from hashlib import sha256

from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import Payload, Tenant
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.ids import ambiguous
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import Change, ItemKey, Table, absent, either, equals

_HOLDER = "holder"
_WAITER = "waiter#"


def wanted_claims(key: RowKey, payload: Payload | None) -> dict[str, Reason]:
    """The claims that a payload needs, each with the reason to give when it is taken."""
    if payload is None:
        return {}
    claims = {}
    if isinstance(payload, Tenant):
        claims[_claim(key, "email_address", payload.email_address)] = Reason.EMAIL_TAKEN
    if ambiguous(key.mandant, *key.numbers):
        claims[_claim(key, "external_id", payload.external_id)] = Reason.EXTERNAL_ID_TAKEN
    return claims


def _claim(key: RowKey, field: str, value: str) -> str:
    digest = sha256(f"{key.connection}\n{key.kind}\n{field}\n{value}".encode()).hexdigest()
    return f"%claim#{key.connection}#{key.kind}#{field}#{digest}"


def take(table: Table, claim: str, key: RowKey, *, waited: bool) -> bool:
    """Take a claim, or register as a waiter; whether it was taken.

    After registering it is tried once more: the holder may have let go just before, and then sent nobody.
    `waited`: an earlier load may have registered; who has taken the claim waits no more.
    """
    taken = _take(table, claim, key)
    if not taken:
        waited = True
        table.update(_waiter(claim, key), Change(put={"waiter": key.text}))
        taken = _take(table, claim, key)
    if taken and waited:
        table.delete(_waiter(claim, key))
    return taken


def _take(table: Table, claim: str, key: RowKey) -> bool:
    free_or_mine = either(absent("pk"), equals("holder", key.text))
    return table.update((claim, _HOLDER), Change(put={"holder": key.text}), free_or_mine)


def let_go(table: Table, load: Queue, claim: str, key: RowKey) -> None:
    """Let go of a claim, held or waited for, and send whoever waits for it."""
    table.delete(_waiter(claim, key))
    table.delete((claim, _HOLDER), equals("holder", key.text))
    waiters = [RowKey.parse(str(item["waiter"])) for item in table.query(claim, prefix=_WAITER)]
    send_to_load(load, waiters, wake=True)


def _waiter(claim: str, key: RowKey) -> ItemKey:
    return (claim, f"{_WAITER}{key.text}")
