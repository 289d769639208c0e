"""An export beside the present state of the table. Nothing is written: plans and runs both begin here."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from types import MappingProxyType

from kiwi_sync.connections import Connection
from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.keys import Partition, RowKind
from kiwi_sync.state.holds import Hold, read_hold
from kiwi_sync.state.table import TableReader

from kiwi_extract.bookkeeping.connection_lock import is_connection_busy
from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.mandanten import seen_mandanten
from kiwi_extract.bookkeeping.runs import Run, Terms, is_open
from kiwi_extract.brake.assess import Assessor
from kiwi_extract.brake.brake import Brake, Verdict, is_approved
from kiwi_extract.brake.incomplete_leases import keep_tenants
from kiwi_extract.brake.losses import LossCount
from kiwi_extract.compare.compare import PartitionScope
from kiwi_extract.compare.partition_reader import Compared, PartitionReader
from kiwi_extract.compare.scope import Scope, silent_in
from kiwi_extract.reading.export import Export
from kiwi_extract.records.spool import Spool

_NOTHING: Mapping[str, LossCount] = MappingProxyType({})


@dataclass(frozen=True)
class Survey:
    """An admitted export beside the present state.

    `hold`: the export's own. `planning`: nothing of it is carried out, so that `run` has no progress.
    """

    table: TableReader
    writers: Executor
    connection: Connection
    envelope: Envelope
    spool: Spool
    deadline: Deadline
    run: Run
    hold: Hold | None
    silent: frozenset[tuple[str, RowKind]] = frozenset()
    planning: bool = False
    _states: dict[str, str] = field(default_factory=dict)
    """Hashes of the partitions as they were compared last."""

    @property
    def is_connection_busy(self) -> bool:
        """Whether another export of the connection is being worked at this moment."""
        return is_connection_busy(self.table, self.connection.id, self.deadline.clock())

    @cached_property
    def scope(self) -> Scope:
        """The partitions that the export covers."""
        seen = seen_mandanten(self.table, self.connection.id)
        unreadable = frozenset(self.spool.unreadable())
        return Scope(self.connection, self.envelope, self.spool, seen, unreadable, self.silent)

    def weigh(self) -> Iterator[Verdict]:
        """Decide on the losses of each Mandant.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        of_mandant: dict[str, list[Partition]] = defaultdict(list)
        for partition in self.scope.partitions():
            of_mandant[partition.mandant].append(partition)
        brake = Brake(self.table, self.connection, self.hold, self._assessor, self.deadline)
        return brake.weigh(self.run, of_mandant, self.scope.deselected)

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """The decisions on all Mandanten. Raises DeadlineReachedError if there is no time left."""
        return list(self.weigh())

    @cached_property
    def held(self) -> Mapping[str, LossCount]:
        """The losses that are held, by Mandant. Raises DeadlineReachedError if there is no time left."""
        return {verdict.mandant: verdict.losses for verdict in self.verdicts if verdict.held}

    def keep_tenants(self) -> None:
        """Reject leases of which a row may be missing; for an export that was read with a Feldmapping."""
        keep_tenants(self._reader, self.scope, self.spool)

    def scope_of(self, partition: Partition, held: Mapping[str, LossCount] = _NOTHING) -> PartitionScope:
        """The facts that comparing a partition needs, without the records whose losses are `held`."""
        continues = self.run.continues and not self.planning
        return self.scope.of(partition, held=_held_in(partition, held), continues=continues)

    def compare(self, partition: Partition, held: Mapping[str, LossCount]) -> Compared:
        """Compare one partition, without the records whose losses are `held`."""
        # A partition without a difference is as it was when it was assessed: only exports write in it.
        compared = self._assessor.settled.get(partition.pk)
        if compared is None:
            scope = self.scope_of(partition, held)
            compared = self._reader.compare(partition, scope, self.spool.entries(partition))
        self._states[partition.pk] = compared.state
        return compared

    def compare_all(self) -> str:
        """Compare every partition; the fingerprint.

        Raises:
            DeadlineReachedError: there is no time left.
        """
        for partition in self.scope.partitions():
            self.deadline.check()
            self.compare(partition, self.held)
        return self.fingerprint()

    def fingerprint(self, more: str = "") -> str:
        """Hash of the export, the settings, and every row, once all partitions have been compared.

        `more`: whatever else it has to cover.
        """
        digest = blake2b(digest_size=16)
        settings = self.connection.settings.model_dump_json()
        silent = sorted(map(str, self.silent))
        scope = (sorted(self.scope.deselected), sorted(map(str, self.scope.unreadable)), silent)
        digest.update(f"{self.connection.version} {settings} {self.envelope.version} {scope}".encode())
        for partition in self.scope.partitions():
            entries = self.spool.entries(partition)
            held = sorted(_held_in(partition, self.held))
            told = [(sk, it.deleted, it.reason, it.record) for sk, it in sorted(entries.items())]
            digest.update(json.dumps([partition.pk, self._states[partition.pk], held, told]).encode())
        digest.update(more.encode())
        return digest.hexdigest()

    @cached_property
    def _reader(self) -> PartitionReader:
        # Hashes cost as much as comparing: only plans, and what carries one out, need them.
        return PartitionReader(self.table, fingerprints=self.planning or self.run.terms.plan is not None)

    @cached_property
    def _assessor(self) -> Assessor:
        return Assessor(self.connection, self._reader, self.spool, self.scope_of)


def survey_of(
    export: Export,
    table: TableReader,
    writers: Executor,
    connection: Connection,
    envelope: Envelope,
    spool: Spool,
    deadline: Deadline,
    run: Run | None = None,
    hold: Hold | None = None,
) -> Survey:
    """Put an export that was read to its end and admitted beside the present state.

    `run`, with the `hold` of the export: the run that carries it out; without it the export is only planned.
    """
    spool.seal(connection.settings.mandanten, envelope.mandanten if envelope.is_full else None)
    silent, planning = silent_in(envelope, export), run is None
    if run is None:
        hold = read_hold(table, connection.id, envelope.export_id)
        this = connection.id, envelope.export_id, envelope.version
        terms = Terms(connection.version, is_approved(hold, envelope.version), mapping=export.mapping)
        run = Run(*this, terms, continues=is_open(table, *this))
    survey = Survey(table, writers, connection, envelope, spool, deadline, run, hold, silent, planning)
    if export.mapping is not None:
        survey.keep_tenants()
    return survey


def _held_in(partition: Partition, held: Mapping[str, LossCount]) -> Collection[str]:
    losses = held.get(partition.mandant)
    return losses.held.get(partition.kind, ()) if losses else ()
