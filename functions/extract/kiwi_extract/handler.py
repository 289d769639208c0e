"""Extract: brings exports from the export queue into the state table."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_sync.observability import logger, metrics
from kiwi_sync.times import now

from kiwi_extract.lease import Deadline
from kiwi_extract.wiring import stage


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of the export queue: exports, pointers, notifications, sweeps."""
    ends = now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = Deadline(ends, now)

    def handle(record: SQSRecord) -> None:
        swept = stage().handle(record.message_id, record.body, deadline)
        metrics.add_metric("Messages", MetricUnit.Count, 1)
        if swept is not None:
            metrics.add_metric("ConnectionPaused", MetricUnit.Count, swept.paused)

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
