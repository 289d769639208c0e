"""Transform and load over a table and queues in memory, against the embedded KIWI, until all is quiet."""

import itertools
import json
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar, cast

import httpx
from kiwi_extract.sweep.sweep import sweep
from kiwi_extract.tools import Tools
from kiwi_load.actual import ActualWriter
from kiwi_load.clients import KiwiClients
from kiwi_load.dependents import Dependents
from kiwi_load.kiwi_gate import KiwiGate
from kiwi_load.placeholders import Placeholders
from kiwi_load.stage import Hint
from kiwi_load.stage import Stage as Load
from kiwi_load.worker import Worker
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import new_http_client
from kiwi_sync.kiwi.models import Kind
from kiwi_sync.messages import SweepOrder
from kiwi_sync.state.rows import Row
from kiwi_transform.key_by_key import KeyFailedError, transform_keys
from kiwi_transform.stage import Stage as Transform

from tests.unit.load.own_kiwi import OwnKiwi
from tests.unit.load.points import Crash, PointedQueue, PointedTable, PointedTransport, Points
from tests.unit.load.vault import MemorySecrets
from tests.unit.transform.world import CONNECTION, GRACE, Erp, MemorySsm, Time, settings

P = ParamSpec("P")
T = TypeVar("T")
BUSY = 2_000
"""Invocations after which a world that is still not quiet never will be."""

_organizations = itertools.count(1000)


class InLine(Executor):
    """An executor that does everything at once, in the caller's thread: a crash takes all along."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass(eq=False)
class Message:
    """A message with SQS's count of its receives."""

    body: dict[str, Any]
    receives: int = 0


@dataclass
class World:
    """One connection with an organization of its own. A `seed` shuffles messages and repeats some."""

    server: EmbeddedKiwi
    wire: httpx.BaseTransport
    seed: int = 0
    points: Points = field(default_factory=Points)
    repeats: float = 0.1
    organization: int = field(default_factory=lambda: next(_organizations))

    def __post_init__(self) -> None:
        self.kiwi = OwnKiwi(self.server, self.organization)
        self.clock = Time()
        self.rng = random.Random(self.seed)
        self.table = PointedTable(self.points)
        self.to_transform = PointedQueue(self.points)
        self.to_load = PointedQueue(self.points)
        self.exports = PointedQueue(self.points)
        self.ssm = MemorySsm()
        self.secrets = MemorySecrets()
        self.transport = PointedTransport(self.wire, self.points)
        self.erp = Erp(self.table, self.ssm, self.clock, self.to_transform)
        self._transforms: list[Message] = []
        self._loads: dict[str, deque[Message]] = {}
        self._resting: set[str] = set()
        self._busy: set[str] = set()
        user = f"user-{self.organization}"
        self.kiwi.add_account(user, "secret", self.organization)
        self.secrets.put("secret", {"username": user, "password": "secret"})
        self.configure()
        self.restart()

    def configure(self, **changes: Any) -> None:
        """Save the connection's settings anew."""
        urls = {"kiwi_api_url": self.kiwi.api_url, "kiwi_erp_api_url": self.kiwi.erp_api_url}
        self.ssm.put(CONNECTION, settings(**changes, **urls))

    def restart(self) -> None:
        """New containers, which remember nothing; KIWI knows the account."""
        table, clock = self.table, self.clock
        connections = self.ssm.connections()
        self.transform = Transform(table, connections, self.to_load, clock, GRACE)
        clients = KiwiClients(connections, cast("Any", self.secrets), self._http, table, clock, backoff=0.0)
        dependents = Dependents(table, self.to_load, clock)
        writer = ActualWriter(table, clock, GRACE)
        placeholders = Placeholders(table, self.to_load)
        worker = Worker(table, self.to_load, writer, dependents, placeholders, clients.settings)
        self.gate = KiwiGate(table, self.exports, clock, 1.0, jitter=random.Random(self.seed))
        self.load = Load(table, self.to_load, self.gate, clients, worker, writer, InLine(), 1.0)
        self.tools = Tools(table, connections, self.to_transform, self.to_load, InLine(), GRACE)

    def _http(self) -> httpx.Client:
        return new_http_client(transport=self.transport)

    def log_in(self) -> None:
        """Let the secret prove good: from now on no log-in has to wait for another."""
        self.load.clients.client(CONNECTION).get(Kind.TENANT, "nobody")

    def settle(self, *changes: Any) -> None:
        """The ERP says something, and everything comes to rest."""
        self.erp.say(*changes)
        self.quiet()

    def quiet(self) -> None:
        """Feed transform and load until no message is left; a crash gets new containers.

        Within an invocation: but for the keys that are being loaded, whose message groups are locked.
        """
        for _ in range(BUSY):
            self._collect()
            if not self._transforms and not self._loads.keys() - self._busy:
                return
            try:
                self._invoke()
            except Crash:
                self.restart()
        raise AssertionError(f"never quiet, seed {self.seed}")

    def resume(self, rounds: int = 40) -> None:
        """Let time pass and the sweeps come, until nothing is owed that a sweep brings."""
        for _ in range(rounds):
            self.quiet()
            orders = [SweepOrder.model_validate_json(order.body) for order in self.exports.take()]
            if not orders and not self.owed():
                return
            self.clock.sleep(301)
            for order in orders:
                sweep(self.tools, order, self.clock.now)
            self.sweep()
        raise AssertionError(f"never settled, seed {self.seed}: {self.owed()}")

    def sweep(self) -> None:
        """The scheduled sweep comes to this connection."""
        sweep(self.tools, SweepOrder(connection=CONNECTION), self.clock.now)

    def owed(self) -> list[str]:
        """The rows that a sweep brings again, sooner or later."""
        return [row.key.text for row in self.rows().values() if row.todo and str(row.todo_at) < "P"]

    def rows(self) -> dict[str, Row]:
        """All rows of entities."""
        keys = [(pk, sk) for pk, items in self.table.items.items() for sk in items if not pk.startswith("%")]
        return {RowKey.of_row(*key).text: self.row(RowKey.of_row(*key).text) for key in keys}

    def row(self, key: str) -> Row:
        """A row that must be there."""
        return self.table.row(key)

    def content(self) -> dict[str, dict[str, Any]]:
        """KIWI's content, without differences between worlds; access only by its state."""
        content: dict[str, dict[str, Any]] = self.without_organization(self.kiwi.content(self.organization))
        for one in (one for kind in content.values() for one in kind.values()):
            del one["organization_id"]
        for agreement in content["rental_agreement"].values():
            agreement["state"] = agreement["state"]["actual"]
            del agreement["tenant"]
        return content

    def without_organization(self, said: Any) -> Any:
        """The same, with ids as tests say them."""
        if isinstance(said, dict):
            return {
                self.without_organization(key): self.without_organization(one) for key, one in said.items()
            }
        return said.removeprefix(f"{self.organization}--") if isinstance(said, str) else said

    def assign(self, unit: str, door: str) -> None:
        """A person assigns a door to one of the units; of each world it is another one."""
        self.kiwi.assign_door(
            f"{self.organization}--0001--100--{unit}",
            f"{self.organization}--{door}",
            organization_id=self.organization,
        )

    def refuse(self, method: str, part: str, status: int, body: dict[str, Any]) -> None:
        """From now on KIWI answers so to requests whose path has a part."""

        def fault(request: httpx.Request) -> httpx.Response | None:
            refused = request.method == method and part in request.url.path
            return httpx.Response(status, json=body) if refused else None

        self.transport.fault = fault

    def opens(self) -> set[tuple[str, str]]:
        """The accounts that open each door of this world."""
        mine = f"{self.organization}-"
        return {
            (account, door.removeprefix(f"{mine}-"))
            for account, door in self.kiwi.permissions()
            if mine in door
        }

    def asked(self) -> list[str]:
        """The requests about objects, but log-ins."""
        return [
            f"{one.method} {one.path}"
            for one in self.kiwi.requests
            if one.organization_id == self.organization
        ]

    def ids(self, kind: str) -> list[str]:
        """The ids of KIWI's objects of a kind."""
        return sorted(self.content()[kind])

    def deliver(self, key: str, *, wake: bool = False, receives: int = 1) -> dict[RowKey, Exception]:
        """One invocation of load with one message."""
        return self.load.work([Hint(RowKey.parse(key), wake, receives, ("receipt",))])

    def _collect(self) -> None:
        for message in self.to_transform.take():
            self._transforms.append(Message(json.loads(message.body)))
        for message in self.to_load.take():
            body = json.loads(message.body)
            self._loads.setdefault(body["key"], deque()).append(Message(body))

    def _invoke(self) -> None:
        """One invocation of either function, drawn by lot; failed messages come after all others."""
        ready = sorted(self._loads.keys() - self._resting - self._busy)
        if not ready and not self._transforms:
            self._resting.clear()
            return
        if self._transforms and (not ready or self.rng.random() < 0.5):
            self._invoke_transform(self.rng.randrange(len(self._transforms)))
        else:
            self._invoke_load(self.rng.sample(ready, min(len(ready), self.rng.randint(1, 3))))

    def _invoke_transform(self, index: int) -> None:
        message = self._transforms[index]
        message.receives += 1
        keys = [RowKey.parse(text) for text in message.body["keys"]]
        self.rng.shuffle(keys)
        try:
            transform_keys(self.transform, self.to_transform, keys)
        except KeyFailedError:
            if message.receives >= 5:
                raise
            return
        if self._is_done() and message in self._transforms:
            self._transforms.remove(message)

    def _invoke_load(self, keys: Iterable[str]) -> None:
        heads = {key: self._loads[key][0] for key in keys}
        self._busy |= heads.keys()
        try:
            failed = self.load.work(list(_hints(heads)))
        finally:
            self._busy -= heads.keys()
        for key, message in heads.items():
            queued = self._loads.get(key, deque())
            if RowKey.parse(key) in failed:
                self._resting.add(key)
            elif self._is_done() and message in queued:
                queued.remove(message)
                if not queued:
                    del self._loads[key]

    def _is_done(self) -> bool:
        """Whether a message that was worked is not delivered again."""
        return self.rng.random() >= self.repeats


def _hints(heads: dict[str, Message]) -> Iterator[Hint]:
    for key, message in heads.items():
        message.receives += 1
        yield Hint(RowKey.parse(key), message.body["wake"], message.receives, (key,))
