"""Load's work on a batch: each key once, distinct keys concurrently, as long as the gate is open."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime

from kiwi_sync.connections import SettingsInvalidError, UnknownConnectionError
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiAway, KiwiError, KiwiLoginRefused
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue
from kiwi_sync.rules.action import KINDS
from kiwi_sync.rules.ids import kiwi_id
from kiwi_sync.state.rows import Row, let_rest, owe, read_row
from kiwi_sync.state.table import Table

from kiwi_load.actual import ActualWriter, TakenOverError
from kiwi_load.clients import KiwiClients
from kiwi_load.kiwi_gate import KiwiGate, Passage
from kiwi_load.worker import TryLaterError, Worker

TRIES = 10
"""How often a key is tried, with growing rests, before it becomes a problem and rests an hour."""
LONGEST_REST = 300


@dataclass(frozen=True)
class Hint:
    """The messages of one key in a batch."""

    key: RowKey
    wake: bool
    receives: int
    receipts: tuple[str, ...]

    @property
    def must_be_remembered(self) -> bool:
        """Whether the row may lack `todo`: after a wake-up, or a load that broke off after settling."""
        return self.wake or self.receives > 1


@dataclass(frozen=True)
class Stage:
    """Load, wired."""

    table: Table
    queue: Queue
    gate: KiwiGate
    clients: KiwiClients
    worker: Worker
    writer: ActualWriter
    pool: Executor
    backoff: float

    def work(self, hints: Iterable[Hint], until: datetime | None = None) -> dict[RowKey, Exception]:
        """Work every key. Returns the keys whose messages must come again, each with its error.

        `until`: no key starts a step after it, since the invocation would end first.
        """
        failed: dict[RowKey, Exception] = {}
        for connection, its in _by_connection(hints).items():
            for hint, error in self._work_connection(connection, its, until):
                if error is not None:
                    failed[hint.key] = error
                    self._rest(hint, error)
        return failed

    def _work_connection(
        self, connection: str, hints: list[Hint], until: datetime | None
    ) -> list[tuple[Hint, Exception | None]]:
        try:
            kiwi = self.clients.client(connection)
        except (UnknownConnectionError, SettingsInvalidError) as error:
            self._unusable(connection, error)
            return self._put_off(hints)
        passage = self.gate.passage(connection)
        if passage is Passage.PROBE and self._answers(connection, hints[0], kiwi):
            passage = Passage.OPEN
        if passage is not Passage.OPEN:
            return self._put_off(hints)
        return list(zip(hints, self.pool.map(lambda hint: self._work(hint, kiwi, until), hints), strict=True))

    def _answers(self, connection: str, hint: Hint, kiwi: KiwiClient) -> bool:
        """Probe with one harmless request; any answer at all means that KIWI is back."""
        key = hint.key
        try:
            kiwi.get(KINDS[key.kind], kiwi_id(kiwi.organization(), (key.mandant, *key.numbers)))
        except KiwiAway as away:
            self.gate.away(connection, away.retry_after, probing=True)
            return False
        except KiwiLoginRefused as why:
            self.gate.pause(connection, why)
            return False
        except KiwiError as error:
            logger.info("probe answered", connection=connection, error=type(error).__name__)
        self.gate.back(connection)
        return True

    def _unusable(self, connection: str, error: Exception) -> None:
        logger.error("settings cannot be used", connection=connection, fault=str(error))

    def _put_off(self, hints: list[Hint]) -> list[tuple[Hint, Exception | None]]:
        for hint in hints:
            self._remember(hint)
        return [(hint, None) for hint in hints]

    def _remember(self, hint: Hint) -> None:
        """Make sure that the row is on the list of owed rows, so that the message may be forgotten."""
        if hint.must_be_remembered:
            row = read_row(self.table, hint.key)
            if row is not None:
                owe(self.table, row, self.gate.clock())

    def _work(self, hint: Hint, kiwi: KiwiClient, until: datetime | None) -> Exception | None:
        """Work one key. Returns the error for which its messages must come again."""
        connection = hint.key.connection
        try:
            self.worker.work(hint.key, kiwi, until)
        except KiwiAway as away:
            self.gate.away(connection, away.retry_after)
            self._remember(replace(hint, wake=True))
        except KiwiLoginRefused as why:
            self.gate.pause(connection, why)
            self._remember(replace(hint, wake=True))
        except (UnknownConnectionError, SettingsInvalidError) as error:
            self._unusable(connection, error)
            self._remember(replace(hint, wake=True))
        except (KiwiError, TryLaterError, TakenOverError) as error:
            if hint.receives < TRIES:
                return error
            self._give_up(hint, error)
        except Exception as error:
            # Log the kind of error only: the text of a validation error quotes the row.
            logger.error("key failed", key=str(hint.key), error=type(error).__name__)
            if hint.receives >= TRIES:
                let_rest(self.table, hint.key, self.gate.clock())
            return error
        return None

    def _give_up(self, hint: Hint, error: Exception) -> None:
        """Note a problem after ten tries; the sweep sends the key again in an hour."""
        row = read_row(self.table, hint.key)
        if row is not None:
            self.writer.failed(row, str(error))
            self._wake_dependents(row)
        logger.error("key rests for an hour", key=str(hint.key), error=type(error).__name__)

    def _wake_dependents(self, row: Row) -> None:
        if row.desired is not None and row.in_kiwi:
            self.worker.dependents.wake_waiting(row, changing=row.readdressing is not None)
        self.worker.access.shared.wake_awaiting(row)

    def _rest(self, hint: Hint, error: Exception) -> None:
        """Make a failed key come back later each time; also one that breaks our own code."""
        seconds = min(self.backoff * 2 ** min(hint.receives, 16), LONGEST_REST)
        logger.info("key rests", key=str(hint.key), seconds=seconds, error=type(error).__name__)
        for receipt in hint.receipts:
            self.queue.hold(receipt, int(seconds))


def _by_connection(hints: Iterable[Hint]) -> Mapping[str, list[Hint]]:
    by_key: dict[RowKey, Hint] = {}
    for hint in hints:
        known = by_key.get(hint.key, hint)
        by_key[hint.key] = Hint(
            hint.key,
            known.wake or hint.wake,
            max(known.receives, hint.receives),
            tuple(dict.fromkeys((*known.receipts, *hint.receipts))),
        )
    by_connection: dict[str, list[Hint]] = {}
    for hint in by_key.values():
        by_connection.setdefault(hint.key.connection, []).append(hint)
    return by_connection
