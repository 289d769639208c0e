"""Load: brings KIWI into the desired state."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_sync.batch import handle_batch
from kiwi_sync.keys import RowKey
from kiwi_sync.messages import LoadMessage
from kiwi_sync.observability import logger, metrics
from kiwi_sync.times import now
from pydantic import Json, ValidationError

from kiwi_load.stage import Hint
from kiwi_load.wiring import stage

STEP = timedelta(seconds=200)
"""The longest that one step takes, if each answer of KIWI comes just before its time-out."""


class LoadRecord(SqsRecordModel):
    """A message to load, typed."""

    body: Json[LoadMessage]


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of the load queue: all or none of a key's messages are reported as failed."""
    until = now() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - STEP
    failed = stage().work(_hints(event), until)
    metrics.add_metric("Messages", MetricUnit.Count, len(event["Records"]))
    metrics.add_metric("KeysFailed", MetricUnit.Count, len(failed))

    def report(record: LoadRecord) -> None:
        error = failed.get(RowKey.parse(record.body.key))
        if error is not None:
            raise error

    return handle_batch(event, context, report, LoadRecord)


def _hints(event: dict[str, Any]) -> Iterator[Hint]:
    """The batch's messages; malformed ones are left to the processor, which reports them as failed."""
    for raw in event["Records"]:
        try:
            record = LoadRecord.model_validate(raw)
            key = RowKey.parse(record.body.key)
        except (ValidationError, ValueError):
            continue
        receives = int(record.attributes.ApproximateReceiveCount)
        yield Hint(key, record.body.wake, receives, (record.receiptHandle,))
