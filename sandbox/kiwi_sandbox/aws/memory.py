"""The AWS in memory: what the template describes, without any request in between."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self, cast
from unittest.mock import patch

from kiwi_sync import aws
from kiwi_sync.queues import Outgoing
from kiwi_sync.queues import Queue as SendingQueue
from kiwi_sync.state.table import Change, Check, ItemKey
from kiwi_sync.state.table import Table as StateTable

from kiwi_sandbox.aws.errors import refused
from kiwi_sandbox.aws.memory_queues import MemoryQueues
from kiwi_sandbox.aws.memory_s3 import MemoryS3
from kiwi_sandbox.aws.memory_settings import MemorySecrets, MemorySsm
from kiwi_sandbox.aws.memory_table import MemoryTable
from kiwi_sandbox.aws.meter import Meter, is_bookkeeping
from kiwi_sandbox.aws.sandbox_aws import Item, SandboxAws, foreign_aws_unset
from kiwi_sandbox.template import Blueprint, QueueDefinition

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_ssm import SSMClient


class MemoryAws(SandboxAws):
    """A context manager within which the functions' wirings get their adapters from here."""

    state: "MeteredTable"

    def __init__(self, blueprint: Blueprint) -> None:
        super().__init__(blueprint)
        self.state = MeteredTable(self.meter)
        self.intake = self.queues = MemoryQueues(blueprint.queues.values(), self.meter)
        # They have the methods that are used, with the arguments that are used.
        self.s3 = cast("S3Client", MemoryS3(blueprint.buckets))
        self.ssm = cast("SSMClient", MemorySsm())
        self.secrets = MemorySecrets()
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            exits.enter_context(foreign_aws_unset())
            exits.enter_context(patch.object(aws, "connect", lambda: _Connected(self)))
            self._fill()
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._exits.close()

    def send(self, queue: QueueDefinition, body: str) -> str:
        """Send a message and return its id."""
        return self.queues.send(queue, Outgoing(body))

    def queue(self, queue: QueueDefinition) -> SendingQueue:
        """A queue, as the functions see it."""
        return self.queues.at(queue.url)

    def items(self) -> Iterator[Item]:
        """Everything in the state table."""
        return map(dict, self.state.scan())

    def owed(self) -> Iterator[Item]:
        """The rows that are owed something, and the connections that keep them from being paid."""
        yield from map(dict, self.state.owed_items())
        for pk in self.state.partitions("%connection#"):
            item: Any = self.state.get((pk, "kiwi"))
            if item is not None and "paused_version" in item:
                yield item

    def put_secret(self, name: str, value: str) -> None:
        """Write a secret, new or not."""
        self.secrets.put_secret(name, value)


class MeteredTable(MemoryTable):
    """A table in memory that counts attempted writes."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self._meter = meter

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        """Carry out the change if all checks hold; whether they did."""
        self._count(key)
        return super().update(key, change, *checks)

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        """Delete the item if all checks hold; whether they did."""
        self._count(key)
        return super().delete(key, *checks)

    def _count(self, key: ItemKey) -> None:
        with self._lock:
            self._meter.state_writes += not is_bookkeeping(*key)


class _Connected:
    """`kiwi_sync.aws.Aws` on the AWS in memory."""

    def __init__(self, memory: MemoryAws) -> None:
        self._memory = memory

    def table(self, name: str) -> StateTable:
        if name != self._memory.table.name:
            raise refused("DescribeTable", "Requested resource not found", "ResourceNotFoundException")
        return self._memory.state

    def queues(self, *urls: str) -> tuple[SendingQueue, ...]:
        return tuple(map(self._memory.queues.at, urls))

    def s3(self) -> "S3Client":
        return self._memory.s3

    def ssm(self) -> "SSMClient":
        return self._memory.ssm

    def secrets(self) -> "SecretsManagerClient":
        return cast("SecretsManagerClient", self._memory.secrets)
