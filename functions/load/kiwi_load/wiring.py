"""Puts load together from its environment: once a container."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import httpx
from kiwi_sync import aws
from kiwi_sync.connections import Connections
from kiwi_sync.environment import Environment
from kiwi_sync.kiwi.client import new_http_client
from kiwi_sync.times import now

from kiwi_load.actual import ActualWriter
from kiwi_load.clients import Kiwis
from kiwi_load.crowd import Crowd
from kiwi_load.dependents import Dependents
from kiwi_load.kiwi_gate import KiwiGate
from kiwi_load.stage import Stage
from kiwi_load.worker import Worker

KEYS_AT_ONCE = 10
"""As many as a batch of a FIFO queue has."""
CLIENT_BACKOFF = 0.2
"""The client's own first rest, as a share of the rest that an absent KIWI gets."""


class LoadEnvironment(Environment):
    """What load reads from its environment."""

    load_queue_url: str
    export_queue_url: str
    backoff_seconds: float = 1.0
    """How long an absent KIWI, or a key that fails, is left alone the first time; doubles each time."""


@cache
def http_client() -> httpx.Client:
    """The one pool of kept-alive connections."""
    return new_http_client(connections=KEYS_AT_ONCE)


@cache
def stage() -> Stage:
    """Load, wired."""
    environment = LoadEnvironment.read()
    its = aws.connect()
    table = its.table(environment.table_name)
    queue, exports = its.queues(environment.load_queue_url, environment.export_queue_url)
    backoff = environment.backoff_seconds
    kiwis = Kiwis(
        connections=Connections(its.ssm(), environment.connections_path),
        secrets=its.secrets(),
        http=http_client,
        table=table,
        clock=now,
        backoff=CLIENT_BACKOFF * backoff,
    )
    writer = ActualWriter(table, now, timedelta(seconds=environment.grace_seconds))
    return Stage(
        table=table,
        queue=queue,
        gate=KiwiGate(table, exports, now, backoff),
        kiwis=kiwis,
        worker=Worker(
            table, queue, writer, Dependents(table, queue, now), Crowd(table, queue), kiwis.settings
        ),
        writer=writer,
        pool=ThreadPoolExecutor(KEYS_AT_ONCE, thread_name_prefix="load"),
        backoff=backoff,
    )
