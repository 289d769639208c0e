"""The way of messages from moto's queues to the poller.

Every message is taken out of the queue at once and kept in a ledger, since moto is wrong about receive
counts, redrive and message groups.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.ledger import Message
from kiwi_sandbox.template import QueueDefinition

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef


class SqsIntake:
    """Takes messages over a client of SQS. A queue that has been sent nothing new is not asked."""

    def __init__(self, client: "SQSClient", meter: Meter) -> None:
        self._sqs = client
        self._meter = meter
        self._taken: Counter[str] = Counter()

    def take(self, queue: QueueDefinition) -> Iterator[Message]:
        """Take the messages off a queue that can be received now, in order."""
        if self._meter.messages[queue.name] <= self._taken[queue.name]:
            return
        while received := self._sqs.receive_message(
            QueueUrl=queue.url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=0,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", []):
            self._sqs.delete_message_batch(
                QueueUrl=queue.url,
                Entries=[
                    {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}
                    for place, message in enumerate(received)
                ],
            )
            self._taken[queue.name] += len(received)
            yield from map(_message, received)

    def delayed(self, queue: QueueDefinition) -> bool:
        """Whether a queue holds messages that their sender has delayed."""
        name: Literal["ApproximateNumberOfMessagesDelayed"] = "ApproximateNumberOfMessagesDelayed"
        answer = self._sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=[name])
        return answer["Attributes"][name] != "0"

    def bury(self, queue: QueueDefinition, message: Message) -> None:
        """Put a message onto the queue's dead-letter queue."""
        url = f"{queue.url.rpartition('/')[0]}/{queue.dead_letter}"
        entry: Any = {"QueueUrl": url, "MessageBody": message.body}
        if message.group:
            entry |= {"MessageGroupId": message.group, "MessageDeduplicationId": message.id}
        self._sqs.send_message(**entry)


def _message(received: "MessageTypeDef") -> Message:
    attributes = {str(name): value for name, value in received.get("Attributes", {}).items()}
    message_attributes: dict[str, Any] = dict(received.get("MessageAttributes", {}))
    return Message(received["MessageId"], received["Body"], attributes, message_attributes)
