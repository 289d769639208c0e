"""Hashes of what KIWI was made to hold, by which a row remembers it."""

from hashlib import blake2b

from kiwi_sync.kiwi.models import Payload, RentalAgreement, RentalUnit
from kiwi_sync.rules.mapping import DesiredAgreement


def identity_of(desired: DesiredAgreement) -> str:
    """Hash of what KIWI cannot change in an agreement. Parents by row key: those do not change."""
    return _hash("\n".join((desired.external_id, desired.tenant, desired.rental_unit)))


def hash_of(payload: Payload) -> str:
    """Hash of a payload; of an agreement only what KIWI can change, of an address only its texts."""
    if isinstance(payload, RentalUnit):
        return _hash(payload.model_dump_json(exclude={"address": {"lat", "lng"}}))
    return former_hash_of(payload)


def former_hash_of(payload: Payload) -> str:
    """The hash that releases before 0.2 gave: with an address's coordinates."""
    if isinstance(payload, RentalAgreement):
        return _hash(f"{payload.start_at} {payload.end_at}")
    return _hash(payload.model_dump_json())


def is_hash_of(remembered: str | None, payload: Payload) -> bool:
    """Whether a hash that a row remembers is this payload's."""
    return remembered in {hash_of(payload), former_hash_of(payload)}


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
