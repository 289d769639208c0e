"""A look at KIWI, where the row does not say for certain what is there."""

from kiwi_sync.kiwi.client import KiwiClient

from kiwi_load.dependents import Dependents
from kiwi_load.situation import Situation


def look(situation: Situation, kiwi: KiwiClient, dependents: Dependents) -> Situation:
    """Ask KIWI what is there: an earlier load may have done something, or nothing."""
    found = kiwi.get(situation.kind, situation.kiwi_id)
    if found is None and situation.actual.kiwi_id is None:
        found = kiwi.get(situation.kind, situation.former_id)
    if found is None and situation.actual.kiwi_id is not None:
        has_vanished(situation, dependents)
    return situation.having_seen(found)


def has_vanished(situation: Situation, dependents: Dependents) -> None:
    """A person has deleted it in KIWI; which goes only without agreements: these are gone too."""
    if situation.is_parent:
        for agreement in dependents.blockers(situation.row):
            dependents.distrust(agreement)
