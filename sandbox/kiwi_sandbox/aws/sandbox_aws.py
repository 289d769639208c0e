"""The AWS under a local stack: what both kinds of it have in common, and what each does its own way."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from unittest.mock import patch
from urllib.parse import quote_plus

from kiwi_sync.connections import Connections
from kiwi_sync.queues import Queue as SendingQueue
from kiwi_sync.state.table import Table as StateTable

from kiwi_sandbox.aws.meter import Meter
from kiwi_sandbox.cloudformation import REGION
from kiwi_sandbox.poller import Intake
from kiwi_sandbox.template import Blueprint, Bucket, QueueDefinition, TableDefinition

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

Item = dict[str, Any]

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
_FOREIGN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL")


class SandboxAws(ABC):
    """A context manager within which the functions talk to the resources of one blueprint."""

    s3: "S3Client"
    ssm: "SSMClient"
    state: StateTable
    """The state table, as the functions see it."""
    intake: Intake
    """The way of messages to the poller."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.meter = Meter()

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(self, *_exception: object) -> None: ...

    @abstractmethod
    def send(self, queue: QueueDefinition, body: str) -> str:
        """Send a message and return its id."""

    @abstractmethod
    def queue(self, queue: QueueDefinition) -> SendingQueue:
        """A queue, as the functions see it."""

    @abstractmethod
    def items(self) -> Iterator[Item]:
        """Everything in the state table."""

    @abstractmethod
    def owed(self) -> Iterator[Item]:
        """The rows that are owed something, and the connections that keep them from being paid."""

    @abstractmethod
    def put_secret(self, name: str, value: str) -> None:
        """Write a secret, new or not."""

    def upload(self, key: str, content: bytes) -> str | None:
        """Put an object into the export bucket and return its version id."""
        return self.s3.put_object(Bucket=self.bucket.name, Key=key, Body=content).get("VersionId")

    def uploaded_at(self, key: str) -> datetime:
        """When the object was put into the export bucket, as S3 has it: in whole seconds."""
        return self.s3.head_object(Bucket=self.bucket.name, Key=key)["LastModified"]

    def notify(self, key: str, size: int, version: str | None) -> list[str]:
        """Send what S3 would send about a new object, as the template's filters say; return message ids."""
        body = json.dumps(_s3_event(self.bucket.name, key, size, version))
        return [
            self.send(notification.queue, body)
            for notification in self.bucket.notifications
            if notification.concerns(key)
        ]

    def put_parameter(self, name: str, value: str) -> None:
        """Write a parameter, new or not."""
        self.ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    @property
    def connections(self) -> Connections:
        """The settings of connections, as the functions see them."""
        return Connections(self.ssm, f"/{self.blueprint.stack_name}/connections")

    @property
    def bucket(self) -> Bucket:
        """The bucket that takes large exports."""
        return next(bucket for bucket in self.blueprint.buckets if bucket.notifications)

    @property
    def table(self) -> TableDefinition:
        """The state table."""
        return self.blueprint.tables[0]

    def _fill(self) -> None:
        """Write the secrets and parameters of the template."""
        for name, value in self.blueprint.secrets.items():
            self.put_secret(name, value)
        for name, value in self.blueprint.parameters.items():
            self.put_parameter(name, value)


@contextmanager
def foreign_aws_unset() -> Iterator[None]:
    """Keep the user's own AWS set-up out of the environment while the block runs."""
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
