"""The queues of the simulation: SQS's behaviour, in memory and in simulated time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiwi_cli.deployed.redrive import not_to_be_forgotten
from kiwi_sync.queues import BATCH, Outgoing, QueueError, in_batches

from tests.simulation.scheduler import Scheduler


@dataclass(eq=False)
class Message:
    """A message on a queue, receivable from `visible_at` on."""

    id: str
    body: str
    group: str | None
    visible_at: datetime
    receives: int = 0
    in_flight: bool = False


class SimulatedQueue:
    """A queue: standard, or FIFO with one batch of a message group in flight.

    After `most` receives a message goes to `dead`. A standard queue hands out messages in any order, and
    sometimes (`repeats`) a deleted one once more.
    """

    def __init__(
        self, scheduler: Scheduler, name: str, *, visibility: float, most: int, fifo: bool = False
    ) -> None:
        self.name = name
        self.fifo = fifo
        self.visibility = timedelta(seconds=visibility)
        self.most = most
        self.messages: list[Message] = []
        self.dead: list[Message] = []
        self.sent = 0
        self.trouble = 0.0
        self.repeats = 0.0
        self._scheduler = scheduler

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send in batches of ten, each a step; in trouble only a part of a batch is taken."""
        for batch in in_batches(messages, BATCH):
            self._scheduler.point(f"send {len(batch)} to {self.name}: {batch[0].body[:90]}")
            taken = batch
            if self.trouble and self._scheduler.invocation and self._scheduler.rng.random() < self.trouble:
                taken = tuple(one for one in batch if self._scheduler.rng.random() < 0.5)
            for message in taken:
                self.put(message.body, message.group, message.delay)
            if len(taken) < len(batch):
                self._scheduler.say(f"… only {len(taken)} of {len(batch)} are taken")
                raise QueueError(f"{len(batch) - len(taken)} of {len(batch)} messages were not taken")

    def put(self, body: str, group: str | None = None, delay: float = 0) -> None:
        """A message from outside."""
        self.sent += 1
        visible_at = self._scheduler.now + timedelta(seconds=delay)
        self.messages.append(Message(f"{self.name}-{self.sent}", body, group, visible_at))

    def hold(self, receipt: str, seconds: int) -> None:
        """Change the time at which a received message comes back."""
        self._scheduler.point(f"hold {receipt} {seconds} s")
        for message in self.messages:
            if receipt == f"{message.id}/{message.receives}" and message.in_flight:
                message.visible_at = self._scheduler.now + timedelta(seconds=seconds)

    def receivable(self) -> list[Message]:
        """The messages that could be received now, in the order of the queue."""
        now = self._scheduler.now
        locked: set[str] = set()
        found = []
        for message in self.messages:
            if message.visible_at <= now:
                message.in_flight = False
            group = message.group
            if self.fifo and group is not None:
                if group in locked:
                    continue
                if message.visible_at > now:
                    locked.add(group)
            if message.visible_at <= now:
                found.append(message)
        return found

    def has_receivable(self) -> bool:
        """Whether any message could be received now."""
        now = self._scheduler.now
        return any(message.visible_at <= now for message in self.messages) and bool(self.receivable())

    def receive(self, most: int) -> list[Message]:
        """Receive up to so many messages; those received too often go to the dead-letter queue."""
        there = self.receivable()
        if not self.fifo:
            self._scheduler.rng.shuffle(there)
        batch = there[:most]
        received = []
        for message in batch:
            if message.receives >= self.most:
                self.messages.remove(message)
                self.dead.append(message)
                self._scheduler.say(f"dead letter {message.id}")
                continue
            message.receives += 1
            message.in_flight = True
            message.visible_at = self._scheduler.now + self.visibility
            received.append(message)
        return received

    def receipt(self, message: Message) -> str:
        """The receipt handle of a message that was received."""
        return f"{message.id}/{message.receives}"

    def delete(self, message: Message) -> None:
        """Delete a worked message; a standard queue sometimes hands it out all the same."""
        if message not in self.messages:
            return
        if not self.fifo and self._scheduler.rng.random() < self.repeats:
            # A copy of its own: it has not been received yet.
            message.visible_at = self._scheduler.now
            message.in_flight, message.receives = False, 0
            return
        self.messages.remove(message)

    def redrive(self) -> None:
        """Send dead letters again, as an operator does after a repair.

        Failed receives no longer count, or the calm would make dead letters out of the storm's failures;
        their existence is still known.
        """
        for message in self.messages:
            message.receives = min(message.receives, 1)
        for message in self.dead:
            self.put(not_to_be_forgotten(message.body), message.group)
        self.dead.clear()

    def next_time(self) -> datetime | None:
        """The next time at which another message becomes receivable."""
        return min((message.visible_at for message in self.messages), default=None)
