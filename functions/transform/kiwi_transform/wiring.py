"""Puts transform together from its environment, once per container."""

from datetime import timedelta
from functools import cache

import boto3
from kiwi_sync.aws import CONFIG
from kiwi_sync.connections import Connections
from kiwi_sync.environment import Environment
from kiwi_sync.queues import SqsQueue
from kiwi_sync.state.dynamo import DynamoTable
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
    sqs = boto3.client("sqs", config=CONFIG)
    return Stage(
        table=DynamoTable(boto3.client("dynamodb", config=CONFIG), environment.table_name),
        connections=Connections(boto3.client("ssm", config=CONFIG), environment.connections_path),
        load=SqsQueue(sqs, environment.load_queue_url),
        clock=now,
        grace=timedelta(seconds=environment.grace_seconds),
    )


@cache
def queue() -> SqsQueue:
    """Transform's own queue, for keys to be tried alone."""
    return SqsQueue(boto3.client("sqs", config=CONFIG), TransformEnvironment.read().transform_queue_url)
