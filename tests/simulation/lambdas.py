"""Lambda: invokes the functions with messages of their queues, several at once; some crash or time out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_load.stage import Hint
from kiwi_sync.keys import RowKey
from kiwi_sync.messages import LoadMessage, TransformMessage
from kiwi_sync.queues import keys_of
from kiwi_transform.key_by_key import transform_keys

from tests.simulation.containers import Ground
from tests.simulation.queue import Message, SimulatedQueue
from tests.simulation.scheduler import Invocation

TIMEOUTS = {"extract": 75, "transform": 60, "load": 120}
"""Seconds, as in the template; but fewer for extract: a crash keeps all others waiting for so long."""
BATCHES = {"extract": 1, "transform": 5, "load": 10}
FRESH = 0.2
"""The share of invocations that get a new container, although an idle one exists."""
FEW = 60 + 1.0
"""Seconds of an invocation in a hurry: extract stops a minute before its end."""


@dataclass
class _Running:
    invocation: Invocation
    container: Any
    messages: list[Message]
    failed: set[str] = field(default_factory=set)


class Lambdas:
    """The three functions behind their queues.

    `at_once`: concurrent invocations of a function. `hurried`: the share of invocations of extract with only
    a moment's time.
    """

    def __init__(self, ground: Ground, at_once: int) -> None:
        self.queues: dict[str, SimulatedQueue] = {
            "extract": ground.exports,
            "transform": ground.transform,
            "load": ground.load,
        }
        self.hurried = 0.0
        self.at_once = at_once
        self.invocations = 0
        self._ground = ground
        self._scheduler = ground.scheduler
        self._idle: dict[str, list[Any]] = {name: [] for name in self.queues}
        self._running: list[_Running] = []

    @property
    def busy(self) -> bool:
        """Whether an invocation is running, or a message waits for one, now or later."""
        return bool(self._running) or any(queue.messages for queue in self.queues.values())

    def invocable(self) -> list[str]:
        """The functions that can be invoked now."""
        running = [one.invocation.function for one in self._running]
        return [
            name
            for name, queue in self.queues.items()
            if running.count(name) < self.at_once and queue.has_receivable()
        ]

    def invoke(self, function: str) -> None:
        """Receive a batch and start to work it."""
        rng, now = self._scheduler.rng, self._scheduler.now
        messages = self.queues[function].receive(rng.randint(1, BATCHES[function]))
        if not messages:
            return
        self.invocations += 1
        hurried = function == "extract" and rng.random() < self.hurried
        seconds = FEW * rng.uniform(1, 1.1) if hurried else TIMEOUTS[function]
        ends = now + timedelta(seconds=seconds)
        invocation = Invocation(f"{function} {self.invocations}", function, ends)
        running = _Running(invocation, self._container(function), messages)
        self._scheduler.say(f"receives {', '.join(message.id for message in messages)}", invocation.name)
        work: Callable[[_Running], None] = getattr(self, f"_{function}")
        self._scheduler.spawn(invocation, lambda: work(running))
        self._running.append(running)

    def settle(self) -> None:
        """Delete the messages of finished invocations, except those that failed or died with them."""
        for running in [one for one in self._running if one.invocation.dead or one.invocation.tasks[0].done]:
            self._running.remove(running)
            invocation = running.invocation
            if invocation.dead:
                continue
            error = invocation.tasks[0].error
            if error is not None:
                raise error
            self._idle[invocation.function].append(running.container)
            for message in running.messages:
                if message.id not in running.failed:
                    self.queues[invocation.function].delete(message)

    def _container(self, function: str) -> Any:
        idle, rng = self._idle[function], self._scheduler.rng
        if not idle or rng.random() < FRESH:
            return getattr(self._ground, f"new_{function}")()
        return idle.pop(rng.randrange(len(idle)))

    def _extract(self, running: _Running) -> None:
        deadline = Deadline(running.invocation.ends, self._scheduler.clock)
        for message in running.messages:
            with _Reported(self, running, message):
                running.container.handle(message.id, message.body, deadline)

    def _transform(self, running: _Running) -> None:
        for message in running.messages:
            with _Reported(self, running, message):
                keys = keys_of(TransformMessage.model_validate_json(message.body).keys)
                transform_keys(running.container, self.queues["transform"], keys, message.receives)

    def _load(self, running: _Running) -> None:
        hints = {}
        for message in running.messages:
            body = LoadMessage.model_validate_json(message.body)
            key, receipt = RowKey.parse(body.key), self.queues["load"].receipt(message)
            hints[message.id] = Hint(key, body.wake, message.receives, (receipt,))
        failed: dict[RowKey, Exception] = {}
        with _Reported(self, running, *running.messages):
            failed.update(running.container.work(hints.values()))
        for message_id, hint in hints.items():
            if hint.key in failed:
                self.report(running, message_id, failed[hint.key])

    def report(self, running: _Running, message_id: str, error: BaseException) -> None:
        """Note a failed message: it comes again."""
        self._scheduler.say(f"{message_id} fails: {type(error).__name__}", running.invocation.name)
        running.failed.add(message_id)


class _Reported:
    """The batch processor's part: an error in the block means that these messages have failed."""

    def __init__(self, lambdas: Lambdas, running: _Running, *messages: Message) -> None:
        self._lambdas, self._running, self._messages = lambdas, running, messages

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        if not isinstance(error, Exception):
            return False
        for message in self._messages:
            self._lambdas.report(self._running, message.id, error)
        return True
