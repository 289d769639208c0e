"""The agreements that an export touches: by their lease, their tenant or their unit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kiwi_sync.connections import Connection
from kiwi_sync.keys import Partition, RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.rules.desire import Desire, desired_agreements, no_longer_named
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import Row, read_rows, row_of
from kiwi_sync.state.table import TableReader

from kiwi_extract.compare.compare import SourceChange, Write
from kiwi_extract.compare.partition_writer import CHUNK
from kiwi_extract.plan.line import Standing
from kiwi_extract.plan.outlook import agreement_outlook, standing_of
from kiwi_extract.plan.plan_file import PlanFile


@dataclass(frozen=True)
class Candidate:
    """An agreement's row, an empty one if it is not there, and what it should hold."""

    row: Row
    desire: Desire

    @property
    def parents(self) -> tuple[str, str] | None:
        """The keys of its tenant and its unit; None if it is not wanted."""
        if self.desire.payload is None:
            return None
        desired = DesiredAgreement.model_validate_json(self.desire.payload)
        return desired.tenant, desired.rental_unit


@dataclass(frozen=True)
class Agreements:
    """Puts the lines of agreements in, once those of units and tenants are decided."""

    table: TableReader
    connection: Connection
    file: PlanFile

    def of_leases(self, leases: Partition, changes: Iterable[SourceChange], *, moves: bool) -> None:
        """The agreements of a partition of leases. `moves`: whether units or tenants of the Mandant stand
        otherwise than before."""
        changed = {change.sk: change for change in changes if change.write in {Write.RECORD, Write.GONE}}
        if changed or moves:
            self._note(self._touched(leases, changed))

    def of_rows(self, keys: list[RowKey]) -> None:
        """Agreements that the export does not speak of, as their rows desire."""
        rows = read_rows(self.table, keys)
        self._note(Candidate(row, as_it_is(row)) for row in rows.values())

    def _touched(self, leases: Partition, changed: dict[str, SourceChange]) -> Iterator[Candidate]:
        """The agreements of changed leases, present and new, and those whose parents move."""
        wanted = {sk: self._wanted(leases, change) for sk, change in changed.items()}
        there = Partition(leases.connection, leases.mandant, RowKind.RENTAL_AGREEMENT, leases.shard)
        # A lease and its agreements have the same shard.
        for row in map(row_of, self.table.query(there.pk)):
            lease = row.key.lease.sk
            if lease in wanted:
                desire = wanted[lease].pop(row.key, None)
                yield Candidate(row, desire or no_longer_named(row.key, self.connection))
            elif self.file.moved(row.parents):
                yield Candidate(row, as_it_is(row))
        for agreements in wanted.values():
            for key, desire in agreements.items():
                yield Candidate(Row(key, rev=0), desire)

    def _wanted(self, leases: Partition, change: SourceChange) -> dict[RowKey, Desire]:
        lease = Row(RowKey.of_row(leases.pk, change.sk), rev=0, record=change.record)
        return desired_agreements(lease, self.connection)

    def _note(self, candidates: Iterable[Candidate]) -> None:
        for batch in in_batches(candidates, CHUNK):
            standings = self._standings(batch)
            for one in batch:
                tenant, unit = one.parents or ("", "")
                out = Standing.OUT
                outlook = agreement_outlook(
                    one.row, one.desire, standings.get(tenant, out), standings.get(unit, out)
                )
                self.file.note(outlook.line)
                if self.file.is_undecided(tenant, unit):
                    self.file.doubt([one.row.key.text])

    def _standings(self, candidates: Iterable[Candidate]) -> dict[str, Standing]:
        """How the candidates' parents stand after the export: as the book says, or as it was."""
        named = dict.fromkeys(parent for one in candidates for parent in one.parents or ())
        known = {parent: self.file.standing(parent) for parent in named}
        others = [RowKey.parse(parent) for parent, standing in known.items() if standing is None]
        rows = read_rows(self.table, others)
        as_it_was = {key.text: standing_of(rows.get(key)) for key in others}
        return as_it_was | {parent: standing for parent, standing in known.items() if standing is not None}


def as_it_is(row: Row) -> Desire:
    """The desire that a row has already."""
    reason = None if row.reason is None else Reason(row.reason)
    return Desire(row.external_id or "", row.desired, reason, email_limit=row.email_limit)
