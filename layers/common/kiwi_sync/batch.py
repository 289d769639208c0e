"""Batches of SQS messages. Each message is handled on its own; only failed ones are received again."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.base import FailureResponse
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext

from kiwi_sync.observability import logger


class _Processor(BatchProcessor):
    """Logs the message's id and the kind of error only: an error's text may quote personal data."""

    def failure_handler(self, record: Any, exception: Any) -> FailureResponse:
        error = exception[0].__name__ if exception[0] else "unknown"
        logger.error("message failed", message_id=_message_id(record), error=error)
        return super().failure_handler(record, exception)


def _message_id(record: Any) -> str:
    """The id of a typed record, or of one that failed typing."""
    return str(record.messageId if isinstance(record, SqsRecordModel) else record["messageId"])


def handle_batch(
    event: dict[str, Any], context: LambdaContext, handle: Callable[..., None], model: type[SqsRecordModel]
) -> PartialItemFailureResponse:
    """Handle each record of an SQS event, typed as `model`; the answer names the failed ones."""
    processor = _Processor(event_type=EventType.SQS, model=model, raise_on_entire_batch_failure=False)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
