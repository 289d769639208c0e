"""Which changes of an export would end agreements. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from kiwi_sync.erp.models import Mieter, Mietvertrag
from kiwi_sync.keys import RowKey, RowKind, escape
from kiwi_sync.rules import mapping
from kiwi_sync.rules.reasons import Loss, Reason
from kiwi_sync.state.holds import Count, Lost
from kiwi_sync.state.table import Item

from kiwi_extract.compare.compare import SourceChange, Write

SHOWN = 100
"""Lost agreements that a hold lists; all are counted."""
AGREEMENT = ("sk", "kiwi_id", "doubt", "reason", "parents")
"""The attributes of an agreement's row that counting needs."""


@dataclass
class PossibleLosses:
    """The records of a Mandant by which an export would take agreements away; sort keys throughout."""

    connection: str
    mandant: str
    blocked: Collection[str] = ()
    """Addresses and domains under which nobody is synchronized."""
    records: dict[RowKind, dict[str, Loss]] = field(default_factory=dict)
    """Records whose agreements all go, by kind."""
    dropped: dict[str, frozenset[str]] = field(default_factory=dict)
    """The tenants that leases no longer name, by lease that stays."""
    moved: dict[str, RowKey] = field(default_factory=dict)
    """Leases that get another unit; whether they lose by it depends on the unit."""
    crowded: dict[str, frozenset[str]] = field(default_factory=dict)
    """Tenants whose address becomes a placeholder, each with the tenants by whose records it does."""

    def __bool__(self) -> bool:
        return any(self.records.values()) or bool(self.dropped) or bool(self.crowded)

    def add(self, kind: RowKind, sk: str, reason: Loss) -> None:
        """Add a record whose agreements all go."""
        self.records.setdefault(kind, {})[sk] = reason

    def add_gone(self, kind: RowKind, changes: Iterable[SourceChange], reason: Loss) -> None:
        """Add the records that would be gone."""
        for change in changes:
            if change.write is Write.GONE:
                self.add(kind, change.sk, reason)

    def add_changed(self, kind: RowKind, change: SourceChange, before: str) -> None:
        """Add a changed record. `before`: the record as it is in the table."""
        if kind is RowKind.MIETER:
            reason = _ineligible(str(change.record), self.blocked)
            # An address that was blocked before counts as lost, too: other settings may have let it pass. A
            # tenant who was not in KIWI has no agreement that counts.
            if reason is not None and _ineligible(before) is None:
                self.add(kind, change.sk, reason)
        elif kind is RowKind.MIETVERTRAG:
            old, new = map(Mietvertrag.model_validate_json, (before, str(change.record)))
            missing = frozenset(old.mieter) - frozenset(new.mieter)
            if missing:
                self.dropped[change.sk] = frozenset(map(escape, missing))
            if old.verwaltungseinheit != new.verwaltungseinheit:
                self.moved[change.sk] = new.unit_key(self.connection)

    def add_crowd(self, changed: frozenset[str], there: frozenset[str], others: frozenset[str]) -> None:
        """Add tenants in KIWI that would share a placeholder.

        `there`: those of the `changed` ones, each by its own record; `others`, by all the changed ones'.
        """
        self.crowded |= {sk: frozenset({sk}) for sk in there} | dict.fromkeys(others, changed)

    def causes(self, agreement: Item) -> Iterator[tuple[RowKind, str, Loss]]:
        """The records by which an agreement would be lost."""
        lease, tenant = str(agreement["sk"]).split("#")
        leases = self.records.get(RowKind.MIETVERTRAG, {})
        if lease in leases:
            yield RowKind.MIETVERTRAG, lease, leases[lease]
        elif tenant in self.dropped.get(lease, ()):
            yield RowKind.MIETVERTRAG, lease, Loss.TENANT_DROPPED
        tenants = self.records.get(RowKind.MIETER, {})
        if tenant in tenants:
            yield RowKind.MIETER, tenant, tenants[tenant]
        for sk in sorted(self.crowded.get(tenant, ())):
            yield RowKind.MIETER, sk, Loss.PLACEHOLDER_EMAIL
        units = self.records.get(RowKind.VERWALTUNGSEINHEIT, {})
        for unit in _units(agreement) if units else ():
            if unit in units:
                yield RowKind.VERWALTUNGSEINHEIT, unit, units[unit]

    def key_text(self, kind: RowKind, sk: str) -> str:
        """The key text of a row of this Mandant."""
        return RowKey.of_sk(self.connection, kind, self.mandant, sk).text


@dataclass
class LossCount:
    """A count of lost agreements. `held`: the records that cost somebody an agreement, and why."""

    total: int = 0
    lost: int = 0
    shown: list[Lost] = field(default_factory=list)
    held: dict[RowKind, dict[str, Loss]] = field(default_factory=dict)

    @property
    def count(self) -> Count:
        """The numbers alone."""
        return Count(self.lost, self.total, sum(map(len, self.held.values())))

    def add(self, possible: PossibleLosses, agreements: Iterable[Item]) -> None:
        """Count agreements. Only those in KIWI, or perhaps there, that are not on their way out."""
        for agreement in agreements:
            if "reason" in agreement or not ("kiwi_id" in agreement or "doubt" in agreement):
                continue
            self.total += 1
            causes = list(possible.causes(agreement))
            self.lost += bool(causes)
            for kind, sk, reason in causes:
                self.held.setdefault(kind, {}).setdefault(sk, reason)
            if causes and len(self.shown) < SHOWN:
                kind, sk, reason = causes[0]
                text = possible.key_text(RowKind.RENTAL_AGREEMENT, str(agreement["sk"]))
                self.shown.append(Lost(text, possible.key_text(kind, sk), reason))


def may_lose(kind: RowKind, change: SourceChange, blocked: Collection[str] = ()) -> bool:
    """Whether the record before the change has to be looked at."""
    if change.write is not Write.RECORD or change.row is None or change.row.get("gone"):
        return False
    if kind is RowKind.MIETER:
        return _ineligible(str(change.record), blocked) is not None
    return kind is RowKind.MIETVERTRAG


def _ineligible(record: str, blocked: Collection[str] = ()) -> Loss | None:
    """Why there is no tenant in KIWI by this record, if there is none."""
    tenant = Mieter.model_validate_json(record)
    found = mapping.tenant(tenant, tenant.nummer, blocked)
    return Loss(found.value) if isinstance(found, Reason) else None


def _units(agreement: Item) -> Iterator[str]:
    parents = agreement.get("parents", frozenset())
    if isinstance(parents, frozenset):
        keys = map(RowKey.parse, parents)
        yield from (key.sk for key in keys if key.kind is RowKind.VERWALTUNGSEINHEIT)
