"""Hashes of objects in KIWI, by which a row remembers them."""

from hashlib import blake2b

from kiwi_sync.kiwi.models import Payload, RentalAgreement, RentalUnit
from kiwi_sync.rules.mapping import DesiredAgreement


def identity_of(desired: DesiredAgreement) -> str:
    """Hash of an agreement's unchangeable facts. Names parents by row key, which never changes."""
    return _hash("\n".join((desired.external_id, desired.tenant, desired.rental_unit)))


def hash_of(payload: Payload) -> str:
    """Hash of a payload; of an agreement's changeable fields only, and of an address's texts only."""
    if isinstance(payload, RentalUnit):
        return _hash(payload.model_dump_json(exclude={"address": {"lat", "lng"}}))
    return former_hash_of(payload)


def former_hash_of(payload: Payload) -> str:
    """The hash used by releases before 0.2, which includes an address's coordinates."""
    if isinstance(payload, RentalAgreement):
        return _hash(f"{payload.start_at} {payload.end_at}")
    return _hash(payload.model_dump_json())


def is_hash_of(remembered: str | None, payload: Payload) -> bool:
    """Whether a remembered hash is this payload's."""
    return remembered in {hash_of(payload), former_hash_of(payload)}


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
