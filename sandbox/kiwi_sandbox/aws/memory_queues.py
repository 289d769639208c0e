"""Queues in memory with the limits of SQS; they keep messages until the poller comes."""

import heapq
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from kiwi_sync.queues import BATCH, Outgoing, in_batches

from kiwi_sandbox.aws.errors import refused
from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.ledger import Message
from kiwi_sandbox.template import QueueDefinition

MESSAGE_BYTES = 2**20
"""The largest message, and the largest sum of a batch."""
LONGEST_DELAY = 900
REMEMBERED = 300.0
"""Seconds for which SQS remembers a deduplication id."""
_ID = re.compile(r"[!-~]{1,128}")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MemoryQueues:
    """All queues of a stack. `clock`: seconds since 1970."""

    def __init__(
        self, queues: Iterable[QueueDefinition], meter: Meter, clock: Callable[[], float] = time.time
    ) -> None:
        self.meter = meter
        self._queues = {queue.url: queue for queue in queues}
        self._names = {queue.name: queue for queue in self._queues.values()}
        self._clock = clock
        self._waiting: defaultdict[str, list[tuple[float, int, Message]]] = defaultdict(list)
        self._seen: dict[tuple[str, str | None, str], float] = {}
        self._numbers = count(1)
        self._lock = threading.Lock()

    def at(self, url: str) -> "MemoryQueue":
        """The queue at an address, for those who send. As with boto3, a wrong address is found out then."""
        return MemoryQueue(self, url)

    def named(self, url: str) -> QueueDefinition:
        """The queue at an address."""
        if url not in self._queues:
            code = "AWS.SimpleQueueService.NonExistentQueue"
            raise refused("SendMessageBatch", "The specified queue does not exist.", code)
        return self._queues[url]

    def send(self, queue: QueueDefinition, outgoing: Outgoing, deduplication: str | None = None) -> str:
        """Take a message; its id. One whose deduplication id is known is taken and dropped, as by SQS."""
        _check(queue, outgoing, deduplication)
        with self._lock:
            now, number = self._clock(), next(self._numbers)
            message = Message(
                str(uuid4()), outgoing.body, _attributes(now, number, outgoing.group, deduplication)
            )
            self.meter.messages[queue.name] += 1
            if not self._is_repeated(queue, outgoing.group, deduplication, now):
                heapq.heappush(self._waiting[queue.name], (now + outgoing.delay, number, message))
            return message.id

    def take(self, queue: QueueDefinition) -> list[Message]:
        """Messages that can be received now and have not been taken yet, in order."""
        with self._lock:
            now, waiting = self._clock(), self._waiting[queue.name]
            taken = []
            while waiting and waiting[0][0] <= now:
                taken.append(heapq.heappop(waiting)[2])
            return taken

    def delayed(self, queue: QueueDefinition) -> bool:
        """Whether the queue holds messages that their sender has delayed."""
        with self._lock:
            return any(due > self._clock() for due, _, _ in self._waiting[queue.name])

    def bury(self, queue: QueueDefinition, message: Message) -> None:
        """Put a message onto the queue's dead-letter queue."""
        dead = self._names[str(queue.dead_letter)]
        self.send(dead, Outgoing(message.body, message.group), message.id if message.group else None)

    def _is_repeated(
        self, queue: QueueDefinition, group: str | None, deduplication: str | None, now: float
    ) -> bool:
        if deduplication is None:
            return False
        by_group = queue.attributes.get("DeduplicationScope") == "messageGroup"
        key = (queue.name, group if by_group else None, deduplication)
        first = self._seen.get(key)
        if first is not None and now - first < REMEMBERED:
            return True
        self._seen[key] = now
        return False


@dataclass(frozen=True)
class MemoryQueue:
    """`QueueDefinition` in memory."""

    queues: MemoryQueues
    url: str

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send in batches of ten; too large a batch is refused as a whole."""
        for batch in in_batches(messages, BATCH):
            queue = self.queues.named(self.url)
            total = sum(len(message.body.encode()) for message in batch)
            if total > MESSAGE_BYTES:
                message = (
                    f"Batch requests cannot be longer than {MESSAGE_BYTES} bytes. You have sent {total}."
                )
                raise refused("SendMessageBatch", message, "AWS.SimpleQueueService.BatchRequestTooLong")
            for one in batch:
                # As `SqsQueue` does it: no two sends are the same.
                self.queues.send(queue, one, uuid4().hex if one.group is not None else None)

    def hold(self, receipt: str, seconds: int) -> None:
        """Change the visibility time-out of a received message."""
        if not self.queues.meter.hold(receipt, seconds):
            message = "The input receipt handle is invalid."
            raise refused("ChangeMessageVisibility", message, "ReceiptHandleIsInvalid")


def _check(queue: QueueDefinition, outgoing: Outgoing, deduplication: str | None) -> None:
    size = len(outgoing.body.encode())
    most = int(queue.attributes.get("MaximumMessageSize", MESSAGE_BYTES))
    fifo_only = (outgoing.group, deduplication)
    if not 0 < size <= most:
        _refuse(f"Message must have 1 to {most} bytes.")
    if _FORBIDDEN.search(outgoing.body):
        _refuse("Message has characters that are not allowed.", "InvalidMessageContents")
    if not 0 <= outgoing.delay <= LONGEST_DELAY or (queue.fifo and outgoing.delay):
        _refuse(f"Value {outgoing.delay} for parameter DelaySeconds is invalid.")
    if queue.fifo and None in fifo_only:
        _refuse("A FIFO queue needs MessageGroupId and MessageDeduplicationId.", "MissingParameter")
    if any(text is not None and not _ID.fullmatch(text) for text in fifo_only):
        _refuse(
            "MessageGroupId and MessageDeduplicationId have 1 to 128 letters, digits and punctuation marks."
        )


def _refuse(message: str, code: str = "InvalidParameterValue") -> None:
    raise refused("SendMessage", message, code)


def _attributes(now: float, number: int, group: str | None, deduplication: str | None) -> dict[str, str]:
    moment = str(int(now * 1000))
    attributes = {
        "SenderId": "sandbox",
        "SentTimestamp": moment,
        "ApproximateFirstReceiveTimestamp": moment,
    }
    if group is not None:
        attributes["MessageGroupId"] = group
    if deduplication is not None:
        attributes |= {"MessageDeduplicationId": deduplication, "SequenceNumber": f"{number:020}"}
    return attributes
