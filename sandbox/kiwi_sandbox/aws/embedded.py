"""The embedded AWS: moto, holding what the template describes."""

import functools
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch

import boto3
from boto3.dynamodb.types import TypeDeserializer
from kiwi_sync.queues import SqsQueue
from kiwi_sync.state.dynamo import DynamoTable
from moto import mock_aws
from moto.dynamodb.models.table import Table as MotoTable

from kiwi_sandbox.aws.gate import Gate
from kiwi_sandbox.aws.sandbox_aws import Item, SandboxAws, foreign_aws_unset
from kiwi_sandbox.aws.sqs import SqsIntake
from kiwi_sandbox.cloudformation import REGION
from kiwi_sandbox.template import Blueprint, Bucket, QueueDefinition, TableDefinition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

_moto_query = MotoTable.query
_INDEX_NAME = 6
"""Where the index's name stands among the arguments of a query after the hash key."""
# Moto takes its time with every attribute that it answers.
_OWED: dict[str, Any] = {
    "FilterExpression": "attribute_exists(todo) OR attribute_exists(paused_version)",
    "ProjectionExpression": "pk, sk, todo, todo_at, paused_version, paused_why",
}
_read = TypeDeserializer().deserialize


class EmbeddedAws(SandboxAws):
    """A context manager within which boto3 talks to the resources of one blueprint."""

    state: DynamoTable
    sqs: "SQSClient"
    dynamodb: "DynamoDBClient"
    secrets: "SecretsManagerClient"

    def __init__(self, blueprint: Blueprint) -> None:
        super().__init__(blueprint)
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            exits.enter_context(foreign_aws_unset())
            # Moto's own credentials would differ from those that the clients were made with.
            exits.enter_context(mock_aws(config={"core": {"mock_credentials": False}}))
            exits.enter_context(Gate(self.meter).open())
            exits.enter_context(patch.object(MotoTable, "query", _quick_query))
            exits.enter_context(patch.object(boto3, "DEFAULT_SESSION", _session()))
            self._connect()
            self._create()
            self._fill()
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._exits.close()

    def send(self, queue: QueueDefinition, body: str) -> str:
        """Send a message and return its id."""
        return self.sqs.send_message(QueueUrl=queue.url, MessageBody=body)["MessageId"]

    def queue(self, queue: QueueDefinition) -> SqsQueue:
        """A queue, as the functions see it."""
        return SqsQueue(self.sqs, queue.url)

    def items(self) -> Iterator[Item]:
        """Everything in the state table."""
        return self._scan()

    def owed(self) -> Iterator[Item]:
        """The rows that are owed something, and the connections that keep them from being paid."""
        return self._scan(**_OWED)

    def put_secret(self, name: str, value: str) -> None:
        """Write a secret, new or not."""
        try:
            self.secrets.create_secret(Name=name, SecretString=value)
        except self.secrets.exceptions.ResourceExistsException:
            self.secrets.put_secret_value(SecretId=name, SecretString=value)

    def _scan(self, **only: Any) -> Iterator[Item]:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table.name, ConsistentRead=True, **only
        )
        for page in pages:
            for item in page["Items"]:
                yield {name: _read(value) for name, value in item.items()}

    def _connect(self) -> None:
        self.sqs = boto3.client("sqs")
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.secrets = boto3.client("secretsmanager")
        self.ssm = boto3.client("ssm")
        self.intake = SqsIntake(self.sqs, self.meter)
        if self.blueprint.tables:
            self.state = DynamoTable(self.dynamodb, self.table.name)

    def _create(self) -> None:
        for queue in self.blueprint.queues.values():
            attributes: Any = queue.attributes
            self.sqs.create_queue(QueueName=queue.name, Attributes=attributes)
        for table in self.blueprint.tables:
            self._create_table(table)
        for bucket in self.blueprint.buckets:
            self._create_bucket(bucket)

    def _create_table(self, table: TableDefinition) -> None:
        self.dynamodb.create_table(TableName=table.name, BillingMode="PAY_PER_REQUEST", **table.definition)
        if table.ttl_attribute:
            self.dynamodb.update_time_to_live(
                TableName=table.name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": table.ttl_attribute},
            )

    def _create_bucket(self, bucket: Bucket) -> None:
        here: Any = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket=bucket.name, CreateBucketConfiguration=here)
        if bucket.versioned:
            self.s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def _quick_query(table: Any, hash_key: Any, *others: Any, **more: Any) -> Any:
    """Moto's own sorts all items of the table, looks at each, and then sorts once more what it found."""
    partitions = table.items.values() if others[_INDEX_NAME] else [table.items.get(hash_key, {})]
    # Only for the query: a scan needs the order, without it it loses its way from page to page.
    table.all_items = lambda: [item for items in partitions for item in items.values()]
    try:
        return _moto_query(table, hash_key, *others, **more)
    finally:
        del table.all_items


@functools.cache
def _session() -> boto3.Session:
    """One session for all stacks of a process: it reads the descriptions of the services only once."""
    return boto3.Session(region_name=REGION)
