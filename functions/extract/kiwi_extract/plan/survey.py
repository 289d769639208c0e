"""Looks through everything that an export is compared with, writing nothing: the first half of a plan, and
what tells later whether a plan still holds."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import blake2b

from kiwi_sync.connections import Connection
from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.keys import Partition, RowKind
from kiwi_sync.state.holds import Hold, read_hold
from kiwi_sync.state.table import Item, Table

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.connection_lock import is_connection_busy
from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.mandanten import seen_mandanten
from kiwi_extract.bookkeeping.runs import Run
from kiwi_extract.brake.assess import Assessor
from kiwi_extract.brake.brake import Brake, is_approved
from kiwi_extract.brake.incomplete_leases import keep_tenants
from kiwi_extract.brake.losses import Toll
from kiwi_extract.compare.compare import Question
from kiwi_extract.compare.partition_writer import Look, PartitionWork
from kiwi_extract.compare.scope import Extent, silent_in
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_extract.compare.watermark import Watermark
from kiwi_extract.plan.unwritten import Unkept, Unsent, Unwritten
from kiwi_extract.reading.export import Export
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.spool import Spool

_SEEN = ("rev", "version", "fingerprint", "gone", "expires")


@dataclass
class WatchedWork(PartitionWork):
    """Remembers in which state it has seen each partition, by partition key."""

    seen: dict[str, str] = field(default_factory=dict)

    def _read(
        self, partition: Partition, question: Question, entries: Mapping[str, Entry]
    ) -> tuple[dict[str, Item], Watermark]:
        rows, watermark = super()._read(partition, question, entries)
        self.seen[partition.pk] = _state_of(rows, watermark)
        return rows, watermark


@dataclass(frozen=True)
class Survey:
    """An admitted export beside the present state. Nothing is written through it."""

    table: Table
    writers: Executor
    connection: Connection
    envelope: Envelope
    spool: Spool
    deadline: Deadline
    silent: frozenset[tuple[str, RowKind]] = frozenset()
    mapping: str | None = None
    """The version of the Feldmapping that the export was read with."""

    @cached_property
    def reading(self) -> Table:
        """The table, without its writes."""
        return Unwritten(self.table)

    @property
    def connection_busy(self) -> bool:
        """Whether another export of the connection is being worked at this moment."""
        return is_connection_busy(self.table, self.connection.id, self.deadline.clock())

    @cached_property
    def extent(self) -> Extent:
        """Of which partitions the export speaks."""
        seen = seen_mandanten(self.table, self.connection.id)
        unreadable = frozenset(self.spool.unreadable())
        return Extent(self.connection, self.envelope, self.spool, seen, unreadable, self.silent)

    @cached_property
    def held(self) -> Mapping[str, Toll]:
        """The Mandanten whose losses would be held.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        of_mandant: dict[str, list[Partition]] = defaultdict(list)
        for partition in self.extent.partitions():
            of_mandant[partition.mandant].append(partition)
        self._brake.weigh(of_mandant, self.extent.deselected)
        return self._brake.held

    def keep_tenants(self) -> None:
        """Reject leases of which a row may be missing; of an export that was read with a Feldmapping."""
        keep_tenants(self._work, self.extent, self.spool)

    def look(self, partition: Partition) -> Look:
        """One partition as it would be compared, what is held left out."""
        held = self.held
        settled = self._assessor.settled.pop(partition.pk, None)
        if settled is not None:
            return settled
        question = self.extent.question(partition, held=_held_in(partition, held))
        return self._work.look(partition, question, self.spool.entries(partition))

    def compared(self) -> str:
        """The fingerprint, having looked at everything.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        for partition in self.extent.partitions():
            self.deadline.check()
            self.look(partition)
        return self.fingerprint()

    def fingerprint(self, said: str = "") -> str:
        """Of the export, the settings, and every row that was compared; once all have been looked at.

        `said`: what else it is of.
        """
        digest = blake2b(digest_size=16)
        settings = self.connection.settings.model_dump_json()
        silent = sorted(map(str, self.silent))
        extent = (sorted(self.extent.deselected), sorted(map(str, self.extent.unreadable)), silent)
        digest.update(f"{self.connection.version} {settings} {self.envelope.version} {extent}".encode())
        for partition in self.extent.partitions():
            entries = self.spool.entries(partition)
            held = sorted(_held_in(partition, self.held))
            told = [(sk, it.deleted, it.reason, it.record) for sk, it in sorted(entries.items())]
            seen = self._work.seen[partition.pk]
            digest.update(json.dumps([partition.pk, seen, held, told]).encode())
        digest.update(said.encode())
        return digest.hexdigest()

    @property
    def is_approved(self) -> bool:
        """Whether a person has approved the losses of this very export."""
        return is_approved(self._hold, self.envelope.version)

    @cached_property
    def _work(self) -> WatchedWork:
        source = SourceWriter(self.reading, self.connection, self.envelope.version, timedelta())
        return WatchedWork(self.reading, Unsent(), self.writers, source, self.deadline)

    @cached_property
    def _assessor(self) -> Assessor:
        return Assessor(self.connection, self._work, self.spool, self.extent.question)

    @cached_property
    def _brake(self) -> Brake:
        export = (self.connection.id, self.envelope.export_id, self.envelope.version)
        run = Run(*export, self.connection.version, self.is_approved, runs.is_open(self.table, *export))
        return Brake(
            self.reading,
            self.connection,
            run,
            self.envelope.is_full,
            self._hold,
            self._assessor,
            Unkept(),
            self.deadline,
        )

    @cached_property
    def _hold(self) -> Hold | None:
        return read_hold(self.table, self.connection.id, self.envelope.export_id)


def survey_of(
    document: Export,
    table: Table,
    writers: Executor,
    connection: Connection,
    envelope: Envelope,
    spool: Spool,
    deadline: Deadline,
) -> Survey:
    """An export that has been read to its end and admitted, beside the present state."""
    spool.seal(connection.settings.mandanten, envelope.mandanten if envelope.is_full else None)
    silent = silent_in(envelope, document)
    survey = Survey(table, writers, connection, envelope, spool, deadline, silent, document.mapping)
    if document.mapping is not None:
        survey.keep_tenants()
    return survey


def _held_in(partition: Partition, held: Mapping[str, Toll]) -> Collection[str]:
    toll = held.get(partition.mandant)
    return toll.held.get(partition.kind, ()) if toll else ()


def _state_of(rows: Mapping[str, Item], watermark: Watermark) -> str:
    """Hash of what comparing has seen of a partition; and whether rows are owed something."""
    told = [(sk, *(row.get(name) for name in _SEEN), "todo" in row) for sk, row in sorted(rows.items())]
    text = json.dumps([told, watermark.version, watermark.unseen, dict(sorted(watermark.exempt.items()))])
    return blake2b(text.encode(), digest_size=16).hexdigest()
