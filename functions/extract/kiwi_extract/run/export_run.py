"""Works one export: reads and admits it, then brings it into the table, partition by partition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.keys import Partition
from kiwi_sync.state.holds import read_hold

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.connection_lock import connection_lock
from kiwi_extract.bookkeeping.deadline import Deadline, DeadlineReachedError
from kiwi_extract.bookkeeping.expected_exports import note_export
from kiwi_extract.bookkeeping.mandanten import forget_mandanten, remember_mandanten
from kiwi_extract.bookkeeping.owed import retry_parked
from kiwi_extract.bookkeeping.runs import Status, Terms
from kiwi_extract.brake.brake import Verdict, is_approved
from kiwi_extract.brake.held_losses import HeldLosses, KeptDocuments
from kiwi_extract.compare.partition_writer import PartitionWriter
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_extract.plan.dry_run import check_plan, dry_run
from kiwi_extract.plan.survey import Survey, survey_of
from kiwi_extract.reading.export import Export
from kiwi_extract.records.listing import SHOWN
from kiwi_extract.records.spool import Spool
from kiwi_extract.records.validate import validate
from kiwi_extract.run.admission import admit, connection_of
from kiwi_extract.tools import Tools


class Outcome(NamedTuple):
    """The end of an invocation's work on an export.

    `WORKING`: its time is up, and the same export goes on where it stopped. `INCOMPLETE`: the document is
    one part of an export, and waits for the others.
    """

    status: Status
    envelope: Envelope


@dataclass(frozen=True)
class ExportWorker:
    """Works one export at a time.

    `plan`: the fingerprint of the plan that is to be carried out, and nothing else. `ignore_dry_run`: carry
    the export out even if it says `dry_run` (a person has approved its hold).
    """

    tools: Tools
    deadline: Deadline
    documents: KeptDocuments
    plan: str | None = None
    ignore_dry_run: bool = False

    def work(self, export: Export) -> Outcome:
        """Bring an export into the table, and send the keys of what is new, changed or gone.

        Losses of too many agreements are held, and the document is kept. A dry run is only planned.

        Raises:
            RejectedExportError: the export is refused whole; nothing has changed.
            ConnectionBusyError: another export of the connection is being worked.
        """
        with Spool() as spool:
            spool.add(map(validate, export.records()))
            envelope = admit(export, self.deadline.clock())
            if envelope.is_part:
                return Outcome(Status.INCOMPLETE, envelope)
            if envelope.dry_run and self.plan is None and not self.ignore_dry_run:
                return Outcome(self._plan(export, envelope, spool), envelope)
            with connection_lock(self.tools.table, envelope.connection, self.deadline):
                return Outcome(self._carry_out(export, envelope, spool), envelope)

    def _plan(self, export: Export, envelope: Envelope, spool: Spool) -> Status:
        tools = self.tools
        connection = connection_of(tools.connections, envelope.connection)
        survey = survey_of(export, tools.table, tools.writers, connection, envelope, spool, self.deadline)
        return dry_run(survey, export.counts, self.documents, tools.table)

    def _carry_out(self, export: Export, envelope: Envelope, spool: Spool) -> Status:
        tools, this = self.tools, (envelope.connection, envelope.export_id, envelope.version)
        if self.plan is not None and (ended := runs.carried_out(tools.table, *this, self.plan)):
            # The message has come twice: its own writes must not make it refuse what it has done.
            return ended
        connection = connection_of(tools.connections, envelope.connection)
        hold = read_hold(tools.table, connection.id, envelope.export_id)
        terms = Terms(connection.version, is_approved(hold, envelope.version), self.plan, export.mapping)
        run = runs.resume(tools.table, *this, terms)
        survey = survey_of(
            export, tools.table, tools.writers, connection, envelope, spool, self.deadline, run, hold
        )
        checked = None if self.plan is None or run.writes else check_plan(survey)
        runs.begin(tools.table, run, self.deadline.clock())
        held = HeldLosses(tools.table, connection, run, envelope.is_full, hold, self.documents, self.deadline)
        return ExportRun(tools, survey, held, self.deadline).work(export.counts, checked)


class ExportRun:
    """One export that was admitted, while its connection is locked."""

    def __init__(self, tools: Tools, survey: Survey, held: HeldLosses, deadline: Deadline) -> None:
        self._tools = tools
        self._survey = survey
        self._held = held
        self._deadline = deadline
        self._run = survey.run
        source = SourceWriter(tools.table, survey.connection, survey.envelope.version, tools.grace)
        self._writer = PartitionWriter(tools.table, tools.transform, tools.writers, source, deadline)
        self._progressed = False

    def work(self, read: dict[str, int], verdicts: Iterable[Verdict] | None) -> Status:
        """Bring in what is not in yet; the counts go to the run's row.

        `verdicts`: those on the losses, if they are known already.
        """
        table, survey, run = self._tools.table, self._survey, self._run
        passed = len(run.passed)
        try:
            self._held.record(survey.weigh() if verdicts is None else verdicts)
            self._bring_in_all()
            if survey.envelope.is_full:
                self._retry_parked()
        except DeadlineReachedError:
            if not (self._progressed or len(run.passed) > passed or self._writer.wrote):
                # To hand the message back would go on forever; to fail counts the attempts.
                raise
            runs.note_progress(table, run)
            return Status.WORKING
        if survey.envelope.is_full:
            forget_mandanten(table, survey.connection.id, survey.scope.deselected - run.staying)
        self._held.finish(survey.scope.covered())
        rejected = survey.spool.rejected_count(), survey.spool.rejected(SHOWN)
        note_export(table, survey.connection.id, self._deadline.clock())
        return runs.end(table, run, read, rejected, self._deadline.clock())

    def _bring_in_all(self) -> None:
        scope = self._survey.scope
        partitions = list(scope.partitions())
        kept = {partition.mandant for partition in partitions} & scope.selected
        remember_mandanten(self._tools.table, self._survey.connection.id, kept)
        for partition in partitions:
            if partition.pk not in self._run.done:
                self._deadline.check()
                self._bring_in(partition)

    def _bring_in(self, partition: Partition) -> None:
        held, run = self._held.by_mandant, self._run
        compared = self._survey.compare(partition, held)
        if run.terms.plan is not None and not run.writes:
            runs.note_writing(self._tools.table, run)
        entries = self._survey.spool.entries(partition)
        scope = self._survey.scope_of(partition, held)
        comparison = self._writer.write(partition, scope, entries, compared)
        run.tally.add(comparison)
        if comparison.outdated:
            run.staying.add(partition.mandant)
        run.done.add(partition.pk)
        self._progressed = True

    def _retry_parked(self) -> None:
        connection = self._survey.connection.id
        for sent in retry_parked(self._tools, connection, self._deadline.clock()):
            self._progressed = self._progressed or sent > 0
            self._deadline.check()
