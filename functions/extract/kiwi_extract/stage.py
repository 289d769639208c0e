"""What extract does with one message of the export queue."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kiwi_sync.observability import logger
from kiwi_sync.queues import Outgoing, Queue

from kiwi_extract import runs
from kiwi_extract.admission import identity
from kiwi_extract.bucket import ExportBucket
from kiwi_extract.document import RejectedExportError
from kiwi_extract.formats.origin import Export
from kiwi_extract.formats.reading import FeldmappingOf, open_export
from kiwi_extract.intake import Ignored, Inline, Intake, Pointer, understand
from kiwi_extract.lease import Deadline, LeaseTakenError
from kiwi_extract.origins import Place, origin_of_message
from kiwi_extract.run import HandBackError, Tools, extract
from kiwi_extract.sweep import CONTINUE_AFTER, Sweep, SweepOrder, sweep

LEASE_WAIT = timedelta(seconds=20)
"""How long an export waits before it asks for its connection's lease again."""


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
        """Handle one message. What cannot be used is refused with a reason and kept; nothing is lost."""
        try:
            intakes = understand(body)
        except RejectedExportError as error:
            self._refuse(
                message_id, Inline(body.encode("utf-8", errors="surrogatepass")), None, error, deadline
            )
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

    def _export(self, message_id: str, source: Inline | Pointer, deadline: Deadline) -> None:
        document: Export | None = None
        place: Place | None = None
        try:
            if isinstance(source, Inline):
                origin = origin_of_message(source.body)
                document = open_export(io.BytesIO(source.body), origin, self.feldmapping_of)
            else:
                stream, source, place = self.bucket.open(source)
                side, version = self.bucket.side(place)
                place = place.model_copy(update={"side": version})
                source = source.model_copy(update={"side": version if place.folder else None})
                document = open_export(stream, place.origin(side), self.feldmapping_of)
            status = extract(self.tools, document, deadline, _Shelf(self.bucket, self.exports, source, place))
            logger.info("export worked", export_id=document.envelope["export_id"], status=status)
        except LeaseTakenError:
            self.exports.send([Outgoing(_message(source), delay=int(LEASE_WAIT.total_seconds()))])
        except HandBackError:
            self.exports.send([Outgoing(_message(source))])
        except RejectedExportError as error:
            self._refuse(message_id, source, document, error, deadline, place)

    def _refuse(
        self,
        message_id: str,
        source: Inline | Pointer,
        document: Export | None,
        error: RejectedExportError,
        deadline: Deadline,
        place: Place | None = None,
    ) -> None:
        known: Mapping[str, Any] = document.envelope if document else {}
        connection, export_id = identity(known or (place.origin({}).envelope if place else {}))
        kept = self.bucket.keep(source, f"{connection or 'unknown'}/{message_id}", place)
        now = deadline.clock()
        name = (export_id if connection else None) or message_id
        runs.refuse(self.tools.table, connection, name, error, kept, now)
        logger.warning("export refused", connection=connection, export_id=export_id, reason=error.reason)


@dataclass(frozen=True)
class _Shelf:
    """Keeps the document at hand, and brings kept ones again."""

    bucket: ExportBucket
    exports: Queue
    source: Inline | Pointer
    place: Place | None

    def keep(self, name: str) -> str | None:
        kept = self.bucket.keep_held(self.source, name, self.place)
        return kept.message() if kept else None

    def bring(self, document: str) -> None:
        self.exports.send([Outgoing(document)])


def _message(intake: Intake) -> str:
    """The message again, for later."""
    if isinstance(intake, Inline):
        return intake.body.decode("utf-8", errors="surrogatepass")
    if isinstance(intake, Pointer):
        return intake.message()
    return intake.model_dump_json() if isinstance(intake, SweepOrder) else "{}"
