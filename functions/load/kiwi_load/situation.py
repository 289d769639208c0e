"""A load's knowledge of its key: rows, wish, and KIWI's state."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.kiwi.models import FoundObject, Kind, Tenant
from kiwi_sync.rules.action import KINDS, Actual, Wish, actual_of, agreement_wish, seen, wish_of
from kiwi_sync.rules.ids import former_kiwi_id, kiwi_id
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.claims import wanted_claims
from kiwi_sync.state.rows import Row, read_row, read_rows
from kiwi_sync.state.table import Table
from kiwi_sync.state.wants import email_claim


@dataclass(frozen=True)
class Situation:
    """The knowledge about one key at one moment."""

    row: Row
    wish: Wish
    actual: Actual
    organization: Callable[[], str]
    """The id of KIWI's organization: only a log-in reveals it."""
    parents: tuple[Row, ...] = ()
    """The existing rows of an agreement's tenant and unit."""

    @property
    def kind(self) -> Kind:
        """The object's kind in KIWI."""
        return KINDS[self.row.key.kind]

    @property
    def kiwi_id(self) -> str:
        """The object's id in KIWI: the present (perhaps adopted) one, else its future one."""
        return self.actual.kiwi_id or self.own_id

    @property
    def own_id(self) -> str:
        """The id that this release gives."""
        key = self.row.key
        return kiwi_id(self.organization(), (key.mandant, *key.numbers))

    @property
    def former_id(self) -> str:
        """The id that earlier releases gave."""
        key = self.row.key
        return former_kiwi_id((key.mandant, *key.numbers))

    @property
    def id_is_shared(self) -> bool:
        """Whether another organization may have an object of the same id, which would be deleted with it."""
        mine = self.kiwi_id in {self.own_id} or self.kiwi_id.startswith(f"{self.organization()}--")
        return self.kind is not Kind.RENTAL_UNIT and not mine

    @property
    def unit_id(self) -> str | None:
        """The id in KIWI of an agreement's unit."""
        units = (row.kiwi_id for row in self.parents if row.key.kind is RowKind.VERWALTUNGSEINHEIT)
        return next(units, None)

    @property
    def new_address(self) -> bool:
        """Whether a tenant in KIWI should get another e-mail address, as far as its row knows."""
        payload, actual = self.wish.payload, self.actual
        if actual.kiwi_id is None or not isinstance(payload, Tenant):
            return False
        return email_claim(self.row.key.connection, payload.email_address) not in actual.held

    @property
    def is_parent(self) -> bool:
        """Whether agreements are linked to it: a tenant or unit."""
        return self.kind is not Kind.RENTAL_AGREEMENT

    @property
    def as_wished(self) -> bool:
        """Whether KIWI holds it under the right parents and external id."""
        present = self.actual.kiwi_id is not None and self.wish.wanted
        return present and (self.actual.identity_hash or "") == self.wish.identity

    @property
    def claims(self) -> dict[str, Reason]:
        """The claims that its desired content needs."""
        return wanted_claims(self.row.key, self.wish.payload)

    @property
    def counted_claim(self) -> str | None:
        """The claim of the address that a tenant wants, if its wants are counted."""
        payload = self.wish.payload
        if self.row.email_limit and isinstance(payload, Tenant):
            return email_claim(self.row.key.connection, payload.email_address)
        return None

    @property
    def surplus_claims(self) -> frozenset[str]:
        """The claims that it neither needs nor uses in KIWI."""
        return self.row.claims - self.actual.held - frozenset(self.claims)

    def having(self, actual: Actual) -> "Situation":
        """The same with another state of KIWI."""
        return replace(self, actual=actual)

    def keeping_address(self) -> "Situation":
        """The same without a pending change of address: the tenant's agreements get access again."""
        return self.having(replace(self.actual, readdressing=None))

    def waiting(self) -> "Situation":
        """The same with parents that have turned out to be missing in KIWI.

        It needs no claims yet: those just taken for it must be let go.
        """
        row = replace(self.row, claims=self.row.claims | frozenset(self.claims))
        return replace(self, row=row, wish=replace(self.wish, payload=None))

    def withheld(self) -> "Situation":
        """The same with no payload: such an address is for nobody."""
        return replace(self, wish=Wish(reason=Reason.PLACEHOLDER_EMAIL))

    def having_seen(self, found: FoundObject | None) -> "Situation":
        """The same after a look: an earlier load may have changed the claims that KIWI's object uses."""
        used = frozenset() if found is None else frozenset(wanted_claims(self.row.key, found.payload))
        held = used & (self.row.claims | frozenset(self.claims))
        return self.having(replace(seen(self.wish, found, self.actual), held=held))


def waits_for(parents: tuple[Row, ...]) -> Reason:
    """The reason why a desired agreement waits: its tenant, or its unit."""
    tenant_lacks = any(not row.in_kiwi for row in parents if row.key.kind is RowKind.MIETER)
    return Reason.TENANT_NOT_SYNCHRONIZED if tenant_lacks else Reason.WAITING


def read_situation(table: Table, key: RowKey, organization: Callable[[], str]) -> Situation | None:
    """Read the key's row and an agreement's parent rows, consistently. None: no such row."""
    row = read_row(table, key)
    if row is None:
        return None
    if key.kind is not RowKind.RENTAL_AGREEMENT:
        return Situation(row, wish_of(row), actual_of(row), organization)
    if row.desired is None:
        return Situation(row, agreement_wish(row, None, None), actual_of(row), organization)
    desired = DesiredAgreement.model_validate_json(row.desired)
    tenant_key, unit_key = RowKey.parse(desired.tenant), RowKey.parse(desired.rental_unit)
    rows = read_rows(table, [tenant_key, unit_key])
    wish = agreement_wish(row, rows.get(tenant_key), rows.get(unit_key))
    wish = replace(wish, regive=_withdrawals_over(table, row))
    actual = actual_of(row) if wish.quiet is not None else replace(actual_of(row), quiet=None)
    return Situation(row, wish, actual, organization, tuple(rows.values()))


def _withdrawals_over(table: Table, row: Row) -> frozenset[str]:
    """The marks of finished withdrawals; a withdrawal in doubt is not known to be finished."""
    keys = {mark: RowKey.parse(mark.partition("#")[0]) for mark in sorted(row.disturbed)}
    if not keys:
        return frozenset()
    rows = read_rows(table, list(dict.fromkeys(keys.values())))
    under_way = {key for key, other in rows.items() if other.disturbs and other.doubt is not None}
    return frozenset(mark for mark, key in keys.items() if key not in under_way)
