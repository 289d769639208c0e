"""Links between rows: wakes waiting rows and releases former parents. Every step may be repeated at will."""

from dataclasses import dataclass
from uuid import uuid4

from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.hashes import identity_of
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.state.links import delete_link, linked
from kiwi_sync.state.rows import Row, owe, read_rows, unchanged
from kiwi_sync.state.table import Change, Table, exists
from kiwi_sync.times import Clock
from pydantic import ValidationError


@dataclass(frozen=True)
class Dependents:
    """Links between agreements and their units and tenants."""

    table: Table
    load: Queue
    clock: Clock

    def wake_waiting(self, parent: Row, *, changing: bool) -> None:
        """Send each agreement linked to a parent in KIWI that should be there and is not.

        Also those that went without access while their tenant's address was `changing`.
        """
        linked = self._linked(parent.key).items()
        self._wake(
            [
                key
                for key, row in linked
                if row and ((row.quiet is not None and not changing) or _should_come(row))
            ]
        )

    def wake_claiming(self, parent: Row) -> None:
        """Send agreements with claims, linked to a parent missing in KIWI: they need no claims any more."""
        linked = self._linked(parent.key).items()
        self._wake([key for key, row in linked if row and row.claims and not row.perhaps_in_kiwi])

    def agreements_of(self, tenant: RowKey) -> list[Row]:
        """The agreements linked to a tenant that are written already."""
        return [row for row in self._linked(tenant).values() if row]

    def unquiet(self, tenant: Row, mark: str) -> list[Row]:
        """The tenant's agreements in KIWI with access not yet withdrawn for the change of address."""
        return [row for row in self.blockers(tenant) if row.quiet != mark]

    def blockers(self, parent: Row) -> list[Row]:
        """The agreements that are, or may be, in KIWI under the parent: it cannot go before them."""
        rows = self._linked(parent.key).values()
        return [row for row in rows if row and row.perhaps_in_kiwi and parent.key.text in row.parents]

    def has_links(self, parent: Row) -> bool:
        """Whether any agreement is linked to the parent."""
        return bool(self._linked(parent.key))

    def wake(self, rows: list[Row]) -> None:
        """Send rows to load."""
        self._wake([row.key for row in rows])

    def distrust(self, row: Row) -> None:
        """Note that the row is wrong about KIWI, so that the next load looks first."""
        doubt = Change(put={"doubt": uuid4().hex})
        self.table.update(row.at, doubt, exists("pk"))
        owe(self.table, row, self.clock())
        self._wake([row.key])

    def release_parents(self, agreement: Row, parents: list[Row], *, present: bool) -> None:
        """Release the parents that the agreement is not under: send those that wait for deletion.

        A former parent is crossed off after that, if the agreement's row is still as read. `parents`: the
        present ones, as read; `present`: the agreement is in KIWI, as it should be.
        """
        wanted: frozenset[str] = frozenset()
        if agreement.desired is not None:
            desired = DesiredAgreement.model_validate_json(agreement.desired)
            wanted = frozenset({desired.tenant, desired.rental_unit})
            if not present:
                self.wake([parent for parent in parents if parent.leaving])
        former = agreement.parents - wanted
        if former:
            self._pay(agreement, [RowKey.parse(text) for text in sorted(former)])
            self.table.update(agreement.at, Change(take={"parents": former}), unchanged(agreement))

    def _linked(self, parent: RowKey) -> dict[RowKey, Row | None]:
        """The agreements linked to the parent, with their rows, if these are written already.

        Deletes outdated links: written late by a transform from an old state of the lease, or by one that
        crashed before it wrote the agreement and whose lease has moved on since.
        """
        links = linked(self.table, parent)
        rows = read_rows(self.table, list(links))
        loose = [key for key in links if parent.text not in _parents(rows.get(key))]
        leases = read_rows(self.table, [key.lease for key in loose])
        for key in loose:
            if _stale(rows.get(key), leases.get(key.lease), links[key]):
                delete_link(self.table, parent, key, links.pop(key))
        return {key: rows.get(key) for key in links}

    def _pay(self, agreement: Row, former: list[RowKey]) -> None:
        for parent in former:
            delete_link(self.table, parent, agreement.key, agreement.desired_from)
        rows = read_rows(self.table, former)
        self.wake(
            [row for row in rows.values() if row.waits_for_agreements or (row.gone and row.expires is None)]
        )

    def _wake(self, keys: list[RowKey]) -> None:
        if keys:
            send_to_load(self.load, keys, wake=True)


def _should_come(agreement: Row) -> bool:
    if agreement.desired is None:
        return False
    try:
        identity = identity_of(DesiredAgreement.model_validate_json(agreement.desired))
    except ValidationError:
        # The fault must fail the agreement's own load, not its parents'.
        return True
    return agreement.kiwi_id is None or agreement.doubt is not None or agreement.identity_hash != identity


def _parents(agreement: Row | None) -> frozenset[str]:
    return frozenset() if agreement is None else agreement.parents


def _stale(agreement: Row | None, lease: Row | None, rev: int) -> bool:
    """Whether a link states an old state of the lease and the agreement it announced will never be written.

    The agreement's row is newer, or the lease is, and is settled.
    """
    if agreement is not None and agreement.desired_from > rev:
        return True
    return lease is None or (lease.todo is None and lease.source_rev > rev)
