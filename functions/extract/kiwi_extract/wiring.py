"""Puts extract together from its environment, once per container."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

import boto3
from kiwi_sync.aws import CONFIG
from kiwi_sync.connections import Connections
from kiwi_sync.environment import Environment
from kiwi_sync.queues import SqsQueue
from kiwi_sync.state.dynamo import DynamoTable

from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.inbox.feldmappings import Feldmappings
from kiwi_extract.stage import Stage
from kiwi_extract.tools import Tools

WRITERS = 16
"""The number of concurrent writers of rows."""
GARBAGE = 10_000
"""New objects before the interpreter looks for cycles. Its default of 700, a few dozen records, costs a
sixth of an export's time; records and rows have no cycles.
"""


class ExtractEnvironment(Environment):
    """Extract's environment variables."""

    bucket_name: str
    export_queue_url: str
    transform_queue_url: str
    load_queue_url: str


@cache
def stage() -> Stage:
    """Extract, wired."""
    gc.set_threshold(GARBAGE)
    environment = ExtractEnvironment.read()
    sqs = boto3.client("sqs", config=CONFIG)
    tools = Tools(
        table=DynamoTable(boto3.client("dynamodb", config=CONFIG), environment.table_name),
        connections=Connections(boto3.client("ssm", config=CONFIG), environment.connections_path),
        transform=SqsQueue(sqs, environment.transform_queue_url),
        load=SqsQueue(sqs, environment.load_queue_url),
        writers=ThreadPoolExecutor(WRITERS, thread_name_prefix="write"),
        grace=timedelta(seconds=environment.grace_seconds),
    )
    bucket = ExportBucket(boto3.client("s3", config=CONFIG), environment.bucket_name)
    return Stage(tools, bucket, SqsQueue(sqs, environment.export_queue_url), Feldmappings(bucket).of)
