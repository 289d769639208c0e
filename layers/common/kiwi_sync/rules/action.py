"""Decides the next action for one key in KIWI: a pure function, rows in, action out."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiwi_sync.keys import RowKind
from kiwi_sync.kiwi.models import FoundObject, Kind, Payload, RentalAgreement, RentalUnit, Tenant
from kiwi_sync.rules.hashes import hash_of, identity_of, is_hash_of
from kiwi_sync.rules.kept_coordinates import agree, coordinates_of
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Notice, Reason
from kiwi_sync.state.rows import Row

KINDS = {
    RowKind.VERWALTUNGSEINHEIT: Kind.RENTAL_UNIT,
    RowKind.MIETER: Kind.TENANT,
    RowKind.RENTAL_AGREEMENT: Kind.RENTAL_AGREEMENT,
}


class Action(StrEnum):
    """A change to make in KIWI."""

    NOTHING = "nothing"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DELETE_TO_CREATE = "delete_to_create"
    WITHDRAW = "withdraw"
    """Take access away while the tenant's e-mail address changes; it is given again."""
    REGIVE = "regive"
    """Give access again that another agreement's withdrawal may have taken away."""
    GIVE_ACCESS = "give_access"
    RESTORE_DOORS = "restore_doors"


@dataclass(frozen=True)
class Wish:
    """The object that KIWI should hold for a row, with everything taken into account.

    `payload` None and no `reason`: the object should exist, but its parents do not yet.
    """

    payload: Payload | None = None
    reason: str | None = None
    identity: str = ""
    """Hash of external id, tenant and unit, which KIWI cannot change in an agreement; else empty."""
    quiet: str | None = None
    """The mark of a pending change of the tenant's e-mail address: access waits for it. Agreements only."""
    regive: frozenset[str] = frozenset()
    """Marks of finished withdrawals that may have taken doors of its own. Agreements only."""

    @property
    def wanted(self) -> bool:
        """Whether KIWI should hold it, now or once its parents exist."""
        return self.reason is None

    @property
    def keeps_access(self) -> bool:
        """Whether access is to be given again if the object leaves KIWI and comes back.

        Also without its unit: a lease that moves may lose the old unit, or lack the new one, for a moment.
        """
        return self.wanted or self.reason == Reason.UNIT_UNKNOWN


@dataclass(frozen=True)
class Actual:
    """The object KIWI holds for a row, as last written or seen, and what load has begun there.

    The attributes are those of the row; docs/develop/state.md describes them.
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
        """The same after deletion from KIWI; keeps a unit's removed doors and the notices."""
        return Actual(doors=self.doors, noticed=self.noticed - {Notice.COORDINATES_KEPT.value})

    @property
    def gone_to_return(self) -> "Actual":
        """The same after a temporary deletion from KIWI: access is to be given again if it was on."""
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
    """The `actual` part of a row."""
    return Actual(**{name: getattr(row, name) for name in _REMEMBERED})


def wish_of(row: Row) -> Wish:
    """The wish of a unit's or tenant's row."""
    if row.desired is None:
        return Wish(reason=row.reason or Reason.GONE)
    model = RentalUnit if row.key.kind is RowKind.VERWALTUNGSEINHEIT else Tenant
    return Wish(payload=model.model_validate_json(row.desired))


def agreement_wish(row: Row, tenant: Row | None, unit: Row | None) -> Wish:
    """The wish of an agreement's row: only with a synchronized tenant and an existing unit."""
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
    """Whether a unit's doors were removed for its deletion and are to be put back once it exists again."""
    return unit.doors is not None and Notice.DOORS_NOT_RESTORED not in unit.noticed


def next_action(wish: Wish, actual: Actual) -> Action:
    """The next step from `actual` towards the wish. Plan again after each step."""
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
    answered: FoundObject | None = None,
) -> Actual:
    """The state of KIWI after `payload` was created or updated. `answered`: the part KIWI has confirmed."""
    return replace(
        before,
        kiwi_id=kiwi_id,
        payload_hash=hash_of(payload),
        identity_hash=wish.identity or None,
        held=held,
        coordinates=coordinates_of(answered),
    )


def seen(wish: Wish, found: FoundObject | None, before: Actual) -> Actual:
    """The state of KIWI as a look has shown it; anything unexpected gets the hash of no payload.

    An agreement's access may have changed by now, too.
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
    """The same, with the notice about different coordinates set or cleared."""
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
