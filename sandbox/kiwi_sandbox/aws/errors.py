"""The errors of the AWS in memory: botocore's, as callers of the real one get them."""

from botocore.exceptions import ClientError


def refused(
    operation: str, message: str, code: str = "ValidationException", status: int = 400
) -> ClientError:
    """An error as botocore raises it for an answer that is none."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    # The stub wants more of the answer than errors have here.
    return ClientError(answer, operation)  # type: ignore[arg-type]  # no TypedDict
