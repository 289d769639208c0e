"""The event source poller: feeds queues to functions as Lambda does.

Every message is taken in at once and kept in a ledger, which knows receive counts, redrive and groups. One
thread serves all queues in turn, so runs are repeatable.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Protocol

from kiwi_sandbox.ledger import Ledger, Message
from kiwi_sandbox.template import EventSource, Function, QueueDefinition

Event = dict[str, Any]
Invoke = Callable[[Function, Event], Any]

_log = logging.getLogger(__name__)


class Intake(Protocol):
    """The port: the queues of an AWS, as far as a poller asks them."""

    def take(self, queue: QueueDefinition) -> Iterable[Message]:
        """Take the messages off a queue that can be received now, in order."""
        ...

    def delayed(self, queue: QueueDefinition) -> bool:
        """Whether a queue holds messages that their sender has delayed."""
        ...

    def bury(self, queue: QueueDefinition, message: Message) -> None:
        """Put a message onto the queue's dead-letter queue."""
        ...


class Poller:
    """Serves event source mappings. With `seed`, the next one to serve is drawn instead of taken in turn."""

    def __init__(
        self,
        sources: Sequence[EventSource],
        invoke: Invoke,
        intake: Intake,
        *,
        visibility_cap: float | None = 0.2,
        clock: Callable[[], float] = time.monotonic,
        seed: int | None = None,
    ) -> None:
        self._sources = list(sources)
        self._ledgers = {source.queue.name: Ledger(source.queue, clock, visibility_cap) for source in sources}
        self._invoke = invoke
        self._intake = intake
        self._holding = threading.Lock()
        self._random = None if seed is None else random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.served = 0
        """Messages that were handed to functions, counted each time."""
        self.dead: list[tuple[str, Message]] = []
        """Messages in a dead-letter queue, each with the name of the queue that it came from."""

    def serve(self, stages: Collection[str] | None = None) -> bool:
        """Invokes one function (of `stages`, if given) with one batch; false if nothing can be received."""
        for source in self._turn(stages):
            ledger = self._ledgers[source.queue.name]
            ledger.add(self._intake.take(source.queue))
            self._bury(source)
            batch = ledger.receive(source.batch_size)
            if batch:
                # A served queue goes to the end, so that no queue starves another.
                self._sources.remove(source)
                self._sources.append(source)
                self.served += len(batch)
                self._settle(source, batch, self._answer(source, batch))
                return True
        return False

    def waiting(self, stages: Collection[str] | None = None) -> int:
        """The number of messages still to be worked, hidden ones included."""
        return sum(len(self._ledgers[s.queue.name]) for s in self._turn(stages))

    def delayed(self) -> bool:
        """Whether a queue holds messages that their sender has delayed."""
        return any(self._intake.delayed(source.queue) for source in self._sources)

    def next_visible(self) -> float | None:
        """Seconds until some message can be received; None if all ledgers are empty."""
        times = [ledger.next_visible() for ledger in self._ledgers.values()]
        return min((at for at in times if at is not None), default=None)

    def hold(self, handle: str, seconds: int) -> bool:
        """ChangeMessageVisibility; false if no ledger has a message received with this handle."""
        # Functions hold from threads of their own.
        with self._holding:
            return any(ledger.hold(handle, seconds) for ledger in self._ledgers.values())

    def _turn(self, stages: Collection[str] | None) -> list[EventSource]:
        sources = [s for s in self._sources if stages is None or s.function.stage in stages]
        if self._random:
            self._random.shuffle(sources)
        return sources

    def _bury(self, source: EventSource) -> None:
        queue = source.queue
        for message in self._ledgers[queue.name].retire():
            self.dead.append((queue.name, message))
            self._intake.bury(queue, message)

    def _answer(self, source: EventSource, batch: list[Message]) -> Any:
        event = {"Records": [message.record(source.queue) for message in batch]}
        try:
            return self._invoke(source.function, event)
        except Exception:
            # As in Lambda, a function that raises fails its whole batch, and everything else goes on.
            _log.exception("%s crashed", source.function.name)
            return _Crash()

    def _settle(self, source: EventSource, batch: list[Message], answer: Any) -> None:
        failed = _failed(source, answer, {message.id for message in batch})
        ledger = self._ledgers[source.queue.name]
        for message in batch:
            if message.id in failed:
                ledger.give_back(message)
            else:
                ledger.delete(message)


class _Crash:
    """The answer of a function that raised."""


def _failed(source: EventSource, answer: Any, ids: set[str]) -> set[str]:
    """The ids that failed; as in Lambda all of them if one that is reported is not of this batch."""
    if isinstance(answer, _Crash):
        return ids
    if not source.reports_failures:
        return set()
    items = (answer or {}).get("batchItemFailures") or []
    reported = {item.get("itemIdentifier") for item in items}
    return reported if reported <= ids else ids
