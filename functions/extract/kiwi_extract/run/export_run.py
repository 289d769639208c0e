"""Works one export: reads and admits it, then brings it into the table, partition by partition."""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from kiwi_sync.connections import Connection
from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.keys import Partition, RowKind
from kiwi_sync.state.holds import read_hold
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.connection_lock import connection_lock
from kiwi_extract.bookkeeping.deadline import Deadline, DeadlineReachedError
from kiwi_extract.bookkeeping.expected_exports import note_export
from kiwi_extract.bookkeeping.mandanten import forget_mandanten, remember_mandanten, seen_mandanten
from kiwi_extract.bookkeeping.owed import retry_parked
from kiwi_extract.brake.assess import Assessor
from kiwi_extract.brake.brake import Brake, Shelf, is_approved
from kiwi_extract.compare.compare import Question
from kiwi_extract.compare.partition_writer import PartitionWork
from kiwi_extract.compare.scope import Extent
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_extract.plan.dry_run import check_plan, dry_run
from kiwi_extract.plan.survey import Survey, survey_of
from kiwi_extract.reading.export import Export
from kiwi_extract.records.listing import SHOWN
from kiwi_extract.records.spool import Spool
from kiwi_extract.records.validate import validate
from kiwi_extract.run.admission import admit, connection_of
from kiwi_extract.tools import Tools


class PartError(Exception):
    """The document is a part of an export: it waits for the others."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__("a part of an export")
        self.envelope = envelope


class HandBackError(Exception):
    """The invocation's time is up; the run's row says how far it has come."""


def extract(
    tools: Tools,
    document: Export,
    deadline: Deadline,
    shelf: Shelf,
    plan: str | None = None,
    *,
    earnest: bool = False,
) -> runs.Status:
    """Bring one export into the table and send the keys of what is new, changed or gone.

    What would take access from too many is held back, and the document kept on the `shelf`. A dry run is only
    planned. `plan`: the fingerprint of the plan that is to be carried out, this and nothing else. `earnest`:
    it is no dry run, whatever it says.

    Raises:
        RejectedExportError: the export is refused whole; nothing has changed.
        ConnectionBusyError: another export of the connection is being worked.
        PartError: it is a part of an export; nothing has changed.
        HandBackError: the time is up; the same document goes on where this invocation stopped.
    """
    with Spool() as spool:
        spool.add(map(validate, document.records()))
        envelope = admit(document, deadline.clock())
        if envelope.is_part:
            raise PartError(envelope)
        if envelope.dry_run and plan is None and not earnest:
            return dry_run(_survey(tools, document, envelope, spool, deadline), document.counts, shelf)
        with connection_lock(tools.table, envelope.connection, deadline):
            if plan is not None and (ended := _carried_out(tools.table, envelope, plan)):
                # The message has come twice: its own writes must not make it refuse what it has done.
                return ended
            survey = _survey(tools, document, envelope, spool, deadline)
            if plan is not None:
                check_plan(survey, plan)
            said = Said(survey.silent, document.mapping, plan)
            run = ExportRun(tools, survey.connection, envelope, spool, deadline, shelf, said)
            return run.work(document.counts)


def _survey(tools: Tools, document: Export, envelope: Envelope, spool: Spool, deadline: Deadline) -> Survey:
    """The export beside the present settings and state."""
    connection = connection_of(tools.connections, envelope.connection)
    return survey_of(document, tools.table, tools.writers, connection, envelope, spool, deadline)


def _carried_out(table: Table, envelope: Envelope, plan: str) -> runs.Status | None:
    return runs.carried_out(table, envelope.connection, envelope.export_id, envelope.version, plan)


class Said(NamedTuple):
    """What else is known of an export: of what it does not speak, which Feldmapping it was read with, and
    which plan it carries out."""

    silent: frozenset[tuple[str, RowKind]] = frozenset()
    mapping: str | None = None
    plan: str | None = None


class ExportRun:
    """One export that was admitted, while its connection's lease is held."""

    def __init__(
        self,
        tools: Tools,
        connection: Connection,
        envelope: Envelope,
        spool: Spool,
        deadline: Deadline,
        shelf: Shelf,
        said: Said,
    ) -> None:
        self._tools = tools
        self._connection = connection
        self._envelope = envelope
        self._spool = spool
        self._deadline = deadline
        hold = read_hold(tools.table, connection.id, envelope.export_id)
        self._run = runs.begin(
            tools.table,
            connection.id,
            envelope.export_id,
            envelope.version,
            connection.version,
            deadline.clock(),
            approved=is_approved(hold, envelope.version),
            plan=said.plan,
            mapping=said.mapping,
        )
        source = SourceWriter(tools.table, connection, envelope.version, tools.grace)
        self._work = PartitionWork(tools.table, tools.transform, tools.writers, source, deadline)
        seen = seen_mandanten(tools.table, connection.id)
        unreadable = frozenset(spool.unreadable())
        self._extent = Extent(connection, envelope, spool, seen, unreadable, said.silent)
        self._progressed = False
        self._assessor = Assessor(connection, self._work, spool, self._question)
        self._brake = Brake(
            tools.table,
            connection,
            self._run,
            envelope.is_full,
            hold,
            self._assessor,
            shelf,
            deadline,
        )

    def work(self, read: dict[str, int]) -> runs.Status:
        """Bring in what is not in yet; the tally goes to the run's row.

        Raises:
            HandBackError: the time is up.
        """
        table, connection = self._tools.table, self._connection.id
        try:
            self._bring_in_all()
            if self._envelope.is_full:
                self._retry_parked()
        except DeadlineReachedError:
            if not (self._progressed or self._brake.progressed or self._work.wrote):
                # To hand the message back would go on forever; to fail counts the attempts.
                raise
            runs.note_progress(table, self._run)
            raise HandBackError from None
        if self._envelope.is_full:
            forget_mandanten(table, connection, self._extent.deselected - self._run.staying)
        self._brake.finish(self._extent.covered())
        rejected = self._spool.rejected_count(), self._spool.rejected(SHOWN)
        note_export(table, connection, self._deadline.clock())
        return runs.end(table, self._run, read, rejected, self._deadline.clock())

    def _bring_in_all(self) -> None:
        partitions = list(self._extent.partitions())
        of_mandant: dict[str, list[Partition]] = defaultdict(list)
        for partition in partitions:
            of_mandant[partition.mandant].append(partition)
        self._brake.apply(of_mandant, self._extent.deselected)
        kept = {partition.mandant for partition in partitions} & self._extent.selected
        remember_mandanten(self._tools.table, self._connection.id, kept)
        for partition in partitions:
            if partition.pk not in self._run.done:
                self._deadline.check()
                self._bring_in(partition)

    def _retry_parked(self) -> None:
        for sent in retry_parked(self._tools, self._connection.id, self._deadline.clock()):
            self._progressed = self._progressed or sent > 0
            self._deadline.check()

    def _bring_in(self, partition: Partition) -> None:
        entries = self._spool.entries(partition)
        question = self._question(partition, self._brake.held_in(partition))
        # What was left of a partition when it was assessed is as it was: the lease is held.
        look = self._assessor.settled.pop(partition.pk, None)
        if self._run.plan is not None and not self._run.writes:
            look = look or self._work.look(partition, question, entries)
            runs.note_writing(self._tools.table, self._run)
        comparison = self._work.bring_in(partition, question, entries, look)
        tally = self._run.tally
        for name in vars(tally):
            setattr(tally, name, getattr(tally, name) + getattr(comparison, name))
        if comparison.outdated:
            self._run.staying.add(partition.mandant)
        self._run.done.add(partition.pk)
        self._progressed = True

    def _question(self, partition: Partition, held: Collection[str] = ()) -> Question:
        return self._extent.question(partition, held=held, continues=self._run.continues)
