"""Works out KIWI's desired content from a row's `source`. Pure."""

from dataclasses import dataclass

from kiwi_sync.connections import Connection
from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules import mapping
from kiwi_sync.rules.reasons import Notice, Reason
from kiwi_sync.state.rows import Row


@dataclass(frozen=True)
class Desire:
    """The desired content of KIWI for a row: a payload (JSON), or none and the reason."""

    external_id: str
    payload: str | None = None
    reason: Reason | None = None
    notice: Notice | None = None
    parents: frozenset[str] = frozenset()
    """For an agreement: the keys of its tenant and unit."""
    email_limit: int = 0
    """The most tenants that may want a tenant's address before it counts as a placeholder; 0: no limit."""


def desire(row: Row, connection: Connection) -> Desire:
    """The desired content of KIWI for a unit or a tenant."""
    external = mapping.external_id_of(row.key, connection)
    if row.record is None:
        return Desire(external, reason=Reason.GONE)
    if row.key.kind is RowKind.VERWALTUNGSEINHEIT:
        unit, notice = mapping.rental_unit(Verwaltungseinheit.model_validate_json(row.record), external)
        return Desire(external, payload=unit.model_dump_json(), notice=notice)
    settings = connection.settings
    tenant = mapping.tenant(Mieter.model_validate_json(row.record), external, settings.blocked_emails)
    if isinstance(tenant, Reason):
        return Desire(external, reason=tenant)
    return Desire(external, payload=tenant.model_dump_json(), email_limit=settings.shared_email_limit)


def desired_agreements(lease: Row, connection: Connection) -> dict[RowKey, Desire]:
    """The agreements of a lease, one with each of its tenants; none if the lease is gone."""
    if lease.record is None:
        return {}
    record = Mietvertrag.model_validate_json(lease.record)
    desires = {}
    for nummer in record.mieter:
        agreement = mapping.agreement(record, nummer, connection)
        desires[record.agreement_key(connection.id, nummer)] = Desire(
            agreement.external_id,
            payload=agreement.model_dump_json(),
            parents=frozenset({agreement.tenant, agreement.rental_unit}),
        )
    return desires


def no_longer_named(key: RowKey, connection: Connection) -> Desire:
    """The desire of a pair that its lease no longer names."""
    return Desire(mapping.external_id_of(key, connection), reason=Reason.GONE)
