"""Answers to queries: their items are read past botocore's parser, everything else by it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from kiwi_sync.state.dynamo import TAKE_ITEMS, DynamoTable
from kiwi_sync.state.table import Change, Item

from tests.fakes.aws import Aws, session

ITEM = {
    "pk": {"S": "p"},
    "sk": {"S": "Ä😀"},
    "rev": {"N": "1732400000000"},
    "gone": {"BOOL": True},
    "parents": {"SS": ["a", "b"]},
}
READ: Item = {
    "pk": "p",
    "sk": "Ä😀",
    "rev": 1732400000000,
    "gone": True,
    "parents": frozenset({"a", "b"}),
}
Answer = tuple[int, bytes]


class Body:
    """A body from which botocore reads an answer."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


class Answers:
    """A client with a list of answers, and the requests it was sent."""

    def __init__(self, *answers: Answer) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answers = list(answers)
        retries = Config(retries={"mode": "standard", "total_max_attempts": 2})
        self.client = session().client("dynamodb", config=retries)
        hook: Any = self._answer
        self.client.meta.events.register("before-send.dynamodb.Query", hook)

    def query(self) -> list[Item]:
        return list(DynamoTable(self.client, "state").query("p"))

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        self.asked.append(json.loads(request.body))
        status, content = self._answers.pop(0)
        headers: Any = {"content-type": "application/x-amz-json-1.0"}
        raw: Any = Body(content)
        return AWSResponse(request.url, status, headers, raw)


def page(*items: Mapping[str, Any], **more: Any) -> Answer:
    return 200, json.dumps({"Count": len(items), "Items": items, "ScannedCount": 5, **more}).encode()


def error(status: int, name: str) -> Answer:
    return status, json.dumps(
        {"__type": f"com.amazonaws.dynamodb.v20120810#{name}", "Items": [ITEM]}
    ).encode()


def test_every_type_on_every_page() -> None:
    one, two = ({"pk": {"S": "p"}, "sk": {"S": sk}} for sk in "12")
    few = {"pk": {"S": "p"}}
    answers = Answers(page(LastEvaluatedKey=one), page(ITEM, few, LastEvaluatedKey=two), page(ITEM))
    assert answers.query() == [READ, {"pk": "p"}, READ]
    assert [asked.get("ExclusiveStartKey") for asked in answers.asked] == [None, one, two]


def test_an_error_stays_one() -> None:
    answers = Answers(error(400, "ValidationException"))
    with pytest.raises(ClientError, match="ValidationException"):
        answers.query()


@pytest.mark.parametrize("refusal", [error(500, "InternalServerError"), error(400, "ThrottlingException")])
def test_what_passes_is_asked_again(refusal: Answer) -> None:
    answers = Answers(refusal, page(ITEM))
    assert answers.query() == [READ]
    assert len(answers.asked) == 2


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"5", b"{}", b""])
def test_an_answer_that_is_none_is_not_an_empty_page(content: bytes) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError, ClientError)):
        Answers((200, content)).query()


def test_two_tables_on_one_client(aws: Aws) -> None:
    one, other = (DynamoTable(aws.dynamodb, aws.new_table()) for _ in range(2))
    one.update(("p", "1"), Change(put={"n": 1}))
    other.update(("p", "2"), Change(put={"n": 2}))
    assert [list(table.query("p")) for table in (one, other)] == [
        [{"pk": "p", "sk": "1", "n": 1}],
        [{"pk": "p", "sk": "2", "n": 2}],
    ]


def test_items_are_read_also_by_an_sdk_that_parses_them_itself() -> None:
    answers = Answers(page(ITEM))
    table = DynamoTable(answers.client, "state")
    answers.client.meta.events.unregister("before-parse.dynamodb.Query", unique_id=TAKE_ITEMS)
    assert list(table.query("p")) == [READ]
