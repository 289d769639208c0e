"""Puts load together from its environment, once per container."""

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
from kiwi_load.clients import KiwiClients
from kiwi_load.dependents import Dependents
from kiwi_load.kiwi_gate import KiwiGate
from kiwi_load.placeholders import Placeholders
from kiwi_load.stage import Stage
from kiwi_load.worker import Worker

KEYS_AT_ONCE = 10
"""The size of a FIFO queue's largest batch."""
CLIENT_BACKOFF = 0.2
"""The client's own first rest, as a share of the rest for an absent KIWI."""


class LoadEnvironment(Environment):
    """Load's environment variables."""

    load_queue_url: str
    export_queue_url: str
    backoff_seconds: float = 1.0
    """How long an absent KIWI, or a failing key, is left alone the first time; doubles each time."""


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
    clients = KiwiClients(
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
        clients=clients,
        worker=Worker(
            table, queue, writer, Dependents(table, queue, now), Placeholders(table, queue), clients.settings
        ),
        writer=writer,
        pool=ThreadPoolExecutor(KEYS_AT_ONCE, thread_name_prefix="load"),
        backoff=backoff,
    )
