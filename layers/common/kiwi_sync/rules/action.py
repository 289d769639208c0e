"""What to do about one key in KIWI: a pure function, rows in, action out."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiwi_sync.keys import RowKind
from kiwi_sync.kiwi.models import Found, Kind, Payload, RentalAgreement, RentalUnit, Tenant
from kiwi_sync.rules.coordinates import agree, coordinates_of
from kiwi_sync.rules.hashes import hash_of, identity_of, is_hash_of
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Notice, Reason
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
    WITHDRAW = "withdraw"
    """Take access away while the tenant's e-mail address changes; it is given again."""
    REGIVE = "regive"
    """Give access again, that another agreement's withdrawal may have taken away."""
    GIVE_ACCESS = "give_access"
    RESTORE_DOORS = "restore_doors"


@dataclass(frozen=True)
class Wish:
    """What KIWI should hold for a row, all things considered.

    `payload` None and no `reason`: it should be there, but its parents are not yet.
    """

    payload: Payload | None = None
    reason: str | None = None
    identity: str = ""
    """Of what KIWI cannot change in an agreement: external id, tenant, unit; empty for units and tenants."""
    quiet: str | None = None
    """Of an agreement: its tenant's e-mail address is about to change, under this mark; access waits."""
    regive: frozenset[str] = frozenset()
    """Of an agreement: marks of withdrawals that are over, and may have taken doors of its own."""

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
    """What KIWI holds for a row, as last made or seen, and what load has begun there.

    docs/develop/state.md describes every attribute: they are those of the row.
    """

    kiwi_id: str | None = None
    payload_hash: str | None = None
    identity_hash: str | None = None
    held: frozenset[str] = frozenset()
    restore_access: bool = False
    access_tries: int = 0
    quiet: str | None = None
    readdressing: str | None = None
    doors: str | None = None
    noticed: frozenset[str] = frozenset()
    coordinates: str | None = None

    @property
    def gone(self) -> "Actual":
        """The same, gone from KIWI: but the doors that a unit had are remembered, and what was noticed."""
        return Actual(doors=self.doors, noticed=self.noticed - {Notice.COORDINATES_KEPT.value})

    @property
    def gone_to_return(self) -> "Actual":
        """The same, gone from KIWI for a while: access is to be given again if it was on."""
        return replace(self.gone, restore_access=self.restore_access, access_tries=self.access_tries)


_REMEMBERED = (
    "kiwi_id",
    "payload_hash",
    "identity_hash",
    "held",
    "restore_access",
    "access_tries",
    "quiet",
    "readdressing",
    "doors",
    "noticed",
    "coordinates",
)


def actual_of(row: Row) -> Actual:
    """What the row remembers."""
    return Actual(**{name: getattr(row, name) for name in _REMEMBERED})


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
    if tenant.kiwi_id is None or unit.kiwi_id is None or doors_are_missing(unit):
        return Wish(identity=identity, quiet=tenant.readdressing)
    payload = RentalAgreement(
        external_id=desired.external_id,
        tenant_id=tenant.kiwi_id,
        rental_unit_id=unit.kiwi_id,
        start_at=desired.start_at,
        end_at=desired.end_at,
    )
    return Wish(payload=payload, identity=identity, quiet=tenant.readdressing)


def doors_are_missing(unit: Row | Actual) -> bool:
    """Whether a unit's doors were removed to delete it, and are to be put back when it is there again."""
    return unit.doors is not None and Notice.DOORS_NOT_RESTORED not in unit.noticed


def next_action(wish: Wish, actual: Actual) -> Action:
    """What brings KIWI from `actual` towards the wish: one step, after which to plan again."""
    if actual.kiwi_id is None:
        return Action.CREATE if wish.payload is not None else Action.NOTHING
    if not wish.wanted:
        return Action.DELETE_TO_CREATE if wish.keeps_access else Action.DELETE
    if wish.identity != (actual.identity_hash or ""):
        return Action.DELETE_TO_CREATE
    if wish.payload is not None and not is_hash_of(actual.payload_hash, wish.payload):
        return Action.UPDATE
    if doors_are_missing(actual):
        return Action.RESTORE_DOORS
    return _access_action(wish, actual)


def _access_action(wish: Wish, actual: Actual) -> Action:
    if wish.quiet is not None:
        return Action.NOTHING if actual.quiet == wish.quiet else Action.WITHDRAW
    if actual.restore_access:
        return Action.GIVE_ACCESS
    return Action.REGIVE if wish.regive else Action.NOTHING


def made(
    wish: Wish,
    payload: Payload,
    kiwi_id: str,
    before: Actual,
    held: frozenset[str],
    answered: Found | None = None,
) -> Actual:
    """What KIWI holds after `payload` was created or updated. `answered`: as far as KIWI has said it."""
    return replace(
        before,
        kiwi_id=kiwi_id,
        payload_hash=hash_of(payload),
        identity_hash=wish.identity or None,
        held=held,
        coordinates=coordinates_of(answered),
    )


def seen(wish: Wish, found: Found | None, before: Actual) -> Actual:
    """What KIWI holds, but for `held`, having looked. What is not as wished gets a hash of no payload.

    An agreement's access may be another by now, too.
    """
    if found is None:
        return replace(before.gone_to_return, readdressing=before.readdressing)
    same = wish.payload is not None and found.same_as(wish.payload)
    fitting = wish.payload is not None and _identity(found.payload) == _identity(wish.payload)
    return replace(
        before,
        kiwi_id=found.id,
        payload_hash=hash_of(wish.payload) if same and wish.payload is not None else "",
        identity_hash=(wish.identity or None) if fitting or not wish.identity else "differs",
        quiet=None,
        coordinates=coordinates_of(found),
    )


def judged(wish: Wish, actual: Actual) -> Actual:
    """The same, with a notice if KIWI has the wished address with other coordinates, and without if not."""
    payload, there = wish.payload, actual.coordinates
    differ = (
        isinstance(payload, RentalUnit)
        and payload.address is not None
        and actual.kiwi_id is not None
        and there is not None
        and is_hash_of(actual.payload_hash, payload)
        and not agree(there, payload.address)
    )
    notice = {Notice.COORDINATES_KEPT.value}
    return replace(actual, noticed=actual.noticed | notice if differ else actual.noticed - notice)


def _identity(payload: Payload) -> object:
    if isinstance(payload, RentalAgreement):
        return payload.external_id, payload.tenant_id, payload.rental_unit_id
    return None
