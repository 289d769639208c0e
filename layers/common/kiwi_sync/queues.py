"""Queues between the stages. Messages carry row keys only, no personal data."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from uuid import uuid4

from kiwi_sync.keys import RowKey

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

KEYS_A_MESSAGE = 25
"""Keys in one message to transform: few enough to be worked within seconds."""
BATCH = 10
"""The most messages that SQS takes at once."""

T = TypeVar("T")


class QueueError(Exception):
    """SQS took only some messages of a batch, even after repetition."""


@dataclass(frozen=True)
class Outgoing:
    """A message to send. `group`: FIFO message group; `delay`: seconds until it may be received."""

    body: str
    group: str | None = None
    delay: int = 0


class Queue(Protocol):
    """The port: a queue to send to."""

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send all messages.

        Raises:
            QueueError: not all messages were taken.
        """
        ...

    def hold(self, receipt: str, seconds: int) -> None:
        """Delay the return of a received message, which will be reported as failed, by `seconds`."""
        ...


def in_batches(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The items, `size` at a time."""
    iterator = iter(items)
    while batch := tuple(islice(iterator, size)):
        yield batch


def send_to_transform(queue: Queue, keys: Iterable[RowKey]) -> None:
    """Send keys to transform, several in a message."""
    texts = (key.text for key in keys)
    queue.send(Outgoing(json.dumps({"keys": batch})) for batch in in_batches(texts, KEYS_A_MESSAGE))


def send_to_load(queue: Queue, keys: Iterable[RowKey], *, wake: bool = False) -> None:
    """Send keys to load, one in a message, each in the key's own message group."""
    queue.send(Outgoing(json.dumps({"key": key.text, "wake": wake}), group=key.group) for key in keys)


class SqsQueue:
    """`Queue` on SQS."""

    def __init__(self, client: "SQSClient", url: str, attempts: int = 3) -> None:
        self._client = client
        self._url = url
        self._attempts = attempts

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send in batches of ten, and repeat the entries that SQS did not take."""
        for batch in in_batches(messages, BATCH):
            entries = [self._entry(str(number), message) for number, message in enumerate(batch)]
            for _ in range(self._attempts):
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
                failed = {failure["Id"] for failure in answer.get("Failed", [])}
                entries = [entry for entry in entries if entry["Id"] in failed]
                if not entries:
                    break
            else:
                raise QueueError(f"{len(entries)} of {len(batch)} messages were not taken")

    def hold(self, receipt: str, seconds: int) -> None:
        """Change the visibility time-out of a received message."""
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    def _entry(self, number: str, message: Outgoing) -> Any:
        entry: dict[str, Any] = {"Id": number, "MessageBody": message.body}
        if message.group is not None:
            # A fresh deduplication id for every send: content-based deduplication would swallow a wake-up.
            entry |= {"MessageGroupId": message.group, "MessageDeduplicationId": uuid4().hex}
        if message.delay:
            entry["DelaySeconds"] = message.delay
        return entry


def keys_of(texts: Sequence[str]) -> list[RowKey]:
    """The keys of these texts, without repetitions, in the order of their first mention.

    Raises:
        ValueError: a text is not that of a key.
    """
    return [RowKey.parse(text) for text in dict.fromkeys(texts)]
