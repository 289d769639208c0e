"""Carries out one action in KIWI and returns KIWI's state after it."""

from collections.abc import Callable
from dataclasses import replace

from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.models import Kind
from kiwi_sync.observability import logger
from kiwi_sync.rules.action import Action, Actual, made
from kiwi_sync.rules.reasons import Notice

from kiwi_load.actual import ActualWriter
from kiwi_load.situation import Situation
from kiwi_load.unit_doors import remove_doors, restore_doors


def carry_out(
    kiwi: KiwiClient,
    writer: ActualWriter,
    action: Action,
    situation: Situation,
    token: str,
    withdrawn: Callable[[], None],
) -> Actual:
    """Carry out the action. `withdrawn` is called between an agreement's withdrawal and its deletion.

    Raises:
        KiwiError: any; the result is unknown, except after KiwiRefused, KiwiCollision or KiwiNotFound.
    """
    kiwi_id, payload, before = situation.kiwi_id, situation.wish.payload, situation.actual
    match action:
        case Action.GIVE_ACCESS:
            kiwi.give_access(kiwi_id)
            return replace(before, restore_access=False, access_tries=0)
        case Action.WITHDRAW:
            kiwi.withdraw_access(kiwi_id)
            return replace(before, quiet=situation.wish.quiet)
        case Action.REGIVE:
            kiwi.withdraw_access(kiwi_id)
            return replace(before, restore_access=True)
        case Action.RESTORE_DOORS:
            return restore_doors(kiwi, situation)
    if action in {Action.DELETE, Action.DELETE_TO_CREATE} or payload is None:
        return delete(kiwi, writer, action, situation, token, withdrawn)
    return _write(kiwi, action, situation)


def delete(
    kiwi: KiwiClient,
    writer: ActualWriter,
    action: Action,
    situation: Situation,
    token: str,
    withdrawn: Callable[[], None] = lambda: None,
) -> Actual:
    """Delete an object, after a unit's doors or an agreement's access (then `withdrawn` is called).

    Raises:
        KiwiError, TakenOverError: the result is unknown.
    """
    if situation.kind is Kind.RENTAL_UNIT:
        situation = remove_doors(kiwi, writer, situation, token)
    kiwi.delete(situation.kind, situation.kiwi_id, withdrawn)
    before = situation.actual
    if situation.id_is_shared:
        logger.warning(
            "deleted an id without the organization, in every organization that has it",
            key=str(situation.row.key),
            id=situation.kiwi_id,
        )
        before = replace(before, noticed=before.noticed | {Notice.FORMER_ID_DELETED.value})
    return before.gone_to_return if action is Action.DELETE_TO_CREATE else before.gone


def _write(kiwi: KiwiClient, action: Action, situation: Situation) -> Actual:
    kind, kiwi_id, payload, before = (
        situation.kind,
        situation.kiwi_id,
        situation.wish.payload,
        situation.actual,
    )
    assert payload is not None  # noqa: S101 - the caller has looked
    held = frozenset(situation.claims)
    if action is Action.CREATE:
        answered = kiwi.create(kind, kiwi_id, payload)
        before = replace(before, noticed=before.noticed - {Notice.FORMER_ID_DELETED.value})
    else:
        answered = kiwi.update(kind, kiwi_id, payload)
        before = replace(before, readdressing=None)
    return made(situation.wish, payload, kiwi_id, before, held, answered)
