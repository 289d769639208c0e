"""Claims: who may use a value that KIWI wants unique. Taken by a conditional write before KIWI is asked.

A claim's key is a hash, so no e-mail address lies in it. It has one holder, and waiters who are sent when
the holder lets go.
"""

from collections.abc import Collection

from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.claims import HOLDER, holders, waiter_at, waiters
from kiwi_sync.state.rows import Row
from kiwi_sync.state.table import Change, Table, absent, either, equals

PERHAPS_WAITING = frozenset({Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN, Reason.PLACEHOLDER_EMAIL})
"""Outcomes of rows that may be registered as waiters: who has died before it gave up an address still is."""


def take_for(
    table: Table, load: Queue, row: Row, wanted: Collection[str], held: frozenset[str]
) -> str | None:
    """Take all `wanted` claims for a row, or none but those `held`: see `take_all`."""
    crashed = row.doubt is not None
    # Claims that KIWI does not use are left over: of a load that died, once it had settled the row.
    waited = crashed or row.outcome in PERHAPS_WAITING or not row.claims <= held
    return take_all(table, load, wanted, row.key, held=held, waited=waited, crashed=crashed)


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
    return {claim for claim, holder in holders(table, wanted).items() if holder != key}


def _give_back(table: Table, load: Queue, claim: str, key: RowKey, *, waited: bool, crashed: bool) -> None:
    """Neither hold a claim nor wait for it any longer."""
    holder = table.get((claim, HOLDER))
    # Who frees nothing sends nobody: or two that wait would send each other for ever.
    if crashed or (holder is not None and holder["holder"] == key.text):
        let_go(table, load, claim, key)
    elif waited:
        table.delete(waiter_at(claim, key))


def take(table: Table, claim: str, key: RowKey, *, waited: bool) -> bool:
    """Take a claim, or register as a waiter; whether it was taken.

    After registering it is tried once more: the holder may have let go just before, and then sent nobody.
    `waited`: an earlier load may have registered; who has taken the claim waits no more.
    """
    taken = _take(table, claim, key)
    if not taken:
        waited = True
        table.update(waiter_at(claim, key), Change(put={"waiter": key.text}))
        taken = _take(table, claim, key)
    if taken and waited:
        table.delete(waiter_at(claim, key))
    return taken


def _take(table: Table, claim: str, key: RowKey) -> bool:
    free_or_mine = either(absent("pk"), equals("holder", key.text))
    return table.update((claim, HOLDER), Change(put={"holder": key.text}), free_or_mine)


def let_go(table: Table, load: Queue, claim: str, key: RowKey) -> None:
    """Let go of a claim, held or waited for, and send whoever waits for it."""
    _leave(table, claim, key)
    send_to_load(load, waiters(table, claim), wake=True)


def give_up(table: Table, load: Queue, claim: str, key: RowKey, limit: int) -> None:
    """Let go of the claim of an address that is a placeholder, and send some who have not yet.

    Each who has let go sends the next: thousands that share an address do not send thousands each.
    """
    _leave(table, claim, key)
    send_to_load(load, users(table, claim, limit), wake=True)


def users(table: Table, claim: str, limit: int) -> list[RowKey]:
    """Who holds an address or waits for it: all who do so by right, since these are no more than the limit.

    And one that holds it from before. The others are letting go of it, and send on when they have.
    """
    items = table.first(claim, limit=limit + 2)
    named = (item.get("holder", item.get("waiter")) for item in items)
    return [RowKey.parse(str(name)) for name in named if name is not None]


def _leave(table: Table, claim: str, key: RowKey) -> None:
    table.delete(waiter_at(claim, key))
    table.delete((claim, HOLDER), equals("holder", key.text))
