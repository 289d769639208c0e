"""Puts extract together from its environment, once per container."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache

from kiwi_sync import aws
from kiwi_sync.connections import Connections
from kiwi_sync.environment import Environment

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
    its = aws.connect()
    exports, transform, load = its.queues(
        environment.export_queue_url, environment.transform_queue_url, environment.load_queue_url
    )
    tools = Tools(
        table=its.table(environment.table_name),
        connections=Connections(its.ssm(), environment.connections_path),
        transform=transform,
        load=load,
        writers=ThreadPoolExecutor(WRITERS, thread_name_prefix="write"),
        grace=timedelta(seconds=environment.grace_seconds),
    )
    bucket = ExportBucket(its.s3(), environment.bucket_name)
    return Stage(tools, bucket, exports, Feldmappings(bucket).of)
