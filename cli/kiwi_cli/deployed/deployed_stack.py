"""A stack in AWS, as the commands need it: found by its name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from kiwi_sync.connections import Connections
from kiwi_sync.queues import SqsQueue
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.holds import Hold, holds

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

STAGES = {"extract": "Export", "transform": "Transform", "load": "Load"}
"""The first words of each stage's queues in the template."""


class StackError(Exception):
    """The stack is not one of ours, or not whole."""


@dataclass(frozen=True)
class Deployed:
    """A deployed stack. `resources`: physical ids by the names in the template."""

    name: str
    resources: Mapping[str, str]
    sqs: "SQSClient"
    s3: "S3Client"
    table: DynamoTable
    connections: Connections

    @property
    def exports(self) -> SqsQueue:
        """The export queue."""
        return SqsQueue(self.sqs, self.queue("extract"))

    @property
    def bucket(self) -> str:
        """The name of the export bucket.

        Raises:
            StackError: the stack has none.
        """
        if "ExportBucket" not in self.resources:
            raise StackError(f"The stack {self.name} has no ExportBucket: is it the right one?")
        return self.resources["ExportBucket"]

    def queue(self, stage: str) -> str:
        """The address of a stage's queue."""
        return self.resources[f"{STAGES[stage]}Queue"]

    def dead_letters(self, stage: str) -> str:
        """The address of its dead-letter queue."""
        return self.resources[f"{STAGES[stage]}DeadLetterQueue"]

    def holds(self, connection: str | None) -> Iterator[Hold]:
        """The holds of a connection, or of all."""
        for name in [connection] if connection else sorted(self.connections.ids()):
            yield from holds(self.table, name)


def connect(stack: str) -> Deployed:
    """The stack of this name, in the region and with the credentials of the environment.

    Raises:
        StackError: see there.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: AWS says no, or cannot be asked.
    """
    pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    resources = {
        str(one["LogicalResourceId"]): str(one["PhysicalResourceId"])
        for page in pages
        for one in page["StackResourceSummaries"]
        if "PhysicalResourceId" in one
    }
    queues = [f"{word}{kind}" for word in STAGES.values() for kind in ("Queue", "DeadLetterQueue")]
    missing = [name for name in ("StateTable", *queues) if name not in resources]
    if missing:
        raise StackError(f"The stack {stack} has no {', '.join(missing)}: is it the right one?")
    return Deployed(
        name=stack,
        resources=resources,
        sqs=boto3.client("sqs"),
        s3=boto3.client("s3"),
        table=DynamoTable(boto3.client("dynamodb"), resources["StateTable"]),
        connections=Connections(boto3.client("ssm"), f"/{stack}/connections"),
    )
