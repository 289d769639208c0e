"""The embedded AWS for tests of adapters: clients, tables and queues on moto."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
from kiwi_sync.state.table import OWED_INDEX
from moto import mock_aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

_numbers = count()


@cache
def session() -> boto3.Session:
    """One session for all tests of a process: it reads the descriptions of the services only once."""
    return boto3.Session("testing", "testing", "testing", "eu-central-1")


@contextmanager
def mocked_aws() -> Iterator[None]:
    """Within it boto3 talks to moto and to nothing else."""
    # After moto, which puts an empty default session in place.
    with mock_aws(), patch.object(boto3, "DEFAULT_SESSION", session()):
        yield


@contextmanager
def embedded_aws() -> Iterator["Aws"]:
    """Let boto3 talk to moto and to nothing else while the block runs."""
    with mocked_aws():
        aws = Aws()
        yield aws
        aws.close()


class Aws:
    """Clients of the embedded AWS, with helpers for tests."""

    def __init__(self) -> None:
        self.dynamodb: DynamoDBClient = session().client("dynamodb")
        self.sqs: SQSClient = session().client("sqs")
        self.ssm: SSMClient = session().client("ssm")

    def close(self) -> None:
        """Let go of the clients' connections."""
        for client in (self.dynamodb, self.sqs, self.ssm):
            client.close()

    def new_table(self) -> str:
        """The name of a new state table."""
        name = f"state-{next(_numbers)}"
        self.dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": "S"}
                for attribute in ("pk", "sk", "todo", "todo_at")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": OWED_INDEX,
                    "KeySchema": [
                        {"AttributeName": "todo", "KeyType": "HASH"},
                        {"AttributeName": "todo_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        return name

    def new_queue(self, *, fifo: bool = False) -> str:
        """The address of a new queue."""
        name = f"queue-{next(_numbers)}"
        if fifo:
            answer = self.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})
        else:
            answer = self.sqs.create_queue(QueueName=name)
        return answer["QueueUrl"]

    def receive(self, url: str) -> list[Any]:
        """Every message that can be received now."""
        messages: list[Any] = []
        while more := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            messages += more
        return messages
