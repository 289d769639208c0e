"""Brings the messages of dead-letter queues back to the queues that they came from."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from kiwi_sync.messages import LoadMessage
from pydantic import ValidationError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

BATCH = 10
WAIT = 1
"""Seconds that a look waits for messages."""
LOOKS = 5
"""So many looks that bring nothing, one after the other, mean that there is nothing to be had."""

Advance = Callable[[int], None]


def waiting(sqs: "SQSClient", queue: str) -> int:
    """About how many messages can be received."""
    name: Any = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])


def redrive(sqs: "SQSClient", dead: str, queue: str, limit: int, advance: Advance = lambda _: None) -> int:
    """Move up to `limit` messages from the queue `dead` to `queue`; returns how many, and tells each batch.

    A batch is received, sent, then deleted: what stops it in between lets messages come twice, never get
    lost; twice does no harm. Bounded, since a message may come back while this is still at work.
    """
    moved = looks = 0
    while moved < limit and looks < LOOKS:
        messages = sqs.receive_message(
            QueueUrl=dead,
            MaxNumberOfMessages=min(BATCH, limit - moved),
            WaitTimeSeconds=WAIT,
            MessageSystemAttributeNames=["MessageGroupId"],
        ).get("Messages", [])
        taken = _send(sqs, queue, messages) if messages else []
        _delete(sqs, dead, taken)
        looks = 0 if taken else looks + 1
        moved += len(taken)
        advance(len(taken))
    return moved


def _send(sqs: "SQSClient", queue: str, messages: list["MessageTypeDef"]) -> list["MessageTypeDef"]:
    """Those of the messages that the queue took."""
    entries: Any = [_entry(str(place), message) for place, message in enumerate(messages)]
    answer = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    return [messages[int(done["Id"])] for done in answer.get("Successful", [])]


def _entry(place: str, message: "MessageTypeDef") -> dict[str, str]:
    entry = {"Id": place, "MessageBody": not_to_be_forgotten(message["Body"])}
    group = message.get("Attributes", {}).get("MessageGroupId")
    # Of a FIFO queue. A fresh id: the old one may have been sent within the last five minutes.
    return entry | {"MessageGroupId": group, "MessageDeduplicationId": uuid4().hex} if group else entry


def not_to_be_forgotten(body: str) -> str:
    """The message; to load, as a wake-up.

    Its receives count anew from here, so load would not see that an earlier one may have broken off after it
    had settled the row, with nothing in the table that brings the rest again.
    """
    try:
        message = LoadMessage.model_validate_json(body)
    except ValidationError:
        return body
    return message.model_copy(update={"wake": True}).model_dump_json()


def _delete(sqs: "SQSClient", dead: str, messages: list["MessageTypeDef"]) -> None:
    if messages:
        entries: Any = [
            {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
            for place, message in enumerate(messages)
        ]
        sqs.delete_message_batch(QueueUrl=dead, Entries=entries)
