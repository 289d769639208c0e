"""The embedded AWS: moto, holding what the template describes."""

import functools
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch
from urllib.parse import quote_plus

import boto3
from moto import mock_aws
from moto.dynamodb.models.table import Table as MotoTable

from kiwi_sandbox.aws.gate import Gate
from kiwi_sandbox.cloudformation import REGION
from kiwi_sandbox.template import Blueprint, Bucket, QueueDefinition, TableDefinition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# Nothing of the user's own AWS set-up may reach the embedded one, nor the other way round.
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
_moto_query = MotoTable.query
_INDEX_NAME = 6
"""Where the index's name stands among the arguments of a query after the hash key."""
_FOREIGN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL")


class EmbeddedAws:
    """A context manager within which boto3 talks to the resources of one blueprint."""

    sqs: "SQSClient"
    dynamodb: "DynamoDBClient"
    s3: "S3Client"
    secrets: "SecretsManagerClient"
    ssm: "SSMClient"

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.gate = Gate()
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            exits.enter_context(_environment())
            # Moto's own credentials would differ from those that the clients were made with.
            exits.enter_context(mock_aws(config={"core": {"mock_credentials": False}}))
            exits.enter_context(self.gate.open())
            exits.enter_context(patch.object(MotoTable, "query", _quick_query))
            exits.enter_context(patch.object(boto3, "DEFAULT_SESSION", _session()))
            self._connect()
            self._create()
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._exits.close()

    def send(self, queue: QueueDefinition, body: str) -> str:
        """Sends a message and returns its id."""
        return self.sqs.send_message(QueueUrl=queue.url, MessageBody=body)["MessageId"]

    def upload(self, key: str, content: bytes) -> str | None:
        """Puts an object into the export bucket and returns its version id."""
        answer = self.s3.put_object(Bucket=self.bucket.name, Key=key, Body=content)
        return answer.get("VersionId")

    def uploaded_at(self, key: str) -> datetime:
        """When the object was put into the export bucket, as S3 has it: in whole seconds."""
        return self.s3.head_object(Bucket=self.bucket.name, Key=key)["LastModified"]

    def notify(self, key: str, size: int, version: str | None) -> list[str]:
        """Sends what S3 would send about a new object, as the template's filters say; returns message ids."""
        body = json.dumps(_s3_event(self.bucket.name, key, size, version))
        return [
            self.send(notification.queue, body)
            for notification in self.bucket.notifications
            if notification.concerns(key)
        ]

    def put_parameter(self, name: str, value: str) -> None:
        """Writes a parameter, new or not."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def put_secret(self, name: str, value: str) -> None:
        """Writes a secret, new or not."""
        try:
            self.secrets.create_secret(Name=name, SecretString=value)
        except self.secrets.exceptions.ResourceExistsException:
            self.secrets.put_secret_value(SecretId=name, SecretString=value)

    @property
    def bucket(self) -> Bucket:
        """The bucket that takes large exports."""
        return next(bucket for bucket in self.blueprint.buckets if bucket.notifications)

    @property
    def table(self) -> TableDefinition:
        """The state table."""
        return self.blueprint.tables[0]

    def _connect(self) -> None:
        self.sqs = boto3.client("sqs")
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.secrets = boto3.client("secretsmanager")
        self.ssm = boto3.client("ssm")

    def _create(self) -> None:
        for queue in self.blueprint.queues.values():
            attributes: Any = queue.attributes
            self.sqs.create_queue(QueueName=queue.name, Attributes=attributes)
        for table in self.blueprint.tables:
            self._create_table(table)
        for bucket in self.blueprint.buckets:
            self._create_bucket(bucket)
        for name, value in self.blueprint.secrets.items():
            self.put_secret(name, value)
        for name, value in self.blueprint.parameters.items():
            self.put_parameter(name, value)

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


@functools.cache
def _session() -> boto3.Session:
    """One session for all stacks of a process: it reads the descriptions of the services only once."""
    return boto3.Session(region_name=REGION)


@contextmanager
def _environment() -> Iterator[None]:
    with patch.dict(os.environ, _ENVIRONMENT):
        for name in [name for name in os.environ if name.startswith(_FOREIGN)]:
            del os.environ[name]
        yield


def _s3_event(bucket: str, key: str, size: int, version: str | None) -> dict[str, Any]:
    described = {"key": quote_plus(key, safe="/"), "size": size, "sequencer": "0"}
    if version:
        described["versionId"] = version
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
            "object": described,
        },
    }
    return {"Records": [record]}


def _quick_query(table: Any, hash_key: Any, *others: Any, **more: Any) -> Any:
    """Moto's own sorts all items of the table, looks at each, and then sorts once more what it found."""
    partitions = table.items.values() if others[_INDEX_NAME] else [table.items.get(hash_key, {})]
    # Only for the query: a scan needs the order, without it it loses its way from page to page.
    table.all_items = lambda: [item for items in partitions for item in items.values()]
    try:
        return _moto_query(table, hash_key, *others, **more)
    finally:
        del table.all_items
