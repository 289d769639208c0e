"""Claims on values that KIWI wants unique, taken by a conditional write before KIWI is asked.

A claim's key is a hash, so no e-mail address lies in it. It has one holder, and waiters that are sent when
the holder lets go.
"""

from collections.abc import Collection

from kiwi_sync.keys import HOLDER, RowKey
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.claims import holders, waiter_at, waiters
from kiwi_sync.state.rows import Row
from kiwi_sync.state.table import Change, Table, absent, either, equals

PERHAPS_WAITING = frozenset({Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN, Reason.PLACEHOLDER_EMAIL})
"""Outcomes of rows that may be waiters; also of a load that died before it gave up an address."""


def take_for(
    table: Table, load: Queue, row: Row, wanted: Collection[str], held: frozenset[str]
) -> str | None:
    """Take all `wanted` claims for a row, or none except those `held`: see `take_all`."""
    crashed = row.doubt is not None
    # Unused claims are left over from a load that died after settling the row.
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
    """Take all `wanted` claims, or none except those `held`. Returns the first one held by another row.

    A row that waits for one value uses none of the others and must not block them. Claims known to belong to
    others come first, so that nothing is taken, and no waiter woken, only to be let go again. `waited`: see
    `take`. `crashed`: an earlier load may have let go of a claim without sending the waiters.
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
    """Give up a claim, or the wait for it."""
    holder = table.get((claim, HOLDER))
    # Freeing nothing sends nobody: otherwise two waiters would send each other for ever.
    if crashed or (holder is not None and holder["holder"] == key.text):
        let_go(table, load, claim, key)
    elif waited:
        table.delete(waiter_at(claim, key))


def take(table: Table, claim: str, key: RowKey, *, waited: bool) -> bool:
    """Take a claim, or register as a waiter. Returns whether it was taken.

    The claim is tried once more after registering: the holder may have let go just before, and then sent
    nobody. `waited`: an earlier load may have registered; taking the claim ends the wait.
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
    """Let go of the claim, held or waited for, and send its waiters."""
    _leave(table, claim, key)
    send_to_load(load, waiters(table, claim), wake=True)


def give_up(table: Table, load: Queue, claim: str, key: RowKey, limit: int) -> None:
    """Give up the claim of a placeholder's address, and send some rows that have not given up yet.

    Each row that gives up sends the next: thousands that share an address do not send thousands each.
    """
    _leave(table, claim, key)
    send_to_load(load, users(table, claim, limit), wake=True)


def users(table: Table, claim: str, limit: int) -> list[RowKey]:
    """The holder and first waiters of an address: all rightful ones, since these are within the limit.

    One more may hold it from before. All others are giving it up, and send the next when they have.
    """
    items = table.first(claim, limit=limit + 2)
    named = (item.get("holder", item.get("waiter")) for item in items)
    return [RowKey.parse(str(name)) for name in named if name is not None]


def _leave(table: Table, claim: str, key: RowKey) -> None:
    table.delete(waiter_at(claim, key))
    table.delete((claim, HOLDER), equals("holder", key.text))
