"""One history from its plan to the last quiet point: storm, calm, verdict."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

from kiwi_extract import stage
from kiwi_extract.bookkeeping import owed
from kiwi_extract.brake import assess
from kiwi_extract.compare import scope
from kiwi_extract.records import spool
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.kiwi.direct import DirectWire
from kiwi_sandbox.kiwi.routes import CORE, ERP
from kiwi_sync import keys
from kiwi_sync.kiwi import addresses, auth, collisions
from kiwi_sync.rules.reasons import HoldStatus
from kiwi_sync.state.holds import decide, holds
from kiwi_sync.state.rows import PARKED, Row, row_of

from tests.generate import CONNECTION
from tests.simulation import hands
from tests.simulation.containers import Ground, StepwiseS3, StepwiseSecrets, StepwiseSsm
from tests.simulation.lambdas import Lambdas
from tests.simulation.plan import Event, Plan
from tests.simulation.queue import SimulatedQueue
from tests.simulation.scheduler import Lock, Scheduler, StuckError, pretending
from tests.simulation.table import SimulatedTable
from tests.simulation.wire import Wire
from tests.unit.transform.world import settings

SWEEP_EVERY = timedelta(minutes=5)
PATIENCE = timedelta(days=3)
"""Simulated time in which everything must come to rest once no obstacle is left."""
STEPS = 100_000
"""Steps after which a restless history counts as endless."""
USER, PASSWORD = "erp", "secret"
SHARDS = 2
"""Instead of sixteen: a history has few records, and would spend most steps on empty shards."""
BUSY_WAIT = timedelta(seconds=2)
"""Instead of twenty seconds: an export follows while the one before is still on its way."""
RARE = 0.01
"""The largest share of exports that come twice: a waiting export is sent anew every two seconds, each time
with another copy.
"""


class Threading:
    """Stands for the module `threading` in the KIWI client."""

    def __init__(self, scheduler: Scheduler) -> None:
        self.Lock = partial(Lock, scheduler)


class World:
    """The world of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scheduler = Scheduler(plan.seed)
        self.rng = self.scheduler.rng
        self.kiwi = EmbeddedKiwi(seed=plan.seed)
        self.kiwi.service.while_writing = lambda: self.scheduler.sleep(1.0)
        self.kiwi.add_account(USER, PASSWORD)
        self.kiwi.shared.auto_doors = True
        self.neighbour = hands.neighbour(self.kiwi)
        """The objects of another organization, under ids that ours might have."""
        self.given: dict[str, tuple[bool, datetime]] = {}
        """By the id of an agreement's state: whether a person has given access last, and when."""
        self.assigned: set[tuple[str, str]] = set()
        """The ids of doors that a person has assigned to a unit."""
        self.table = SimulatedTable(self.scheduler)
        self.wire = Wire(self.scheduler, DirectWire(self.kiwi.service))
        queue = partial(SimulatedQueue, self.scheduler)
        self.exports = queue("exports", visibility=1800, most=5)
        self.s3 = StepwiseS3(self.scheduler)
        self.ssm, self.secrets = StepwiseSsm(), StepwiseSecrets()
        self.ssm.scheduler = self.secrets.scheduler = self.scheduler
        ground = Ground(
            scheduler=self.scheduler,
            table=self.table,
            exports=self.exports,
            transform=queue("transform", visibility=360, most=5),
            load=queue("load", visibility=720, most=12, fifo=True),
            ssm=self.ssm,
            secrets=self.secrets,
            wire=self.wire,
            s3=self.s3,
        )
        self.lambdas = Lambdas(ground, plan.at_once)
        self.foreign: dict[str, tuple[str, Any]] = {}
        """Foreign objects in KIWI: kind and content by id."""
        self.dropped: set[str] = set()
        self._next_sweep = self.scheduler.now + SWEEP_EVERY
        self.secrets.put("secret", {"username": USER, "password": PASSWORD})
        self.placeholders = plan.placeholders
        self.configure(plan.separator, plan.mandanten)

    def configure(self, separator: str, mandanten: tuple[str, ...]) -> None:
        """Save the connection's settings anew."""
        self.separator, self.mandanten = separator, mandanten
        self.connect(CONNECTION, "secret", separator, mandanten)

    def connect(self, connection: str, secret: str, separator: str, mandanten: tuple[str, ...]) -> None:
        """Save the settings of a connection, this one or another."""
        urls = {"kiwi_api_url": f"http://kiwi.test{CORE}", "kiwi_erp_api_url": f"http://kiwi.test{ERP}"}
        changes = {"separator": separator, "mandanten": list(mandanten), "secret": secret}
        names = ("brake_agreements", "brake_percent", "shared_email_limit", "blocked_emails")
        limits = dict(zip(names, (*self.plan.brake, *self.placeholders), strict=True))
        self.ssm.put(connection, settings(**changes, **limits, **urls))

    @contextmanager
    def entered(self) -> Iterator[Self]:
        """The world, with the locks of the KIWI client in the scheduler's hands."""
        threads = Threading(self.scheduler)
        with ExitStack() as stack:
            stack.enter_context(pretending(addresses, threading=threads))
            stack.enter_context(pretending(auth, threading=threads))
            stack.enter_context(pretending(collisions, threading=threads))
            for module in (keys, scope, assess, owed, spool):
                stack.enter_context(pretending(module, SHARDS=SHARDS))
            stack.enter_context(pretending(stage, BUSY_WAIT=BUSY_WAIT))
            yield self

    def storm(self) -> None:
        """Play all events of the plan, with its faults."""
        plan = self.plan
        self.wire.trouble, self.table.trouble = plan.kiwi_trouble, plan.table_trouble
        self.lambdas.hurried = plan.hurried
        for queue in self.lambdas.queues.values():
            queue.trouble, queue.repeats = plan.queue_trouble, plan.repeats
        self.exports.repeats = min(plan.repeats, RARE)
        self.scheduler.crashes, self.scheduler.pauses = plan.crashes, plan.pauses
        self.kiwi.shared.reconcile_failures = plan.reconcile_failures
        begin = self.scheduler.now
        for event in plan.events:
            self.work_until(begin + timedelta(seconds=event.at))
            self._happen(event)
        # The storm goes on for a while after the last event.
        self.work_until(self.scheduler.now + timedelta(seconds=self.rng.choice((1, 20, 600))))

    def calm(self) -> None:
        """Stop all faults, and work until nothing is queued and no owed row can move.

        Raises:
            StuckError: it never comes to rest.
        """
        self.wire.trouble = self.table.trouble = self.lambdas.hurried = self.scheduler.pauses = 0.0
        self.wire.outages.clear()
        self.scheduler.crashes = self.kiwi.shared.reconcile_failures = 0.0
        hands.support(self)
        for queue in self.lambdas.queues.values():
            queue.trouble = queue.repeats = 0.0
            queue.redrive()
        self.scheduler.say("calm")
        limit = self.scheduler.now + PATIENCE
        self._work(lambda: not self.lambdas.busy and not self.owed())
        if self.scheduler.now > limit:
            raise StuckError("took more than three days to come to rest")

    def approve(self) -> bool:
        """Approve every standing hold. Returns whether there was one."""
        there = [hold for hold in holds(self.table, CONNECTION) if hold.stands]
        for hold in there:
            self.scheduler.say(f"a person approves {hold.export_id}")
            decided = decide(self.table, hold, HoldStatus.APPROVED, "somebody", self.scheduler.now)
            if decided and hold.document:
                self.exports.put(hold.document)
        return bool(there)

    def work_until(self, at: datetime) -> None:
        """Let everybody work, and time pass, until then."""
        self._work(lambda: self.scheduler.now >= at, until=at)

    def drop(self, export: Any) -> None:
        """Drop an export on the queue."""
        self.scheduler.say(f"export {export['export_id']} is dropped")
        self.dropped.add(str(export["export_id"]))
        self.exports.put(json.dumps(export))

    def send_away_foreigners(self) -> None:
        """Remove foreign objects: colliding ones of ours can then be settled."""
        for key, (kind, _) in self.foreign.items():
            self.kiwi.remove_object(kind, key)
        self.foreign.clear()

    def rows(self) -> dict[str, Row]:
        """All rows of entities."""
        items = self.table.items.items()
        found = [
            row_of(item)
            for pk, there in items
            if not pk.startswith("%")
            for sk, item in there.items()
            if not sk.startswith("%")
        ]
        return {row.key.text: row for row in found}

    def rejected(self) -> bool:
        """Whether a record of any export was rejected."""
        runs = self.table.items.get(f"%run#{CONNECTION}", {}).values()
        return any(json.loads(str(run.get("counts", "{}"))).get("rejected") for run in runs)

    def owed(self) -> list[str]:
        """The rows that a sweep sends again, sooner or later."""
        return [row.key.text for row in self.rows().values() if row.todo and str(row.todo_at) < PARKED]

    def _happen(self, event: Event) -> None:
        self.scheduler.say(str(event))
        match event.what:
            case "export":
                self.drop(event.value)
            case "outage":
                now = self.scheduler.now
                self.wire.outages.append((now, now + timedelta(seconds=event.value)))
            case "tokens expire":
                self.kiwi.expire_tokens()
            case "sessions expire":
                self.kiwi.expire_sessions()
                self.kiwi.expire_tokens()
            case "approve":
                self.approve()
            case "settings":
                self.configure(*event.value)
            case "placeholders":
                self.placeholders = event.value
                self.configure(self.separator, self.mandanten)
            case _:
                hands.edit(self, event.what, random.Random(event.value))

    def _work(self, finished: Callable[[], bool], until: datetime | None = None) -> None:
        """Run step after step until finished; if nobody can go on, let time pass."""
        for _ in range(STEPS):
            self.lambdas.settle()
            if finished():
                return
            self._sweep_when_due()
            tasks, functions = self.scheduler.ready(), self.lambdas.invocable()
            if not tasks and not functions:
                self._let_time_pass(until)
                continue
            choice = self.rng.randrange(len(tasks) + len(functions))
            if choice < len(tasks):
                self.scheduler.step(tasks[choice])
            else:
                self.lambdas.invoke(functions[choice - len(tasks)])
        raise StuckError("never at rest")

    def _let_time_pass(self, until: datetime | None) -> None:
        now = self.scheduler.now
        times = [self._next_sweep, self.scheduler.next_time(), until]
        times += [queue.next_time() for queue in self.lambdas.queues.values()]
        self.scheduler.now = min((time for time in times if time is not None and time > now), default=now)

    def _sweep_when_due(self) -> None:
        if self.scheduler.now >= self._next_sweep:
            self._next_sweep = self.scheduler.now + SWEEP_EVERY
            self.exports.put('{"format": "kiwi-sweep/1"}')
