"""What to do about one key in KIWI: a pure function, rows in, action out."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from kiwi_sync.keys import RowKind
from kiwi_sync.kiwi.models import Found, Kind, Payload, RentalAgreement, RentalUnit, Tenant
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import Row

KINDS = {
    RowKind.VERWALTUNGSEINHEIT: Kind.RENTAL_UNIT,
    RowKind.MIETER: Kind.TENANT,
    RowKind.RENTAL_AGREEMENT: Kind.RENTAL_AGREEMENT,
}


class Action(StrEnum):
    """What to do in KIWI."""

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DELETE_TO_CREATE = "delete_to_create"
    GIVE_ACCESS = "give_access"


@dataclass(frozen=True)
class Wish:
    """What KIWI should hold for a row, all things considered.

    `payload` None and no `reason`: it should be there, but its parents are not yet.
    """

    payload: Payload | None = None
    reason: str | None = None
    identity: str = ""
    """Of what KIWI cannot change in an agreement: external id, tenant, unit; empty for units and tenants."""

    @property
    def wanted(self) -> bool:
        """Whether it should be in KIWI, now or as soon as its parents are."""
        return self.reason is None

    @property
    def keeps_access(self) -> bool:
        """Whether, if it has to go from KIWI, it is to have its access again when it comes back.

        Also without its unit: a lease that moves may lose the old unit, or lack the new one, for a moment.
        """
        return self.wanted or self.reason == Reason.UNIT_UNKNOWN


@dataclass(frozen=True)
class Actual:
    """What KIWI holds for a row, as last made or seen."""

    kiwi_id: str | None = None
    payload_hash: str | None = None
    identity_hash: str | None = None
    held: frozenset[str] = frozenset()
    restore_access: bool = False


NOT_IN_KIWI = Actual()


def actual_of(row: Row) -> Actual:
    """What the row remembers."""
    return Actual(row.kiwi_id, row.payload_hash, row.identity_hash, row.held, row.restore_access)


def wish_of(row: Row) -> Wish:
    """What a unit's or tenant's row wishes."""
    if row.desired is None:
        return Wish(reason=row.reason or Reason.GONE)
    model = RentalUnit if row.key.kind is RowKind.VERWALTUNGSEINHEIT else Tenant
    return Wish(payload=model.model_validate_json(row.desired))


def agreement_wish(row: Row, tenant: Row | None, unit: Row | None) -> Wish:
    """What an agreement's row wishes: only with a tenant who is synchronized and a unit that is there."""
    if row.desired is None:
        return Wish(reason=row.reason or Reason.GONE)
    if tenant is None or not tenant.eligible:
        return Wish(reason=Reason.TENANT_NOT_SYNCHRONIZED)
    if unit is None or unit.desired is None:
        return Wish(reason=Reason.UNIT_UNKNOWN)
    desired = DesiredAgreement.model_validate_json(row.desired)
    identity = identity_of(desired)
    if tenant.kiwi_id is None or unit.kiwi_id is None:
        return Wish(identity=identity)
    payload = RentalAgreement(
        external_id=desired.external_id,
        tenant_id=tenant.kiwi_id,
        rental_unit_id=unit.kiwi_id,
        start_at=desired.start_at,
        end_at=desired.end_at,
    )
    return Wish(payload=payload, identity=identity)


def next_action(wish: Wish, actual: Actual) -> Action:
    """What brings KIWI from `actual` towards the wish: one step, after which to plan again."""
    if actual.kiwi_id is None:
        return Action.CREATE if wish.payload is not None else Action.NOTHING
    if not wish.wanted:
        return Action.DELETE_TO_CREATE if wish.keeps_access else Action.DELETE
    if wish.identity != (actual.identity_hash or ""):
        return Action.DELETE_TO_CREATE
    if wish.payload is not None and hash_of(wish.payload) != actual.payload_hash:
        return Action.UPDATE
    return Action.GIVE_ACCESS if actual.restore_access else Action.NOTHING


def made(wish: Wish, payload: Payload, kiwi_id: str, before: Actual, held: frozenset[str]) -> Actual:
    """What KIWI holds after `payload` was created or updated."""
    return Actual(kiwi_id, hash_of(payload), wish.identity or None, held, before.restore_access)


def seen(wish: Wish, found: Found | None, before: Actual) -> Actual:
    """What KIWI holds, but for `held`, having looked. What is not as wished gets a hash of no payload."""
    if found is None:
        return Actual(restore_access=before.restore_access)
    same = wish.payload is not None and found.same_as(wish.payload)
    fitting = wish.payload is not None and _identity(found.payload) == _identity(wish.payload)
    return Actual(
        kiwi_id=found.id,
        payload_hash=hash_of(wish.payload) if same and wish.payload is not None else "",
        identity_hash=(wish.identity or None) if fitting or not wish.identity else "differs",
        restore_access=before.restore_access,
    )


def identity_of(desired: DesiredAgreement) -> str:
    """Hash of what KIWI cannot change in an agreement. Parents by row key: those do not change."""
    return _hash("\n".join((desired.external_id, desired.tenant, desired.rental_unit)))


def hash_of(payload: Payload) -> str:
    """Hash of a payload; of an agreement only what KIWI can change."""
    if isinstance(payload, RentalAgreement):
        return _hash(f"{payload.start_at} {payload.end_at}")
    return _hash(payload.model_dump_json())


def _identity(payload: Payload) -> object:
    if isinstance(payload, RentalAgreement):
        return payload.external_id, payload.tenant_id, payload.rental_unit_id
    return None


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8"), digest_size=16).hexdigest()
