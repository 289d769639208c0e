"""Counts the tenants that want one e-mail address: above the limit it is a placeholder for all.

A tenant writes its want before it counts, and claims the address before it counts once more. So if one tenant
enters while another claims, one of them sees the other. A user of an address that becomes a placeholder is
sent, and so is a tenant that went without the address once it is none any more.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.email import is_blocked
from kiwi_sync.state.rows import unchanged
from kiwi_sync.state.table import Change, Table, exists
from kiwi_sync.state.wants import Want, all_within_limit, delete_want, email_claim, wants, write_want

from kiwi_load.claiming import users
from kiwi_load.situation import Situation


@dataclass(frozen=True)
class Placeholders:
    """Counts the wants of an address. Every step may be repeated at will."""

    table: Table
    load: Queue

    def judged(self, situation: Situation) -> Situation | None:
        """The situation, complete with the count of wants. None: the row has moved on.

        A tenant that no longer wants an address leaves its crowd; a new one enters.
        """
        situation = self._left(situation)
        claim, row = situation.counted_claim, situation.row
        if claim is None:
            return situation
        enters = row.entering or claim not in row.wants or row.counted != row.email_limit
        if enters and not self._enter(situation, claim):
            return None
        others = self._others(situation, claim)
        crowded = len(others) >= row.email_limit
        if enters:
            self._wake(row.key, users(self.table, claim, row.email_limit) if crowded else others)
            row = replace(row, wants=row.wants | {claim}, counted=row.email_limit, entering=True)
            situation = replace(situation, row=row)
        return situation.withheld() if crowded else situation

    def is_placeholder(self, situation: Situation) -> bool:
        """Whether the tenant's wanted address has become a placeholder: more than the limit want it."""
        claim = situation.counted_claim
        return claim is not None and len(self._others(situation, claim)) >= situation.row.email_limit

    def _keeps_out(self, situation: Situation, address: str) -> bool:
        """Whether an address that the tenant still has, but no longer wants, has become a placeholder."""
        claim, limit = email_claim(situation.row.key.connection, address), situation.row.email_limit
        return limit > 0 and len(self._others(situation, claim)) > limit

    def must_leave(self, situation: Situation, kiwi: KiwiClient, blocked: Collection[str]) -> bool:
        """Whether a tenant is in KIWI under a placeholder's address other than the one it wants."""
        wished = situation.wish.payload
        if not isinstance(wished, Tenant) or not (blocked or situation.row.email_limit):
            return False
        found = kiwi.get(situation.kind, situation.kiwi_id)
        address = found.payload.email_address if found and isinstance(found.payload, Tenant) else None
        if address is None or address == wished.email_address:
            return False
        return is_blocked(address, blocked) or self._keeps_out(situation, address)

    def _left(self, situation: Situation) -> Situation:
        """Leave the crowds of former addresses. Each is crossed off only after its members were sent.

        The row first says that it is `entering`: after a crash half-way it may want the address again.
        """
        row = situation.row
        former = row.wants - {situation.counted_claim}
        if not former:
            return situation
        self.table.update(row.at, Change(put={"entering": True}), exists("pk"))
        for claim in sorted(former):
            delete_want(self.table, claim, row.key)
            remaining = wants(self.table, claim)
            if all_within_limit(remaining):
                self._wake(row.key, (want.key for want in remaining))
        self.table.update(row.at, Change(take={"wants": former}))
        return replace(situation, row=replace(row, wants=row.wants - former, entering=True))

    def _enter(self, situation: Situation, claim: str) -> bool:
        """Write the want. A row that is `entering` has not sent the others until it is settled."""
        row = situation.row
        intent = Change(put={"entering": True, "counted": row.email_limit}, add={"wants": frozenset({claim})})
        if not self.table.update(row.at, intent, unchanged(row)):
            return False
        write_want(self.table, claim, Want(row.key, row.email_limit))
        return True

    def _others(self, situation: Situation, claim: str) -> list[RowKey]:
        """The first tenants that want the address, as many as matter."""
        row = situation.row
        return [want.key for want in wants(self.table, claim, row.email_limit) if want.key != row.key]

    def _wake(self, key: RowKey, keys: Iterable[RowKey]) -> None:
        send_to_load(self.load, [one for one in keys if one != key], wake=True)
