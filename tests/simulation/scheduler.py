"""One seeded scheduler that owns time and every interleaving.

The real code runs in greenlets. Before each access to the world (a read, a write, a message, a request, a
lock, a sleep) it stops and announces it; the scheduler decides who goes on, lets time pass, or ends an
invocation on the spot, as a crash or a time-out of Lambda would. One seed gives one history.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from greenlet import getcurrent, greenlet

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
STEP = 0.02
"""The longest that a step takes, in simulated seconds."""
EFFECTS = ("update", "delete", "send", "put", "copy", "hold", "POST", "PUT", "DELETE", "answer")
PAUSES = (0.5, 2, 8, 30)
"""Seconds that a task may stand still: a slow answer, a repetition by the SDK."""
TRACE = 20_000
"""The number of steps that the trace keeps."""


class Crash(BaseException):
    """The end of an invocation: nothing may catch it, and no later action has an effect."""


class StuckError(AssertionError):
    """A history that does not end."""


@dataclass(eq=False)
class Invocation:
    """One invocation of a function. `ends`: the time at which Lambda ends it."""

    name: str
    function: str
    ends: datetime
    dead: bool = False
    tasks: list["Task"] = field(default_factory=list)


@dataclass(eq=False)
class Task:
    """One thread of an invocation. `until`: the condition, or the time, that it waits for."""

    invocation: Invocation
    greenlet: greenlet
    until: Callable[[], bool] | datetime | None = None
    done: bool = False
    result: Any = None
    error: BaseException | None = None


class Scheduler:
    """Runs tasks, one step of one task at a time."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.now = START
        self.steps = 0
        self.trace: list[tuple[datetime, str, str]] = []
        self.crashes = 0.0
        """The share of effects before which an invocation dies; a tenth of it for extract."""
        self.pauses = 0.0
        """The share of effects before which a task stands still for a while."""
        self._hub = getcurrent()
        self._tasks: list[Task] = []
        self._current: Task | None = None

    def clock(self) -> datetime:
        """The simulated time."""
        return self.now

    def monotonic(self) -> float:
        """The simulated time in seconds, from some beginning."""
        return (self.now - START).total_seconds()

    def say(self, what: str, who: str = "-") -> None:
        """Add a line to the trace."""
        if len(self.trace) < TRACE:
            self.trace.append((self.now, who, what))

    @property
    def invocation(self) -> Invocation | None:
        """The invocation whose step it is; None: the world itself acts."""
        return self._current.invocation if self._current else None

    def spawn(self, invocation: Invocation, work: Callable[[], Any]) -> Task:
        """Start a thread of an invocation."""

        def run() -> None:
            try:
                task.result = work()
            except BaseException as error:
                task.error = error
            task.done = True

        task = Task(invocation, greenlet(run, parent=self._hub))
        invocation.tasks.append(task)
        self._tasks.append(task)
        return task

    def point(self, what: str) -> None:
        """Announce the running task's next action: others may go first, or it may never happen."""
        task = self._current
        if task is None:
            return
        if task.invocation.dead:
            raise Crash
        self.say(what, task.invocation.name)
        # Before a read it would be much the same as before the effect that follows.
        if what.startswith(EFFECTS):
            self._disturb(task)
        self._hub.switch()
        if task.invocation.dead:
            raise Crash

    def _disturb(self, task: Task) -> None:
        # Extract has a hundred effects where the others have ten: it would never come to its end.
        crashes = self.crashes * (0.1 if task.invocation.function == "extract" else 1)
        if crashes and self.rng.random() < crashes:
            self.kill(task.invocation, "crashes")
            raise Crash
        if self.pauses and self.rng.random() < self.pauses:
            task.until = self.now + timedelta(seconds=self.rng.choice(PAUSES))

    def wait(self, until: Callable[[], bool] | datetime) -> None:
        """Make the running task wait; without a task, time passes at once."""
        task = self._current
        if task is None:
            if isinstance(until, datetime):
                self.now = max(self.now, until)
            return
        task.until = until
        self._hub.switch()
        if task.invocation.dead:
            raise Crash

    def sleep(self, seconds: float) -> None:
        """Make the running task sleep."""
        self.wait(self.now + timedelta(seconds=seconds))

    def kill(self, invocation: Invocation, why: str) -> None:
        """End an invocation on the spot."""
        self.say(why, invocation.name)
        invocation.dead = True

    def ready(self) -> list[Task]:
        """The tasks that can go on now."""
        return [task for task in self._tasks if self._can_go_on(task)]

    def next_time(self) -> datetime | None:
        """The next time at which a task wakes, or a running invocation is ended."""
        times = [task.until for task in self._tasks if isinstance(task.until, datetime)]
        times += [task.invocation.ends for task in self._tasks]
        return min(times, default=None)

    def step(self, task: Task) -> None:
        """Let a task go on to its next point."""
        self.steps += 1
        self.now += timedelta(seconds=self.rng.random() * STEP)
        if self.now >= task.invocation.ends and not task.invocation.dead:
            self.kill(task.invocation, "is ended by its time-out")
        task.until = None
        self._current = task
        try:
            task.greenlet.switch()
        finally:
            self._current = None
        if task.invocation.dead:
            self._bury(task.invocation)
        elif task.done:
            self._tasks.remove(task)

    def _can_go_on(self, task: Task) -> bool:
        if task.until is None or task.invocation.ends <= self.now:
            return True
        return task.until <= self.now if isinstance(task.until, datetime) else task.until()

    def _bury(self, invocation: Invocation) -> None:
        for task in invocation.tasks:
            if not task.done and task.greenlet:
                self._current = task
                try:
                    task.greenlet.throw(Crash)
                finally:
                    self._current = None
            task.done = True
            if task in self._tasks:
                self._tasks.remove(task)


class Lock:
    """`threading.Lock` for the tasks of one process."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._taken = False

    def __enter__(self) -> None:
        while self._taken:
            self._scheduler.wait(lambda: not self._taken)
        self._taken = True

    def __exit__(self, *_: object) -> None:
        self._taken = False


class Pool:
    """An executor whose threads are tasks of the invocation that uses it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def map(self, work: Callable[[Any], Any], items: Any) -> Iterator[Any]:
        """The results, in order, once all are complete; the first error, if there is one."""
        invocation = self._scheduler.invocation
        if invocation is None:
            return map(work, items)
        tasks = [self._scheduler.spawn(invocation, partial(work, item)) for item in items]
        self._scheduler.wait(lambda: all(task.done for task in tasks))
        for task in tasks:
            if task.error is not None:
                raise task.error
        return iter([task.result for task in tasks])


@contextmanager
def pretending(module: Any, **names: Any) -> Iterator[None]:
    """Replace attributes of a module while the block runs."""
    before = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)
