"""Reads an object in KIWI if its row is not certain about it."""

from kiwi_sync.kiwi.client import KiwiClient

from kiwi_load.dependents import Dependents
from kiwi_load.situation import Situation


def look(situation: Situation, kiwi: KiwiClient, dependents: Dependents) -> Situation:
    """Read the object in KIWI: an earlier load may or may not have changed it."""
    found = kiwi.get(situation.kind, situation.kiwi_id)
    if found is None and situation.actual.kiwi_id is None:
        found = kiwi.get(situation.kind, situation.former_id)
    if found is None and situation.actual.kiwi_id is not None:
        has_vanished(situation, dependents)
    return situation.having_seen(found)


def has_vanished(situation: Situation, dependents: Dependents) -> None:
    """Distrust the agreements of an object that a person deleted in KIWI: it could not go before them."""
    if situation.is_parent:
        for agreement in dependents.blockers(situation.row):
            dependents.distrust(agreement)
