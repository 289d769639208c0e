"""Works one export: reads and admits it, then brings it into the table, partition by partition."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple

from kiwi_sync.connections import Connection, Connections
from kiwi_sync.erp.envelope import SECTIONS, Envelope
from kiwi_sync.keys import SHARDS, Partition, RowKind
from kiwi_sync.queues import Queue
from kiwi_sync.state.holds import read_hold
from kiwi_sync.state.table import Table

from kiwi_extract import runs
from kiwi_extract.admission import admit, connection_of
from kiwi_extract.arrivals import note_export
from kiwi_extract.assess import Assessor
from kiwi_extract.brake import Brake, Shelf, is_approved
from kiwi_extract.compare import Question
from kiwi_extract.formats.origin import Export
from kiwi_extract.lease import Deadline, DeadlineReachedError, lease
from kiwi_extract.mandanten import forget_mandanten, remember_mandanten, seen_mandanten
from kiwi_extract.outstanding import retry_parked
from kiwi_extract.partition import PartitionWork
from kiwi_extract.source import SourceWriter
from kiwi_extract.spool import Spool
from kiwi_extract.validate import validate


class PartError(Exception):
    """The document is a part of an export: it waits for the others."""

    def __init__(self, envelope: Envelope) -> None:
        super().__init__("a part of an export")
        self.envelope = envelope


class HandBackError(Exception):
    """The invocation's time is up; the run's row says how far it has come."""


@dataclass(frozen=True)
class Tools:
    """What extract works with."""

    table: Table
    connections: Connections
    transform: Queue
    load: Queue
    writers: Executor
    grace: timedelta


def extract(tools: Tools, document: Export, deadline: Deadline, shelf: Shelf) -> runs.Status:
    """Bring one export into the table and send the keys of what is new, changed or gone.

    What would take access from too many is held back, and the document kept on the `shelf`.

    Raises:
        RejectedExportError: the export is refused whole; nothing has changed.
        LeaseTakenError: another export of the connection is being worked.
        PartError: it is a part of an export; nothing has changed.
        HandBackError: the time is up; the same document goes on where this invocation stopped.
    """
    with Spool() as spool:
        spool.add(map(validate, document.records()))
        envelope = admit(document, deadline.clock())
        if envelope.is_part:
            raise PartError(envelope)
        with lease(tools.table, envelope.connection, deadline):
            connection = connection_of(tools.connections, envelope.connection)
            spool.seal(connection.settings.mandanten, envelope.mandanten if envelope.is_full else None)
            said = Said(_silent(envelope, document), document.mapping)
            run = ExportRun(tools, connection, envelope, spool, deadline, shelf, said)
            return run.work(document.counts)


class Said(NamedTuple):
    """What else is known of an export: of what it does not speak, and which Feldmapping it was read with."""

    silent: frozenset[tuple[str, RowKind]] = frozenset()
    mapping: str | None = None


def _silent(envelope: Envelope, document: Export) -> frozenset[tuple[str, RowKind]]:
    """The (Mandant, kind) that a full export is said to be complete for, but does not speak of."""
    spoken = document.spoken
    if spoken is None or not envelope.is_full:
        return frozenset()
    return frozenset(
        (mandant, kind)
        for mandant in envelope.mandanten
        for section, kind in SECTIONS.items()
        if (mandant, section) not in spoken
    )


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
        self._silent = said.silent
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
            mapping=said.mapping,
        )
        source = SourceWriter(tools.table, connection, envelope.version, tools.grace)
        self._work = PartitionWork(tools.table, tools.transform, tools.writers, source, deadline)
        self._unreadable = spool.unreadable()
        self._progressed = False
        self._deselected = seen_mandanten(tools.table, connection.id) - self._selected
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
            forget_mandanten(table, connection, self._deselected - self._run.staying)
        self._brake.finish(self._covered())
        rejected = self._spool.rejected_count(), self._spool.rejected(runs.SHOWN)
        note_export(table, connection, self._deadline.clock())
        return runs.end(table, self._run, read, rejected, self._deadline.clock())

    def _bring_in_all(self) -> None:
        partitions = list(self._partitions())
        of_mandant: dict[str, list[Partition]] = defaultdict(list)
        for partition in partitions:
            of_mandant[partition.mandant].append(partition)
        self._brake.apply(of_mandant, self._deselected)
        kept = {partition.mandant for partition in partitions} & self._selected
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
        question = replace(self._question(partition), held=self._brake.held_in(partition))
        # What was left of a partition when it was assessed is as it was: the lease is held.
        look = self._assessor.settled.pop(partition.pk, None)
        comparison = self._work.bring_in(partition, question, entries, look)
        tally = self._run.tally
        for name in vars(tally):
            setattr(tally, name, getattr(tally, name) + getattr(comparison, name))
        if comparison.outdated:
            self._run.staying.add(partition.mandant)
        self._run.done.add(partition.pk)
        self._progressed = True

    def _covered(self) -> frozenset[str]:
        """The Mandanten of which a full export has said all there is to say; of a delta none."""
        if not self._envelope.is_full:
            return frozenset()
        partitions = list(self._partitions())
        silent = {it.mandant for it in partitions if not self._question(it).judges_absence}
        silent |= {mandant for mandant, _ in self._silent}
        return frozenset(it.mandant for it in partitions) - silent

    def _question(self, partition: Partition) -> Question:
        hidden = {(partition.mandant, partition.kind), (None, partition.kind)} & self._unreadable
        return Question(
            version=self._envelope.version,
            is_full=self._envelope.is_full,
            shape=self._connection.shape,
            judges_absence=not hidden or partition.mandant in self._deselected,
            continues=self._run.continues,
        )

    @property
    def _selected(self) -> frozenset[str]:
        return frozenset(self._connection.settings.mandanten)

    def _partitions(self) -> Iterator[Partition]:
        """Of a full export: all that it speaks of, or that is deselected; of a delta: its own."""
        if not self._envelope.is_full:
            yield from self._spool.partitions(self._connection.id)
            return
        mandanten = sorted(self._selected.intersection(self._envelope.mandanten) | self._deselected)
        for kind in SECTIONS.values():
            for mandant in mandanten:
                if (mandant, kind) in self._silent and mandant not in self._deselected:
                    continue
                for shard in range(SHARDS):
                    yield Partition(self._connection.id, mandant, kind, format(shard, "x"))
