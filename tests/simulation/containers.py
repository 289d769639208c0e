"""The three functions, wired to the simulated world as in production: each container with its own memory."""

import io
import random
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.stage import Stage as Extract
from kiwi_extract.tools import Tools
from kiwi_load.actual import ActualWriter
from kiwi_load.clients import KiwiClients
from kiwi_load.dependents import Dependents
from kiwi_load.kiwi_gate import KiwiGate
from kiwi_load.placeholders import Placeholders
from kiwi_load.stage import Stage as Load
from kiwi_load.worker import Worker
from kiwi_sync.connections import Connections
from kiwi_sync.kiwi.client import new_http_client
from kiwi_transform.stage import Stage as Transform

from tests.simulation.queue import SimulatedQueue
from tests.simulation.scheduler import Lock, Pool, Scheduler
from tests.simulation.table import SimulatedTable
from tests.simulation.wire import Wire
from tests.unit.extract.rig import Inline
from tests.unit.load.vault import MemorySecrets
from tests.unit.transform.world import PATH, MemorySsm

GRACE = timedelta(minutes=15)
BACKOFF = 1.0
BUCKET = "exports"


class StepwiseSsm(MemorySsm):
    """Parameter Store, whose every read is a step."""

    scheduler: Scheduler

    def get_parameter(self, *, Name: str) -> Any:  # noqa: N803 - boto3's own name
        self.scheduler.point("get parameter")
        return super().get_parameter(Name=Name)

    def get_paginator(self, _operation: str) -> Any:
        """The paginator of `get_parameters_by_path`, the only one in use."""
        self.scheduler.point("list parameters")
        names = [{"Name": name} for name in sorted(self.parameters)]
        return SimpleNamespace(paginate=lambda **_: [{"Parameters": names}])


class StepwiseSecrets(MemorySecrets):
    """Secrets Manager, whose every read is a step."""

    scheduler: Scheduler

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's own name
        self.scheduler.point("get secret")
        return super().get_secret_value(SecretId=SecretId)


class StepwiseS3:
    """The export bucket, as much of S3 as extract uses; every request is a step."""

    class exceptions:  # noqa: N801 (boto3's own name)
        """The errors that the client names."""

        class ClientError(Exception):
            """A refusal of S3."""

            response: Any = MappingProxyType({"Error": {"Code": "NoSuchKey"}})

    def __init__(self, scheduler: Scheduler) -> None:
        self.objects: dict[str, bytes] = {}
        self._scheduler = scheduler

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> dict[str, Any]:  # noqa: N803 - boto3's own names
        self._scheduler.point(f"put {Key}")
        self.objects[Key] = Body
        return {"VersionId": "v"}

    def get_object(self, *, Bucket: str, Key: str, VersionId: str = "v") -> dict[str, Any]:  # noqa: N803 - boto3's
        self._scheduler.point(f"read {Key}")
        if Key not in self.objects:
            raise self.exceptions.ClientError
        return {"Body": io.BytesIO(self.objects[Key]), "VersionId": "v"}

    def copy_object(self, *, Bucket: str, Key: str, CopySource: Any, **_metadata: Any) -> dict[str, Any]:  # noqa: N803 - boto3's
        self._scheduler.point(f"copy to {Key}")
        if CopySource["Key"] not in self.objects:
            raise self.exceptions.ClientError
        self.objects[Key] = self.objects[CopySource["Key"]]
        return {"VersionId": "v"}


@dataclass
class Ground:
    """The simulated world below the functions."""

    scheduler: Scheduler
    table: SimulatedTable
    exports: SimulatedQueue
    transform: SimulatedQueue
    load: SimulatedQueue
    ssm: StepwiseSsm
    secrets: StepwiseSecrets
    wire: Wire
    s3: StepwiseS3

    def connections(self) -> Connections:
        """A container's memory of Parameter Store."""
        return Connections(cast("Any", self.ssm), PATH, self.scheduler.clock)

    def new_extract(self) -> Extract:
        """A fresh container of extract. Its writers take turns: a crash leaves the first rows only."""
        tools = Tools(
            table=self.table,
            connections=self.connections(),
            transform=self.transform,
            load=self.load,
            writers=Inline(),
            grace=GRACE,
        )
        return Extract(tools, ExportBucket(cast("Any", self.s3), BUCKET), self.exports)

    def new_transform(self) -> Transform:
        """A fresh container of transform."""
        return Transform(self.table, self.connections(), self.load, self.scheduler.clock, GRACE)

    def new_load(self) -> Load:
        """A fresh container of load."""
        scheduler, clock = self.scheduler, self.scheduler.clock
        clients = KiwiClients(
            connections=self.connections(),
            secrets=cast("Any", self.secrets),
            http=self._http,
            table=self.table,
            clock=clock,
            backoff=0.2 * BACKOFF,
            sleep=scheduler.sleep,
            monotonic=scheduler.monotonic,
            jitter=scheduler.rng,
            _lock=cast("Any", Lock(scheduler)),
        )
        writer = ActualWriter(self.table, clock, GRACE)
        dependents, placeholders = (
            Dependents(self.table, self.load, clock),
            Placeholders(self.table, self.load),
        )
        worker = Worker(self.table, self.load, writer, dependents, placeholders, clients.settings)
        gate = KiwiGate(
            self.table, self.exports, clock, BACKOFF, jitter=random.Random(scheduler.rng.random())
        )
        pool = cast("Any", Pool(scheduler))
        return Load(self.table, self.load, gate, clients, worker, writer, pool, BACKOFF)

    def _http(self) -> httpx.Client:
        return new_http_client(transport=self.wire)
