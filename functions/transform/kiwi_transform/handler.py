"""Transform: derives KIWI's desired content from the ERP's records."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_sync.batch import handle_batch
from kiwi_sync.messages import TransformMessage
from kiwi_sync.observability import logger, metrics
from kiwi_sync.queues import keys_of
from pydantic import Json

from kiwi_transform.key_by_key import transform_keys
from kiwi_transform.wiring import queue, stage


class TransformRecord(SqsRecordModel):
    """A message to transform, typed."""

    body: Json[TransformMessage]


@logger.inject_lambda_context
@metrics.log_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Handle a batch of the transform queue."""

    metrics.add_metric("Messages", MetricUnit.Count, len(event["Records"]))

    def handle(record: TransformRecord) -> None:
        receives = int(record.attributes.ApproximateReceiveCount)
        transform_keys(stage(), queue(), keys_of(record.body.keys), receives)

    return handle_batch(event, context, handle, TransformRecord)
