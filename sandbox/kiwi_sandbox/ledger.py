"""One queue's messages as SQS would hold them: hidden while in flight, counted, in order within a group."""

import hashlib
import heapq
import itertools
from collections import Counter, defaultdict
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
    place: int = -1
    """The number by which its ledger knows it: in the order of sending."""

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
    """The messages of one queue. `cap` bounds, in seconds, how long any of them stays hidden.

    Each is hidden or, in the order of sending, ready; parked, while another of its group is hidden; or spent.
    No step looks at more than the messages that it moves: an export leaves tens of thousands.
    """

    def __init__(self, queue: QueueDefinition, clock: Callable[[], float], cap: float | None = None) -> None:
        self.queue = queue
        self._clock = clock
        self._cap = cap
        self._places = itertools.count()
        self._messages: dict[int, Message] = {}
        self._handles: dict[str, Message] = {}
        self._hidden: set[int] = set()
        self._times: list[tuple[float, int]] = []
        """When hidden messages become visible; one that no longer says what the message says is void."""
        self._ready: list[int] = []
        self._flying: Counter[str] = Counter()
        self._parked: defaultdict[str, list[int]] = defaultdict(list)
        self._spent: list[int] = []

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, messages: Iterable[Message]) -> None:
        """Take messages that were sent after all that are here."""
        for message in messages:
            message.place = next(self._places)
            self._messages[message.place] = message
            heapq.heappush(self._ready, message.place)

    def receive(self, limit: int) -> list[Message]:
        """Up to `limit` messages in order, hidden from now on; of a group only while none of it is hidden."""
        now = self._wake()
        batch: dict[int, Message] = {}
        while self._ready and len(batch) < limit:
            place = heapq.heappop(self._ready)
            message = self._messages.get(place)
            if message is None or place in self._hidden:
                continue
            if message.group is not None and message.group in self._flying:
                self._parked[message.group].append(place)
            else:
                batch[place] = message
        for message in batch.values():
            message.receives += 1
            self._handles.pop(message.handle, None)
            message.handle = f"local-{next(_handles)}"
            self._handles[message.handle] = message
            message.held = False
            self._hide(message, now + self._hidden_for(self.queue.visibility))
        return list(batch.values())

    def delete(self, message: Message) -> None:
        """Remove a message for good."""
        self._messages.pop(message.place)
        self._handles.pop(message.handle, None)
        if message.place in self._hidden:
            self._show(message)

    def give_back(self, message: Message) -> None:
        """Note that a message failed: it comes back after the visibility time-out, or as held."""
        if not message.held:
            self._hide(message, self._clock() + self._hidden_for(self.queue.visibility))

    def hold(self, handle: str, seconds: int) -> bool:
        """Change the visibility of the message received with `handle`; false if it is not here."""
        message = self._handles.get(handle)
        if message is None:
            return False
        self._hide(message, self._clock() + self._hidden_for(seconds))
        message.held = True
        return True

    def retire(self) -> list[Message]:
        """Remove and return the visible messages that were received as often as the queue allows."""
        self._wake()
        spent = [self._messages[place] for place in sorted(self._spent) if place not in self._hidden]
        self._spent.clear()
        for message in spent:
            self.delete(message)
        return spent

    def next_visible(self) -> float | None:
        """Seconds until some message can be received; None if there is none."""
        now = self._wake()
        if not self._messages:
            return None
        if len(self._hidden) < len(self._messages):
            return 0.0
        while self._is_void(*self._times[0]):
            heapq.heappop(self._times)
        return self._times[0][0] - now

    def _wake(self) -> float:
        """Let those become visible whose time has come; what time it is."""
        now = self._clock()
        while self._times and self._times[0][0] <= now:
            at, place = heapq.heappop(self._times)
            if self._is_void(at, place):
                continue
            message = self._messages[place]
            self._show(message)
            most = self.queue.max_receives
            if most is not None and message.receives >= most:
                self._spent.append(place)
            else:
                heapq.heappush(self._ready, place)
        return now

    def _is_void(self, at: float, place: int) -> bool:
        return place not in self._hidden or self._messages[place].visible_at != at

    def _hide(self, message: Message, until: float) -> None:
        message.visible_at = until
        heapq.heappush(self._times, (until, message.place))
        if message.place not in self._hidden:
            self._hidden.add(message.place)
            if message.group is not None:
                self._flying[message.group] += 1

    def _show(self, message: Message) -> None:
        self._hidden.remove(message.place)
        group = message.group
        if group is None:
            return
        self._flying[group] -= 1
        if not self._flying[group]:
            del self._flying[group]
            for place in self._parked.pop(group, ()):
                heapq.heappush(self._ready, place)

    def _hidden_for(self, seconds: float) -> float:
        return seconds if self._cap is None else min(seconds, self._cap)
