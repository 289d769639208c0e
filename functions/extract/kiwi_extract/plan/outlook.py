"""Works out what would become of one row in KIWI. Pure."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.rules.action import (
    Action,
    Wish,
    actual_of,
    agreement_wish,
    next_action,
    wish_of,
)
from kiwi_sync.rules.desire import Desire
from kiwi_sync.rules.email import is_blocked
from kiwi_sync.rules.hashes import hash_of, is_hash_of
from kiwi_sync.rules.reasons import Loss, Reason
from kiwi_sync.state.claims import wanted_claims
from kiwi_sync.state.rows import Row
from kiwi_sync.state.wants import email_claim

from kiwi_extract.plan.line import AddressUser, PlanLine, Planned, Standing


@dataclass(frozen=True)
class Outlook:
    """A line, and how the row stands before and after it. `lost`: after it, if another has its claim."""

    line: PlanLine
    before: Standing = Standing.OUT
    after: Standing = Standing.OUT
    lost: Standing = Standing.OUT
    member: AddressUser | None = None


def outlook_of(row: Row, desire: Desire, blocked: Collection[str] = ()) -> Outlook:
    """The outlook of a unit or a tenant. `row`: as it is, or an empty one. `blocked`: see the settings."""
    wish = wish_of(_desiring(row, desire))
    line = _line(row, desire, wish)
    after = Standing.THERE if wish.wanted else Standing.OUT
    lost = after if row.in_kiwi or after is Standing.OUT else Standing.WAITS
    member = _member(row, desire, blocked) if row.key.kind is RowKind.MIETER else None
    return Outlook(line, standing_of(row), after, lost, member)


def agreement_outlook(row: Row, desire: Desire, tenant: Standing, unit: Standing) -> Outlook:
    """The outlook of an agreement, given how its tenant and its unit stand."""
    wanted = _desiring(row, desire)
    wish = agreement_wish(wanted, _standing(row.key, tenant), _standing(row.key, unit))
    waits = Reason.TENANT_NOT_SYNCHRONIZED if tenant is not Standing.THERE else Reason.WAITING
    return Outlook(_line(row, desire, wish, waits))


def standing_of(row: Row | None) -> Standing:
    """How a unit or a tenant stands now."""
    if row is None or not row.eligible:
        return Standing.OUT
    return Standing.THERE if row.in_kiwi else Standing.WAITS


def held_line(key: RowKey, reason: Loss, external_id: str) -> PlanLine:
    """A record whose losses are held: it stays as it is."""
    return PlanLine(key, Planned.HOLD, external_id, reason.value)


def _member(row: Row, desire: Desire, blocked: Collection[str]) -> AddressUser:
    claim = None
    if desire.email_limit and desire.payload is not None:
        claim = email_claim(row.key.connection, _address(desire.payload))
    joins = claim is not None and (claim not in row.wants or row.counted != desire.email_limit)
    return AddressUser(
        claim=claim,
        limit=desire.email_limit,
        joins=joins,
        parts=row.wants - {claim},
        in_kiwi=row.in_kiwi,
        kept_out=row.outcome == Reason.PLACEHOLDER_EMAIL,
        claims=row.claims,
        held=row.held,
        blocked=row.in_kiwi and row.desired is not None and is_blocked(_address(row.desired), blocked),
    )


def _address(payload: str) -> str:
    return Tenant.model_validate_json(payload).email_address


def _desiring(row: Row, desire: Desire) -> Row:
    reason = None if desire.reason is None else str(desire.reason)
    return replace(row, desired=desire.payload, reason=reason)


def _line(row: Row, desire: Desire, wish: Wish, waits: str = "") -> PlanLine:
    action = _ACTIONS[next_action(wish, actual_of(row))]
    if action is Planned.REPLACE and wish.payload is None:
        action = Planned.DELETE
    reason = (wish.reason or (waits if wish.payload is None else None)) or None
    if action is Planned.NOTHING and reason not in {None, Reason.GONE, row.reason, row.outcome}:
        action = Planned.SKIP
    effect = action in {Planned.CREATE, Planned.UPDATE, Planned.REPLACE}
    wants = wanted_claims(row.key, wish.payload) if effect else {}
    gone = action is Planned.DELETE or (not row.in_kiwi and not effect)
    leaves = row.claims - frozenset(wants) if effect or gone else frozenset[str]()
    changes = _changes(row, desire) if effect else {}
    return PlanLine(
        key=row.key,
        action=action,
        external_id=desire.external_id,
        reason=None if reason is None else str(reason),
        notice=None if desire.notice is None or not effect else str(desire.notice),
        fields=None if changes is None else tuple(changes),
        old_hash=_whole(row.key, row.payload_hash, row.identity_hash) if row.in_kiwi else None,
        new_hash=_whole(row.key, hash_of(wish.payload), wish.identity) if wish.payload and effect else None,
        wants=wants,
        leaves=leaves,
        kept_out=None if row.in_kiwi else row.outcome,
        values=changes,
    )


def _whole(key: RowKey, payload: str | None, identity: str | None) -> str | None:
    """The hash of all that KIWI holds: an agreement's own one is only of what KIWI can change in it."""
    if key.kind is not RowKind.RENTAL_AGREEMENT or payload is None:
        return payload
    return blake2b(f"{identity or ''} {payload}".encode(), digest_size=16).hexdigest()


_ACTIONS = {
    Action.NOTHING: Planned.NOTHING,
    Action.CREATE: Planned.CREATE,
    Action.UPDATE: Planned.UPDATE,
    Action.DELETE: Planned.DELETE,
    Action.DELETE_TO_CREATE: Planned.REPLACE,
    Action.GIVE_ACCESS: Planned.NOTHING,
}


def _standing(agreement: RowKey, standing: Standing) -> Row | None:
    """A row that stands so, as far as an agreement looks at it."""
    if standing is Standing.OUT:
        return None
    kiwi_id = "there" if standing is Standing.THERE else None
    return Row(agreement, rev=0, desired="{}", kiwi_id=kiwi_id)


def _changes(row: Row, desire: Desire) -> dict[str, tuple[Any, Any]] | None:
    """The payload's fields that change, each with its old and its new value; None: the old are not known."""
    new = dict(_flat(json.loads(desire.payload or "{}")))
    if not row.in_kiwi:
        return {name: (None, value) for name, value in new.items()}
    if row.desired is None or not _is_as_desired(row):
        return None
    old = dict(_flat(json.loads(row.desired)))
    names = dict.fromkeys((*old, *new))
    return {name: (old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)}


def _is_as_desired(row: Row) -> bool:
    """Whether what KIWI was made to hold is what the row desires now."""
    if row.key.kind is RowKind.RENTAL_AGREEMENT:
        there = _standing(row.key, Standing.THERE)
        wish = agreement_wish(row, there, there)
    else:
        wish = wish_of(row)
    same = wish.payload is not None and is_hash_of(row.payload_hash, wish.payload)
    return same and wish.identity == (row.identity_hash or "")


def _flat(payload: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in payload.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
