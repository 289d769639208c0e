"""Puts transform together from its environment, once per container."""

from datetime import timedelta
from functools import cache

from kiwi_sync import aws
from kiwi_sync.connections import Connections
from kiwi_sync.environment import Environment
from kiwi_sync.queues import Queue
from kiwi_sync.times import now

from kiwi_transform.stage import Stage


class TransformEnvironment(Environment):
    """Transform's environment variables."""

    transform_queue_url: str
    load_queue_url: str


@cache
def stage() -> Stage:
    """Transform, wired."""
    environment = TransformEnvironment.read()
    its = aws.connect()
    (load,) = its.queues(environment.load_queue_url)
    return Stage(
        table=its.table(environment.table_name),
        connections=Connections(its.ssm(), environment.connections_path),
        load=load,
        clock=now,
        grace=timedelta(seconds=environment.grace_seconds),
    )


@cache
def queue() -> Queue:
    """Transform's own queue, for keys that are to be tried alone."""
    (own,) = aws.connect().queues(TransformEnvironment.read().transform_queue_url)
    return own
