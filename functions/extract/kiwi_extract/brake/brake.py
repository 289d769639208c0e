"""The brake: holds back what an export would take from too many, until a person has looked at it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import IO, Protocol

from kiwi_sync.connections import Connection
from kiwi_sync.keys import Partition
from kiwi_sync.observability import logger
from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.holds import Hold, carried_out, end_hold, holds, write_hold
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.runs import Run
from kiwi_extract.brake.assess import Assessor
from kiwi_extract.brake.decision import decide
from kiwi_extract.brake.losses import SHOWN, Toll


class Shelf(Protocol):
    """The port: where documents of held exports are kept, and how they come again."""

    def keep(self, name: str) -> str | None:
        """Keep the document at hand; the message that brings it again, None if it is not there any more."""
        ...

    def keep_export(self, name: str) -> str | None:
        """Keep the document as what a plan is of; the message that brings it again."""
        ...

    def keep_plan(self, name: str, plan: IO[bytes]) -> str:
        """Keep a plan; the message that says where it lies."""
        ...

    def bring(self, document: str) -> None:
        """Send such a message."""
        ...


_WITHHELD = frozenset({HoldStatus.STANDING, HoldStatus.REJECTED})


def is_approved(hold: Hold | None, version: str) -> bool:
    """Whether a person has approved the losses of this very export."""
    return hold is not None and hold.status is HoldStatus.APPROVED and hold.version == version


@dataclass
class Brake:
    """The brake on one run. `hold`: the export's own, as it was when the run began."""

    table: Table
    connection: Connection
    run: Run
    is_full: bool
    hold: Hold | None
    assessor: Assessor
    shelf: Shelf
    deadline: Deadline
    progressed: bool = False
    """Whether a Mandant has been done with."""
    held: dict[str, Toll] = field(default_factory=dict)
    """The Mandanten whose losses are held."""
    _stands: bool = False

    def apply(self, partitions: Mapping[str, Collection[Partition]], deselected: Collection[str]) -> None:
        """Decide on each Mandant of the export, before anything is written, and let a hold stand.

        Raises:
            DeadlineReachedError: there is no time left; nothing has been written.
            LossesMovedError: see there.
        """
        self.weigh(partitions, deselected)
        # What is left of a run that goes on says less than its hold does already.
        if self.held and not self.run.done:
            self._let_stand()

    def weigh(self, partitions: Mapping[str, Collection[Partition]], deselected: Collection[str]) -> None:
        """Decide on each Mandant of the export.

        Raises:
            DeadlineReachedError, LossesMovedError: see `apply`.
        """
        for mandant, its in partitions.items():
            left = [partition for partition in its if partition.pk not in self.run.done]
            if mandant in self.run.passed or not left:
                continue
            # Once for each: to read a Mandant takes less than the minute that is kept for what is written.
            self.deadline.check()
            gone = Loss.DESELECTED if mandant in deselected else Loss.REMOVED
            toll = self.assessor.assess(mandant, left, gone)
            if self._is_held(mandant, toll):
                self.held[mandant] = toll
                self.run.staying.add(mandant)
            else:
                self.run.passed.add(mandant)
                self.progressed = True

    def held_in(self, partition: Partition) -> Collection[str]:
        """The sort keys of this kind of record that the export must not be taken to speak of."""
        toll = self.held.get(partition.mandant)
        return toll.held.get(partition.kind, ()) if toll else ()

    def finish(self, covered: Collection[str]) -> None:
        """Once all else is written: end what this run has settled. `covered`: Mandanten of a full export."""
        if not (covered or self.run.approved or self.hold):
            return
        there = list(holds(self.table, self.connection.id))
        for hold in there:
            if self._replaces(hold):
                self._end(hold, hold.open.intersection(covered))
            elif hold.export_id == self.run.export_id and not self.run.tally.held:
                self._end(hold, hold.open)
        if self.run.approved and self.hold is not None and not self._stands:
            for hold in there:
                if hold.stands and hold.document and hold.open & self.hold.open:
                    self.shelf.bring(hold.document)
            carried_out(self.table, self.hold)

    def _is_held(self, mandant: str, toll: Toll) -> bool:
        if not toll.lost:
            return False
        own = self.hold if self.hold is not None and self.hold.version == self.run.version else None
        seen = own.counts.get(mandant) if own else None
        # Approved is what the person saw, not what other settings have added since. Records are compared: by
        # what has flowed, more agreements may hang on the same ones.
        if self.run.approved and own and mandant in own.open and seen and toll.count.records <= seen.records:
            return False
        rejected = seen is not None and own is not None and own.status is HoldStatus.REJECTED
        now = self.deadline.clock()
        return decide(
            self.table, self.run, self.connection.settings, mandant, toll.count, now, rejected=rejected
        )

    def _let_stand(self) -> None:
        """Let a hold stand for what is held, unless a person or a newer full export has spoken already."""
        own = self.hold
        if own is not None and own.version == self.run.version and own.status is HoldStatus.REJECTED:
            return
        newer = self._held_by_newer()
        counts = {mandant: toll.count for mandant, toll in self.held.items() if mandant not in newer}
        if not counts:
            return
        kept = own.document if own is not None and own.version == self.run.version else None
        keys = [lost for mandant in counts for lost in self.held[mandant].shown]
        hold = Hold(
            connection=self.connection.id,
            export_id=self.run.export_id,
            version=self.run.version,
            is_full=self.is_full,
            status=HoldStatus.STANDING,
            counts=counts,
            keys=tuple(keys[:SHOWN]),
            document=kept or self.shelf.keep(f"{self.connection.id}/{self.run.export_id}"),
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
