"""Carries out one action in KIWI; what KIWI holds thereafter."""

from dataclasses import replace

from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.rules.action import NOT_IN_KIWI, Action, Actual, made

from kiwi_load.situation import Situation


def access_is_on(kiwi: KiwiClient, situation: Situation) -> bool:
    """Whether the agreement opens doors now."""
    state = kiwi.state(situation.kiwi_id)
    return state is not None and state.access_is_on


def carry_out(kiwi: KiwiClient, action: Action, situation: Situation) -> Actual:
    """Carry out the action.

    Raises:
        KiwiError: any; unless it is KiwiRefused, KiwiCollision or KiwiNotFound, nobody knows what happened.
    """
    kind, kiwi_id, payload = situation.kind, situation.kiwi_id, situation.wish.payload
    if action is Action.GIVE_ACCESS:
        kiwi.give_access(kiwi_id)
        return replace(situation.actual, restore_access=False)
    if action in {Action.DELETE, Action.DELETE_TO_CREATE} or payload is None:
        return _delete(kiwi, action, situation)
    held = frozenset(situation.claims)
    if action is Action.CREATE:
        kiwi.create(kind, kiwi_id, payload)
    else:
        kiwi.update(kind, kiwi_id, payload)
    return made(situation.wish, payload, kiwi_id, situation.actual, held)


def _delete(kiwi: KiwiClient, action: Action, situation: Situation) -> Actual:
    kiwi.delete(situation.kind, situation.kiwi_id)
    if action is Action.DELETE_TO_CREATE:
        return Actual(restore_access=situation.actual.restore_access)
    return NOT_IN_KIWI
