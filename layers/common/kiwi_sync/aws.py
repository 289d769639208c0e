"""Shared configuration of the functions' AWS clients. Each function builds only the clients it needs."""

from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.config import Config

from kiwi_sync.queues import Queue, SqsQueue
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.table import Table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 8},
    connect_timeout=5,
    read_timeout=20,
    max_pool_connections=32,
)
"""Eight attempts outlast a throttled table that is scaling up."""


class Aws(Protocol):
    """The port of a function's wiring: AWS, or the sandbox's stand-in for it in memory."""

    def table(self, name: str) -> Table:
        """The table of this name."""
        ...

    def queues(self, *urls: str) -> tuple[Queue, ...]:
        """The queues at these addresses."""
        ...

    def s3(self) -> "S3Client":
        """A client of S3."""
        ...

    def ssm(self) -> "SSMClient":
        """A client of Parameter Store."""
        ...

    def secrets(self) -> "SecretsManagerClient":
        """A client of Secrets Manager."""
        ...


class RealAws:
    """`Aws` by boto3, in the account that the environment says."""

    def table(self, name: str) -> Table:
        """The table on DynamoDB."""
        return DynamoTable(boto3.client("dynamodb", config=CONFIG), name)

    def queues(self, *urls: str) -> tuple[Queue, ...]:
        """The queues on SQS, over one client."""
        client = boto3.client("sqs", config=CONFIG)
        return tuple(SqsQueue(client, url) for url in urls)

    def s3(self) -> "S3Client":
        """A client of S3."""
        return boto3.client("s3", config=CONFIG)

    def ssm(self) -> "SSMClient":
        """A client of Parameter Store."""
        return boto3.client("ssm", config=CONFIG)

    def secrets(self) -> "SecretsManagerClient":
        """A client of Secrets Manager."""
        return boto3.client("secretsmanager", config=CONFIG)


def connect() -> Aws:
    """The AWS of a container. The sandbox replaces this function to put its own in place."""
    return RealAws()
