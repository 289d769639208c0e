"""One queue's messages as SQS would hold them: hidden while in flight, counted, in order within a group."""

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from kiwi_sandbox.cloudformation import REGION
from kiwi_sandbox.template import QueueDefinition

_handles = itertools.count(1)


@dataclass
class Message:
    """A message of a queue."""

    id: str
    body: str
    attributes: dict[str, str] = field(default_factory=dict)
    message_attributes: dict[str, dict[str, Any]] = field(default_factory=dict)
    receives: int = 0
    visible_at: float = 0.0
    handle: str = ""
    held: bool = False
    """Whether the receiver itself has said for how long the message stays hidden."""

    @property
    def group(self) -> str | None:
        """The message group of a FIFO queue's message."""
        return self.attributes.get("MessageGroupId")

    def record(self, queue: QueueDefinition) -> dict[str, Any]:
        """The message as a record of the event that Lambda hands to a function."""
        return {
            "messageId": self.id,
            "receiptHandle": self.handle,
            "body": self.body,
            "attributes": {**self.attributes, "ApproximateReceiveCount": str(self.receives)},
            "messageAttributes": {
                name: {f"{key[0].lower()}{key[1:]}": value for key, value in attribute.items()}
                for name, attribute in self.message_attributes.items()
            },
            "md5OfBody": hashlib.md5(self.body.encode(), usedforsecurity=False).hexdigest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.arn,
            "awsRegion": REGION,
        }


class Ledger:
    """The messages of one queue. `cap` bounds, in seconds, how long any of them stays hidden."""

    def __init__(self, queue: QueueDefinition, clock: Callable[[], float], cap: float | None = None) -> None:
        self.queue = queue
        self._clock = clock
        self._cap = cap
        self._messages: list[Message] = []

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, messages: Iterable[Message]) -> None:
        """Takes messages that were sent after all that are here."""
        self._messages += messages

    def receive(self, limit: int) -> list[Message]:
        """Up to `limit` messages in order, hidden from now on; of a group only while none of it is hidden."""
        now = self._clock()
        locked = {message.group for message in self._messages if message.visible_at > now} - {None}
        visible = (
            message
            for message in self._messages
            if message.visible_at <= now and message.group not in locked and not self._spent(message)
        )
        batch = list(itertools.islice(visible, limit))
        for message in batch:
            message.receives += 1
            message.handle = f"local-{next(_handles)}"
            message.held = False
            message.visible_at = now + self._hidden_for(self.queue.visibility)
        return batch

    def delete(self, message: Message) -> None:
        """Removes a message for good."""
        self._messages = [other for other in self._messages if other is not message]

    def give_back(self, message: Message) -> None:
        """Notes that a message failed: it comes back after the visibility time-out, or as held."""
        if not message.held:
            message.visible_at = self._clock() + self._hidden_for(self.queue.visibility)

    def hold(self, handle: str, seconds: int) -> bool:
        """Changes the visibility of the message received with `handle`; false if it is not here."""
        for message in self._messages:
            if message.handle == handle:
                message.visible_at = self._clock() + self._hidden_for(seconds)
                message.held = True
                return True
        return False

    def retire(self) -> list[Message]:
        """Removes and returns the visible messages that were received as often as the queue allows."""
        now = self._clock()
        spent = [m for m in self._messages if m.visible_at <= now and self._spent(m)]
        for message in spent:
            self.delete(message)
        return spent

    def next_visible(self) -> float | None:
        """Seconds until some message can be received; None if there is none."""
        if not self._messages:
            return None
        return max(0.0, min(message.visible_at for message in self._messages) - self._clock())

    def _spent(self, message: Message) -> bool:
        return self.queue.max_receives is not None and message.receives >= self.queue.max_receives

    def _hidden_for(self, seconds: float) -> float:
        return seconds if self._cap is None else min(seconds, self._cap)
