"""Records the verdicts of the brake, and lets the losses that it holds wait for a person."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import IO, Protocol

from kiwi_sync.connections import Connection
from kiwi_sync.observability import logger
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import Hold, carried_out, end_hold, holds, write_hold
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.runs import Run
from kiwi_extract.brake.brake import Verdict
from kiwi_extract.brake.decision import record
from kiwi_extract.brake.losses import SHOWN, LossCount

_WITHHELD = frozenset({HoldStatus.STANDING, HoldStatus.REJECTED})


class KeptDocuments(Protocol):
    """The port: where documents are kept for a person's decision, and how they come again."""

    def keep(self, name: str) -> str | None:
        """Keep the document at hand; the message that brings it again, None if it is not there any more."""
        ...

    def keep_export(self, name: str) -> str | None:
        """Keep the document that a plan is made of; the message that brings it again."""
        ...

    def keep_plan(self, name: str, plan: IO[bytes]) -> str:
        """Keep a plan; the message that says where it lies."""
        ...

    def resend(self, document: str) -> None:
        """Send such a message."""
        ...


@dataclass
class HeldLosses:
    """The held losses of one run. `hold`: the export's own, as it was when the run began."""

    table: Table
    connection: Connection
    run: Run
    is_full: bool
    hold: Hold | None
    documents: KeptDocuments
    deadline: Deadline
    by_mandant: dict[str, LossCount] = field(default_factory=dict)
    _stands: bool = False

    def record(self, verdicts: Iterable[Verdict]) -> None:
        """Record every verdict before anything is written, and let a hold stand.

        Raises:
            DeadlineReachedError: there is no time left; nothing has been written.
            LossesMovedError: see there.
        """
        for verdict in verdicts:
            if verdict.ledger is not None and verdict.decision is not None:
                record(self.table, verdict.ledger, self.run.version, verdict.decision)
            if verdict.held:
                self.by_mandant[verdict.mandant] = verdict.losses
                self.run.staying.add(verdict.mandant)
            else:
                self.run.passed.add(verdict.mandant)
        # The rest of a resumed run says less than its hold does already.
        if self.by_mandant and not self.run.done:
            self._let_stand()

    def finish(self, covered: Collection[str]) -> None:
        """End the holds that this run has settled, once all else is written.

        `covered`: Mandanten that a full export covers.
        """
        if not (covered or self.run.terms.approved or self.hold):
            return
        there = list(holds(self.table, self.connection.id))
        for hold in there:
            if self._replaces(hold):
                self._end(hold, hold.open.intersection(covered))
            elif hold.export_id == self.run.export_id and not self.run.tally.held:
                self._end(hold, hold.open)
        if self.run.terms.approved and self.hold is not None and not self._stands:
            for hold in there:
                if hold.stands and hold.document and hold.open & self.hold.open:
                    self.documents.resend(hold.document)
            carried_out(self.table, self.hold)

    def _let_stand(self) -> None:
        """Let a hold stand, unless a person or a newer full export has spoken already."""
        own = self.hold
        if own is not None and own.version == self.run.version and own.status is HoldStatus.REJECTED:
            return
        newer = self._held_by_newer()
        counts = {mandant: it.count for mandant, it in self.by_mandant.items() if mandant not in newer}
        if not counts:
            return
        kept = own.document if own is not None and own.version == self.run.version else None
        keys = [lost for mandant in counts for lost in self.by_mandant[mandant].shown]
        hold = Hold(
            connection=self.connection.id,
            export_id=self.run.export_id,
            version=self.run.version,
            is_full=self.is_full,
            status=HoldStatus.STANDING,
            counts=counts,
            keys=tuple(keys[:SHOWN]),
            document=kept or self.documents.keep(f"{self.connection.id}/{self.run.export_id}"),
        )
        self._stands = write_hold(self.table, hold, own, self.deadline.clock())
        for mandant, count in counts.items() if self._stands else ():
            logger.warning(
                "losses held",
                connection=self.connection.id,
                export_id=self.run.export_id,
                mandant=mandant,
                lost=count.lost,
                total=count.total,
            )

    def _held_by_newer(self) -> set[str]:
        """Mandanten in which losses of a newer full export wait for a person, or were rejected."""
        return {
            mandant
            for hold in holds(self.table, self.connection.id)
            if hold.status in _WITHHELD and hold.is_full and hold.version > self.run.version
            for mandant in hold.open
        }

    def _replaces(self, hold: Hold) -> bool:
        return hold.export_id != self.run.export_id and hold.version < self.run.version

    def _end(self, hold: Hold, mandanten: Collection[str]) -> None:
        if hold.stands and mandanten:
            end_hold(self.table, hold, mandanten, self.run.export_id)
