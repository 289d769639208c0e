"""Batches of messages: those that come again, and the log about them."""

import json
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from kiwi_sync.batch import handle_batch
from kiwi_sync.messages import LoadMessage
from kiwi_sync.observability import logger
from pydantic import Json

SECRET = "erika@example.org"


class LoadRecord(SqsRecordModel):
    """A message to load, typed."""

    body: Json[LoadMessage]


class BrokenError(Exception):
    """Says more than a log may."""


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """The log lines."""
    written = StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


def message(number: int, body: str) -> dict[str, Any]:
    return {
        "messageId": f"m{number}",
        "receiptHandle": f"r{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "ApproximateFirstReceiveTimestamp": "1764000000000",
            "SenderId": "sender",
            "SentTimestamp": "1764000000000",
        },
        "messageAttributes": {},
        "md5OfBody": "098f6bcd4621d373cade4e832627b4f6",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:load",
        "awsRegion": "eu-central-1",
    }


def good(number: int) -> dict[str, Any]:
    return message(number, json.dumps({"key": f"c/mieter/1/{number}"}))


def handle(records: list[dict[str, Any]], failing: set[str]) -> tuple[list[str], list[str]]:
    """The ids of the failed messages, and the keys that were handled."""
    handled: list[str] = []

    def work(record: LoadRecord) -> None:
        if record.messageId in failing:
            raise BrokenError(SECRET)
        handled.append(record.body.key)

    answer = handle_batch({"Records": records}, LambdaContext(), work, LoadRecord)
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]], handled


def test_every_message_is_handled_and_typed() -> None:
    assert handle([good(1), good(2)], set()) == ([], ["c/mieter/1/1", "c/mieter/1/2"])


def test_only_those_that_failed_come_again() -> None:
    failed, handled = handle([good(1), good(2), good(3)], {"m2"})
    assert (failed, handled) == (["m2"], ["c/mieter/1/1", "c/mieter/1/3"])


def test_when_all_fail_all_are_named_and_nothing_is_raised() -> None:
    assert handle([good(1), good(2)], {"m1", "m2"}) == (["m1", "m2"], [])


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", json.dumps({"key": "k", "email": SECRET}), SECRET])
def test_a_malformed_message_fails_alone(body: str, log: StringIO) -> None:
    assert handle([good(1), message(2, body), good(3)], set()) == (["m2"], ["c/mieter/1/1", "c/mieter/1/3"])
    assert '"message_id":"m2"' in log.getvalue()
    assert SECRET not in log.getvalue()


def test_the_log_names_message_and_kind_of_error_and_no_more(log: StringIO) -> None:
    handle([good(1), good(2)], {"m2"})
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["level"], line["message_id"], line["error"]) == ("ERROR", "m2", "BrokenError")
    assert SECRET not in log.getvalue()


def test_batches_do_not_mix() -> None:
    assert handle([good(1)], {"m1"})[0] == ["m1"]
    assert handle([good(2)], set())[0] == []
