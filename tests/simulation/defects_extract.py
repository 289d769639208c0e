"""Deliberate defects in extract, and in the services below the functions."""

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from typing import Any

from kiwi_extract.compare import compare, partition_writer, scope
from kiwi_extract.run import export_run
from kiwi_extract.sweep import sweep

from tests.fakes.memory import MemoryTable
from tests.simulation.queue import SimulatedQueue
from tests.simulation.scheduler import pretending
from tests.simulation.table import SimulatedTable

DEDUPLICATION = 300
"""Seconds for which SQS swallows a message with the same content as an earlier one."""
STALE = 0.3
"""The share of eventually consistent reads that miss the last write."""


def wake_up_deduplicated() -> AbstractContextManager[Any]:
    """The load queue deduplicates by content."""

    def put(self: Any, body: str, group: str | None = None, delay: float = 0) -> None:
        now = self._scheduler.now
        sent = self.__dict__.setdefault("by_content", {})
        if group is not None and body in sent and (now - sent[body]).total_seconds() < DEDUPLICATION:
            return
        sent[body] = now
        real(self, body, group, delay)

    real = SimulatedQueue.put
    return pretending(SimulatedQueue, put=put)


def no_tombstone_for_the_unseen() -> AbstractContextManager[Any]:
    """Extract does not record the deletion of a record that it has never seen."""

    def judge(question: Any, sk: str, row: Any, effective: str, outcome: Any) -> None:
        if row is not None:
            real(question, sk, row, effective, outcome)

    real = compare._judge_absence
    return pretending(compare, _judge_absence=judge)


@contextmanager
def inconsistent_reads() -> Iterator[None]:
    """Reads of the table are eventually consistent."""
    before: dict[Any, Any] = {}
    rng = random.Random(0)

    def get(self: Any, key: Any) -> Any:
        item = real_get(self, key)
        if not isinstance(self, SimulatedTable):
            return item
        stale = before.get((id(self), key), item)
        return copy(stale) if self._scheduler.invocation and rng.random() < STALE else item

    def update(self: Any, key: Any, change: Any, *checks: Any) -> bool:
        before[id(self), key] = real_get(self, key)
        return real_update(self, key, change, *checks)

    real_get, real_update = MemoryTable.get, SimulatedTable.update
    with pretending(MemoryTable, get=get), pretending(SimulatedTable, update=update):
        yield


def two_extracts_at_once() -> AbstractContextManager[Any]:
    """Exports of one connection are worked at the same time."""

    @contextmanager
    def lease(*_: Any) -> Iterator[None]:
        yield

    return pretending(export_run, connection_lock=lease)


def one_watermark_for_all_kinds() -> AbstractContextManager[Any]:
    """A full export that cannot judge one kind moves the watermark of all."""

    def after(question: Any, comparison: Any, watermark: Any) -> Any:
        return type(watermark)(max(question.version, watermark.version), question.version, {})

    return pretending(partition_writer, next_watermark=after)


def absence_always_proves() -> AbstractContextManager[Any]:
    """A missing record is gone in a full export, even if one of the keys was unreadable."""
    real = scope.Scope.of

    def question(self: Any, *args: Any, **named: Any) -> Any:
        return compare.PartitionScope(**(vars(real(self, *args, **named)) | {"judges_absence": True}))

    return pretending(scope.Scope, of=question)


def rejected_is_gone() -> AbstractContextManager[Any]:
    """A rejected record counts as missing."""

    def keys(question: Any, entries: Any, rows: Any, watermark: Any, outcome: Any) -> Any:
        for sk in [sk for sk, entry in entries.items() if entry.rejected]:
            del entries[sk]
        return real(question, entries, rows, watermark, outcome)

    real = compare._keys
    return pretending(compare, _keys=keys)


def delta_leaves_the_version() -> AbstractContextManager[Any]:
    """A delta that confirms a record does not move its version."""

    def confirm(question: Any, sk: str, row: Any, effective: str, outcome: Any) -> None:
        if question.is_full:
            real(question, sk, row, effective, outcome)

    real = compare._confirm
    return pretending(compare, _confirm=confirm)


def nobody_sweeps() -> AbstractContextManager[Any]:
    """The sweep finds no due rows."""
    return pretending(sweep, due=lambda *_args, **_named: ([], False))
