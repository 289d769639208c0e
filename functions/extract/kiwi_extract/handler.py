"""Extract: brings exports from the export queue into the state table."""

from datetime import timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_sync.batch import handle_batch
from kiwi_sync.observability import logger, metrics
from kiwi_sync.times import now

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.wiring import stage


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of the export queue: exports, pointers, notifications, sweeps."""
    ends = now() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = Deadline(ends, now)
    metrics.add_metric("Messages", MetricUnit.Count, len(event["Records"]))

    def handle(record: SqsRecordModel) -> None:
        swept = stage().handle(record.messageId, str(record.body), deadline)
        if swept is not None:
            metrics.add_metric("ConnectionPaused", MetricUnit.Count, swept.paused)
            metrics.add_metric("KiwiAway", MetricUnit.Count, swept.away)
            metrics.add_metric("ExportsMissing", MetricUnit.Count, swept.missing)
            metrics.add_metric("ExportsHeld", MetricUnit.Count, swept.held)
            metrics.add_metric("ExportPartsMissing", MetricUnit.Count, swept.incomplete)

    return handle_batch(event, context, handle, SqsRecordModel)
