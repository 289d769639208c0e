"""The effect of transform and load on the rows of a rig, as far as a plan looks at it."""

from dataclasses import replace

from kiwi_sync.keys import HOLDER, RowKind
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.rules.action import agreement_wish, wish_of
from kiwi_sync.rules.desire import Desire, desire, desired_agreements
from kiwi_sync.rules.hashes import hash_of
from kiwi_sync.state.claims import waiter_at, wanted_claims
from kiwi_sync.state.rows import Row, item_key
from kiwi_sync.state.table import Change, Value
from kiwi_sync.state.wants import Want, all_wants, email_claim, write_want

from tests.unit.extract.brake.houses import settle
from tests.unit.extract.exports import CONNECTION
from tests.unit.extract.rig import Rig


def in_kiwi(rig: Rig) -> None:
    """Everything is brought to KIWI, in the order of keys, and settled."""
    connection = rig.settings.get(CONNECTION)
    rows = dict(sorted(rig.rows().items()))
    for row in rows.values():
        wanted = desire(row, connection) if row.key.kind is RowKind.MIETER else None
        if wanted and wanted.payload:
            _want(rig, row, Tenant.model_validate_json(wanted.payload).email_address, wanted.email_limit)
    for row in dict(sorted(rig.rows().items())).values():
        if row.key.kind in {RowKind.VERWALTUNGSEINHEIT, RowKind.MIETER}:
            _make(rig, row, desire(row, connection))
    for row in rows.values():
        if row.key.kind is RowKind.MIETVERTRAG:
            for key, wanted in desired_agreements(row, connection).items():
                _make(rig, rig.rows().get(key.text) or Row(key, rev=1), wanted)
    settle(rig)


def _want(rig: Rig, row: Row, address: str, limit: int) -> None:
    claim = email_claim(CONNECTION, address)
    write_want(rig.table, claim, Want(row.key, limit))
    rig.table.update(
        row.at, Change(put={"wants": frozenset({claim}), "counted": limit, "email_limit": limit})
    )


def _make(rig: Rig, row: Row, wanted: Desire) -> None:
    put: dict[str, Value] = {"rev": row.rev + 1, "external_id": wanted.external_id}
    if wanted.payload is None:
        rig.table.update(row.at, Change(put=put | {"reason": str(wanted.reason)}))
        return
    put["desired"] = wanted.payload
    desired = replace(row, desired=wanted.payload)
    if wanted.parents:
        put["parents"] = wanted.parents
        tenant, unit = (rig.rows().get(parent) for parent in sorted(wanted.parents))
        wish = agreement_wish(desired, tenant, unit)
    else:
        wish = wish_of(desired)
    if wish.payload is None:
        rig.table.update(row.at, Change(put=put | {"outcome": str(wish.reason)}))
        return
    limit = wanted.email_limit
    if limit and any(len(all_wants(rig.table, claim)) > limit for claim in row.wants):
        rig.table.update(row.at, Change(put=put | {"outcome": "placeholder_email"}))
        return
    claims = wanted_claims(row.key, wish.payload)
    if claims:
        put |= {"claims": frozenset(claims)}
    for claim, reason in claims.items():
        holder = (rig.table.get((claim, HOLDER)) or {}).get("holder", row.key.text)
        if holder != row.key.text:
            rig.table.update(waiter_at(claim, row.key), Change(put={"waiter": row.key.text}))
            rig.table.update(row.at, Change(put=put | {"outcome": str(reason)}))
            return
        rig.table.update((claim, HOLDER), Change(put={"holder": row.key.text}))
    put |= {"held": frozenset(claims)} if claims else {}
    put |= {"kiwi_id": "k", "payload_hash": hash_of(wish.payload)}
    put |= {"identity_hash": wish.identity} if wish.identity else {}
    rig.table.update(item_key(row.key), Change(put=put))
