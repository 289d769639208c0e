"""Handles collisions: KIWI says that something is taken, but not what."""

from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.models import FoundObject, Kind, RentalAgreement, Tenant
from kiwi_sync.rules.action import KINDS
from kiwi_sync.state.rows import Row

from kiwi_load.situation import Situation


def is_ours(situation: Situation, found: FoundObject) -> bool:
    """Whether an object in KIWI is the one described by this row.

    It is if it has our id, or that of earlier releases; or our external id and the same e-mail address (a
    tenant) or the same tenant and unit (an agreement). Anything else is somebody else's.
    """
    if found.id in {situation.kiwi_id, situation.former_id}:
        return True
    wished, present = situation.wish.payload, found.payload
    if isinstance(wished, Tenant) and isinstance(present, Tenant):
        return (wished.external_id, wished.email_address) == (present.external_id, present.email_address)
    if isinstance(wished, RentalAgreement) and isinstance(present, RentalAgreement):
        ours = wished.external_id, wished.tenant_id, wished.rental_unit_id
        return ours == (present.external_id, present.tenant_id, present.rental_unit_id)
    return False


def missing_parents(kiwi: KiwiClient, situation: Situation) -> list[Row]:
    """The parents of an agreement that are missing in KIWI, though their rows say otherwise."""
    if situation.kind is not Kind.RENTAL_AGREEMENT:
        return []
    return [
        parent
        for parent in situation.parents
        if parent.kiwi_id is not None and kiwi.get(KINDS[parent.key.kind], parent.kiwi_id) is None
    ]
