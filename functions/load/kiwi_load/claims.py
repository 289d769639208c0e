"""Claims: who may use a value that KIWI wants unique. Taken by a conditional write before KIWI is asked.

A claim's key is a hash, so no e-mail address lies in it. It has one holder, and waiters who are sent when
the holder lets go.
"""

from collections.abc import Collection
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
    if ambiguous(key.mandant, *key.numbers):
        claims[_claim(key, "external_id", payload.external_id)] = Reason.EXTERNAL_ID_TAKEN
    if isinstance(payload, Tenant):
        claims[_claim(key, "email_address", payload.email_address)] = Reason.EMAIL_TAKEN
    return claims


def _claim(key: RowKey, field: str, value: str) -> str:
    digest = sha256(f"{key.connection}\n{key.kind}\n{field}\n{value}".encode()).hexdigest()
    return f"%claim#{key.connection}#{key.kind}#{field}#{digest}"


def take_all(
    table: Table,
    load: Queue,
    wanted: Collection[str],
    key: RowKey,
    *,
    held: Collection[str],
    waited: bool,
    crashed: bool,
) -> str | None:
    """Take all `wanted` claims, or none but those `held`: then the one that another has, and None otherwise.

    Who waits for one value uses none of the others, and must not keep them from somebody who could. What
    others are seen to have is asked for first: so nothing is taken, and nobody woken, only to be let go.
    `waited`: see `take`. `crashed`: an earlier load may have let go of a claim without sending the waiters.
    """
    others = _held_by_others(table, wanted, key)
    for claim in sorted(wanted, key=lambda claim: claim not in others):
        if not take(table, claim, key, waited=waited):
            for unused in (one for one in wanted if one != claim and one not in held):
                _give_back(table, load, unused, key, waited=waited, crashed=crashed)
            return claim
    return None


def _held_by_others(table: Table, wanted: Collection[str], key: RowKey) -> set[str]:
    if len(wanted) < 2:
        return set()
    there = table.get_many([(claim, _HOLDER) for claim in wanted])
    return {claim for (claim, _), item in there.items() if item["holder"] != key.text}


def _give_back(table: Table, load: Queue, claim: str, key: RowKey, *, waited: bool, crashed: bool) -> None:
    """Neither hold a claim nor wait for it any longer."""
    holder = table.get((claim, _HOLDER))
    # Who frees nothing sends nobody: or two that wait would send each other for ever.
    if crashed or (holder is not None and holder["holder"] == key.text):
        let_go(table, load, claim, key)
    elif waited:
        table.delete(_waiter(claim, key))


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
