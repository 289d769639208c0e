"""Handles one message of the export queue."""

from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from kiwi_sync.messages import Parts, Pointer, SweepOrder
from kiwi_sync.observability import logger
from kiwi_sync.queues import Outgoing, Queue

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.connection_lock import ConnectionBusyError
from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.inbox.inbox import Deliveries, Delivery
from kiwi_extract.inbox.messages import Ignored, Inline, Intake, Source, understand
from kiwi_extract.inbox.parts import split_of_envelope
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.open_export import FeldmappingOf
from kiwi_extract.run.admission import identity, is_dry_run
from kiwi_extract.run.export_run import ExportWorker, Outcome
from kiwi_extract.sweep.sweep import CONTINUE_AFTER, Sweep, sweep
from kiwi_extract.tools import Tools

BUSY_WAIT = timedelta(seconds=20)
"""How long an export waits before it tries a busy connection again."""


def _no_feldmapping(_connection: str) -> None:
    return None


@dataclass(frozen=True)
class Stage:
    """Extract, wired."""

    tools: Tools
    bucket: ExportBucket
    exports: Queue
    feldmapping_of: FeldmappingOf = _no_feldmapping

    def handle(self, message_id: str, body: str, deadline: Deadline) -> Sweep | None:
        """Handle one message. An unusable export is refused with a reason and kept; nothing is lost."""
        try:
            intakes = understand(body)
        except RejectedExportError as error:
            came = Inline(body.encode("utf-8", errors="surrogatepass"))
            self._refuse(message_id, Delivery(came), error, deadline)
            return None
        if len(intakes) > 1:
            # Each goes its own way from here: one that has to wait must not repeat the others.
            self.exports.send(Outgoing(_message(intake)) for intake in intakes)
            return None
        return self._one(message_id, intakes[0], deadline)

    def _one(self, message_id: str, intake: Intake, deadline: Deadline) -> Sweep | None:
        if isinstance(intake, Ignored):
            return None
        if isinstance(intake, SweepOrder):
            return self._sweep(intake, deadline)
        self._export(message_id, intake, deadline)
        return None

    def _sweep(self, order: SweepOrder, deadline: Deadline) -> Sweep:
        outcome = sweep(self.tools, order, deadline.clock())
        delay = int(CONTINUE_AFTER.total_seconds())
        self.exports.send(Outgoing(_message(more), delay=delay) for more in outcome.more)
        if outcome.rest is not None:
            self.exports.send([Outgoing(_message(outcome.rest))])
        return outcome

    def _export(self, message_id: str, source: Source, deadline: Deadline) -> None:
        delivery = Delivery(source)
        deliveries = Deliveries(self.tools.table, self.exports, self.bucket, self.feldmapping_of)
        try:
            deliveries.receive(delivery, deadline.clock())
            if delivery.document is not None:
                outcome = self._worker(delivery, deadline).work(delivery.document)
                self._go_on(delivery, deliveries, outcome, deadline)
        except ConnectionBusyError:
            self.exports.send([Outgoing(_message(delivery.source), delay=int(BUSY_WAIT.total_seconds()))])
        except RejectedExportError as error:
            self._refuse(message_id, delivery, error, deadline)

    def _worker(self, delivery: Delivery, deadline: Deadline) -> ExportWorker:
        documents, source = _KeptDocuments(self.bucket, self.exports, delivery), delivery.source
        return ExportWorker(self.tools, deadline, documents, _plan_of(source), _ignores_dry_run(source))

    def _go_on(
        self, delivery: Delivery, deliveries: Deliveries, outcome: Outcome, deadline: Deadline
    ) -> None:
        if outcome.status is runs.Status.WORKING:
            self.exports.send([Outgoing(_message(delivery.source))])
        elif outcome.status is runs.Status.INCOMPLETE:
            split = split_of_envelope(outcome.envelope)
            if split is not None:
                deliveries.wait(delivery, split, deadline.clock())
        else:
            logger.info("export worked", export_id=outcome.envelope.export_id, status=outcome.status)

    def _refuse(
        self, message_id: str, delivery: Delivery, error: RejectedExportError, deadline: Deadline
    ) -> None:
        connection, export_id = identity(delivery.known)
        kept = self.bucket.keep(delivery.source, f"{connection or 'unknown'}/{message_id}", delivery.place)
        known = export_id if connection else None
        if known and is_dry_run(delivery.known) and not _ignores_dry_run(delivery.source):
            known = runs.plan_id(known)
        runs.refuse(self.tools.table, connection, known or message_id, error, kept, deadline.clock())
        logger.warning("export refused", connection=connection, export_id=export_id, reason=error.reason)


@dataclass(frozen=True)
class _KeptDocuments:
    """Keeps the document at hand, and sends kept ones again."""

    bucket: ExportBucket
    exports: Queue
    delivery: Delivery

    def keep(self, name: str) -> str | None:
        source = self.delivery.source
        kept: Pointer | Parts | None
        if isinstance(source, Parts):
            kept = self.bucket.keep_parts_held(source, name)
        else:
            kept = self.bucket.keep_held(source, name, self.delivery.place)
        if kept is None:
            return None
        # A person has approved the document, not the plan any more; but it is no dry run either.
        return kept.model_copy(update={"plan": None, "ignore_dry_run": _ignores_dry_run(source)}).message()

    def keep_export(self, name: str) -> str | None:
        source = self.delivery.source
        if isinstance(source, Inline):
            kept = self.bucket.keep_planned(source, name)
            return kept.message() if kept else None
        return source.message()

    def keep_plan(self, name: str, plan: IO[bytes]) -> str:
        return self.bucket.keep_plan(plan, name).message()

    def resend(self, document: str) -> None:
        self.exports.send([Outgoing(document)])


def _plan_of(source: Source) -> str | None:
    """The fingerprint of the plan to carry out."""
    return None if isinstance(source, Inline) else source.plan


def _ignores_dry_run(source: Source) -> bool:
    """Whether it is to be carried out, even if the document says that it is a dry run."""
    return not isinstance(source, Inline) and (source.ignore_dry_run or source.plan is not None)


def _message(intake: Intake) -> str:
    """The message again, for later."""
    if isinstance(intake, Inline):
        return intake.body.decode("utf-8", errors="surrogatepass")
    if isinstance(intake, Pointer | Parts):
        return intake.message()
    return intake.model_dump_json() if isinstance(intake, SweepOrder) else "{}"
