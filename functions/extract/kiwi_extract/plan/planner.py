"""Makes the plan of an export: goes the way that extract, transform and load would go, and writes nothing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from kiwi_sync.keys import SHARDS, Partition, RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.rules.desire import desire
from kiwi_sync.rules.mapping import external_id_of
from kiwi_sync.state.rows import PARKED, Row, read_rows, todo_partition

from kiwi_extract.bookkeeping.owed import A_SHARD
from kiwi_extract.bookkeeping.tally import Tally
from kiwi_extract.compare.compare import SourceChange, Write
from kiwi_extract.compare.partition_writer import CHUNK
from kiwi_extract.plan.agreements import Agreements, as_it_is
from kiwi_extract.plan.contest import Contest
from kiwi_extract.plan.outlook import held_line, outlook_of
from kiwi_extract.plan.plan_file import PlanFile
from kiwi_extract.plan.shared_addresses import SharedAddresses
from kiwi_extract.plan.survey import Survey

_BEFORE_PARKED = "O"
"""After every time, before what is parked."""


@dataclass
class PlanFindings:
    """The facts of a plan besides its lines."""

    fingerprint: str = ""
    tally: Tally = field(default_factory=Tally)
    owed: int = 0
    """Rows that were owed something; so many at least."""
    parked: int = 0
    """Rows that KIWI has refused, and that a full export tries again."""
    connection_busy: bool = False
    """Whether another export of the connection was being worked."""


@dataclass(frozen=True)
class Planner:
    """Plans one export into a plan file."""

    survey: Survey
    file: PlanFile
    findings: PlanFindings = field(default_factory=PlanFindings)

    def plan(self) -> PlanFindings:
        """Put all lines into the plan file. Units and tenants first: agreements depend on them.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        partitions = list(self.survey.scope.partitions())
        self._held()
        for partition in partitions:
            if partition.kind is not RowKind.MIETVERTRAG:
                self._parents(partition, self._changes(partition))
        self.survey.deadline.check()
        SharedAddresses(self.file, self.survey.table, self.survey.writers, self._waiting).decide()
        for kind in (RowKind.VERWALTUNGSEINHEIT, RowKind.MIETER):
            self._contest(kind, self._waiting)
        self._agreements(partitions)
        self._contest(RowKind.RENTAL_AGREEMENT, self._made.of_rows)
        self._owed()
        # A delta is compared with the rows that it names, but does more: to agreements, and to who waits.
        said = "" if self.survey.envelope.is_full else self.file.digest()
        self.findings.fingerprint = self.survey.fingerprint(said)
        return self.findings

    @property
    def _made(self) -> Agreements:
        return Agreements(self.survey.table, self.survey.connection, self.file)

    def _changes(self, partition: Partition) -> list[SourceChange]:
        """The changes of the export in a partition, counted."""
        self.survey.deadline.check()
        comparison = self.survey.compare(partition, self.survey.held).comparison
        self.findings.tally.add(comparison)
        return comparison.changes

    def _held(self) -> None:
        connection = self.survey.connection
        for mandant, losses in self.survey.held.items():
            for kind, records in losses.held.items():
                for sk, reason in records.items():
                    key = RowKey.of_sk(connection.id, kind, mandant, sk)
                    self.file.note(held_line(key, reason, external_id_of(key, connection)))

    def _parents(self, partition: Partition, changes: Iterable[SourceChange]) -> None:
        """The lines of units or tenants."""
        connection = self.survey.connection
        blocked = connection.settings.blocked_emails
        told = (change for change in changes if change.write in {Write.RECORD, Write.GONE})
        for batch in in_batches(told, CHUNK):
            keys = {change.sk: RowKey.of_row(partition.pk, change.sk) for change in batch}
            there = read_rows(self.survey.table, [keys[change.sk] for change in batch if change.row])
            for change in batch:
                row = there.get(keys[change.sk]) or Row(keys[change.sk], rev=0)
                self.file.note_parent(
                    outlook_of(row, desire(replace(row, record=change.record), connection), blocked)
                )

    def _waiting(self, keys: list[RowKey]) -> None:
        """Units or tenants that the export does not speak of, and that get what they have waited for."""
        for row in read_rows(self.survey.table, keys).values():
            blocked = self.survey.connection.settings.blocked_emails
            self.file.note_parent(outlook_of(row, as_it_is(row), blocked))

    def _agreements(self, partitions: Iterable[Partition]) -> None:
        leases = {it.pk: it for it in partitions if it.kind is RowKind.MIETVERTRAG}
        moved = self.file.moved_mandanten()
        for mandant in sorted({it.mandant for it in leases.values()} | moved):
            for shard in range(SHARDS):
                partition = Partition(
                    self.survey.connection.id, mandant, RowKind.MIETVERTRAG, format(shard, "x")
                )
                changes = self._changes(partition) if partition.pk in leases else []
                self._made.of_leases(partition, changes, moves=mandant in moved)

    def _contest(self, kind: RowKind, note: Callable[[list[RowKey]], None]) -> None:
        self.survey.deadline.check()
        Contest(self.file, self.survey.table, self.survey.writers, kind, note).decide()

    def _owed(self) -> None:
        """Count the rows that are owed anyway, and those that a full export tries again."""
        table, connection = self.survey.table, self.survey.connection.id
        for shard in range(SHARDS):
            todo = todo_partition(connection, format(shard, "x"))
            self.findings.owed += len(table.owed(todo, last=_BEFORE_PARKED, limit=A_SHARD))
            if self.survey.envelope.is_full:
                self.findings.parked += sum(map(len, table.owed_at(todo, PARKED, page=A_SHARD)))
