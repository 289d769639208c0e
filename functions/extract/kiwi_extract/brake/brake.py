"""The brake: decides which losses of an export have to wait for a person. Nothing is written."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from kiwi_sync.connections import Connection
from kiwi_sync.keys import Partition
from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.holds import Hold
from kiwi_sync.state.table import TableReader

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.runs import Run
from kiwi_extract.brake.assess import Assessor
from kiwi_extract.brake.decision import Decision, LossLedger, decide, read_ledger
from kiwi_extract.brake.losses import LossCount


@dataclass(frozen=True)
class Verdict:
    """The losses of a Mandant, and whether they are held.

    `decision`, with the `ledger` that it was made on: still to be recorded; None if there is nothing new.
    """

    mandant: str
    losses: LossCount
    held: bool
    ledger: LossLedger | None = None
    decision: Decision | None = None


def is_approved(hold: Hold | None, version: str) -> bool:
    """Whether a person has approved the losses of this very export."""
    return hold is not None and hold.status is HoldStatus.APPROVED and hold.version == version


@dataclass(frozen=True)
class Brake:
    """The brake on one export. `hold`: the export's own, as it was when the run began."""

    table: TableReader
    connection: Connection
    hold: Hold | None
    assessor: Assessor
    deadline: Deadline

    def weigh(
        self, run: Run, partitions: Mapping[str, Collection[Partition]], deselected: Collection[str]
    ) -> Iterator[Verdict]:
        """Decide on each Mandant of the export that the run is not done with.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        for mandant, of_mandant in partitions.items():
            left = [partition for partition in of_mandant if partition.pk not in run.done]
            if mandant in run.passed or not left:
                continue
            # Once for each: to read a Mandant takes less than the minute that is kept for what is written.
            self.deadline.check()
            gone = Loss.DESELECTED if mandant in deselected else Loss.REMOVED
            yield self._verdict(run, mandant, self.assessor.assess(mandant, left, gone))

    def _verdict(self, run: Run, mandant: str, losses: LossCount) -> Verdict:
        own = self.hold if self.hold is not None and self.hold.version == run.version else None
        seen = own.counts.get(mandant) if own else None
        # Approved is what the person saw, not what other settings have added since. Records are compared: by
        # what has flowed, more agreements may hang on the same ones.
        approved = run.terms.approved and own and mandant in own.open
        if not losses.lost or (approved and seen and losses.count.records <= seen.records):
            return Verdict(mandant, losses, held=False)
        rejected = seen is not None and own is not None and own.status is HoldStatus.REJECTED
        now = self.deadline.clock()
        ledger = read_ledger(self.table, self.connection.id, mandant, now)
        decision = decide(ledger, run, self.connection.settings, losses.count, now, rejected=rejected)
        if decision is None:
            return Verdict(mandant, losses, ledger.decisions[run.version].held)
        return Verdict(mandant, losses, decision.held, ledger, decision)
