"""Extract on a table and queues in memory, with settings and a clock that tests can turn."""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any, ParamSpec, TypeVar

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.compare.watermark import WATERMARK
from kiwi_extract.reading.export import Export as ReadExport
from kiwi_extract.run.export_run import ExportWorker
from kiwi_extract.tools import Tools
from kiwi_sync.connections import Connection, Connections, ConnectionSettings, UnknownConnectionError
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.state.rows import Row, row_of
from kiwi_sync.state.table import Item

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.extract.exports import CONNECTION, MANDANT, NOW, Export, document

GRACE = timedelta(minutes=15)
P = ParamSpec("P")
R = TypeVar("R")


class Inline(Executor):
    """Runs submitted work at once."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class StoredSettings(Connections):
    """Settings in memory."""

    def __init__(self) -> None:
        self.stored: dict[str, Connection] = {}
        self.store()

    def store(self, *mandanten: str, connection: str = CONNECTION, **changes: Any) -> None:
        url = "https://kiwi.example"
        named: dict[str, Any] = {"kiwi_api_url": url, "kiwi_erp_api_url": url, "secret": "s", **changes}
        settings = ConnectionSettings(mandanten=mandanten or (MANDANT,), **named)
        known = self.stored.get(connection)
        self.stored[connection] = Connection(connection, settings, known.version + 1 if known else 1)

    def get(self, connection: str, at_least: int | None = None) -> Connection:
        if connection not in self.stored:
            raise UnknownConnectionError(connection)
        return self.stored[connection]

    def ids(self) -> Iterator[str]:
        return iter(self.stored)


@dataclass
class TurnedClock:
    """Stands still, but for `tick` at every look."""

    now: datetime = NOW
    tick: timedelta = timedelta()

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now


@dataclass
class MemoryDocuments:
    """Keeps names instead of documents, and remembers what was brought again."""

    kept: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)
    plans: dict[str, Any] = field(default_factory=dict)

    def keep(self, name: str) -> str | None:
        self.kept.append(name)
        return f"document {name} {len(self.kept)}"

    def keep_export(self, name: str) -> str | None:
        return json.dumps({"document": name})

    def keep_plan(self, name: str, plan: IO[bytes]) -> str:
        self.plans[name] = json.load(plan)
        return f"plan {name}"

    def resend(self, document: str) -> None:
        self.brought.append(document)


@dataclass
class Rig:
    """Extract, put together."""

    table: MemoryTable = field(default_factory=MemoryTable)
    settings: StoredSettings = field(default_factory=StoredSettings)
    transform: MemoryQueue = field(default_factory=MemoryQueue)
    load: MemoryQueue = field(default_factory=MemoryQueue)
    clock: TurnedClock = field(default_factory=TurnedClock)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)

    @property
    def tools(self) -> Tools:
        return Tools(self.table, self.settings, self.transform, self.load, Inline(), GRACE)

    def deadline(self, minutes: float = 15) -> Deadline:
        return Deadline(self.clock.now + timedelta(minutes=minutes), self.clock)

    def extract(self, export: Export | bytes, minutes: float = 15, plan: str | None = None) -> Status:
        return self.work(document(export), minutes, plan)

    def work(self, export: ReadExport, minutes: float = 15, plan: str | None = None) -> Status:
        """Work an export that is being read."""
        return ExportWorker(self.tools, self.deadline(minutes), self.documents, plan).work(export).status

    def plan(self, export: Export, minutes: float = 15) -> dict[str, Any]:
        """The plan of an export, by a dry run."""
        assert self.extract({**export, "dry_run": True}, minutes) is Status.PLANNED
        plan: dict[str, Any] = self.documents.plans[f"{CONNECTION}/{export['export_id']}"]
        return plan

    def extract_all(self, exports: Iterable[Export]) -> None:
        for export in exports:
            self.extract(export)

    def until_done(self, export: Export, minutes: float) -> int:
        """Extract until it is done; how often it was handed back."""
        for times in range(1000):
            if self.extract(export, minutes) is not Status.WORKING:
                return times
        raise AssertionError("never done")

    def run(self, hour: int) -> Item:
        return self.table.items[f"%run#{CONNECTION}"][f"e{hour}"]

    def counts(self, hour: int) -> dict[str, Any]:
        counts: dict[str, Any] = json.loads(str(self.run(hour)["counts"]))
        return counts

    def rejected(self, hour: int) -> list[dict[str, str | None]]:
        rejected: list[dict[str, str | None]] = json.loads(str(self.run(hour)["rejected"]))
        return rejected

    def rows(self) -> dict[str, Row]:
        """Every entity's row by the text of its key."""
        rows = [
            row_of(item)
            for pk, items in self.table.items.items()
            for sk, item in items.items()
            if not pk.startswith("%") and sk != WATERMARK
        ]
        return {row.key.text: row for row in rows}

    def live(self) -> dict[str, str]:
        """The records that are not gone, by the text of their key."""
        return {text: row.record for text, row in self.rows().items() if row.record is not None}

    def tenants(self) -> set[str]:
        """Numbers of the tenants that are not gone."""
        kind = RowKind.MIETER.value
        return {text.rpartition("/")[2] for text in self.live() if f"/{kind}/" in text}


def key(nummer: str, mandant: str = MANDANT) -> RowKey:
    """The key of a tenant's row."""
    return RowKey(CONNECTION, RowKind.MIETER, mandant, (nummer,))


def text(nummer: str, mandant: str = MANDANT) -> str:
    return key(nummer, mandant).text
