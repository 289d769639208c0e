"""The table on DynamoDB."""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

from kiwi_sync.state.table import OWED_INDEX, Change, Check, Item, ItemKey, Value

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_GET = 100
"""The most keys in one BatchGetItem."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Shortest and longest pause, in seconds, between requests for unprocessed keys; it doubles."""
TAKE_ITEMS = "kiwi-sync-take-items"
"""Name of the hook that takes a page's items from botocore's parser."""


class DynamoTable:
    """`Table` on one DynamoDB table."""

    def __init__(
        self, client: "DynamoDBClient", name: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._name = name
        self._sleep = sleep
        # By name: registered once on a client, however many tables share it.
        client.meta.events.register("before-parse.dynamodb.Query", _take_items, unique_id=TAKE_ITEMS)

    def get(self, key: ItemKey) -> Item | None:
        """The item, read consistently."""
        answer = self._client.get_item(TableName=self._name, Key=_key(key), ConsistentRead=True)
        return _decode(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Collection[ItemKey]) -> dict[ItemKey, Item]:
        """The items that are there, read consistently; unprocessed keys are asked for again."""
        found: dict[ItemKey, Item] = {}
        left: list[Any] = [_key(key) for key in dict.fromkeys(keys)]
        pause = FIRST_PAUSE
        while left:
            asked, left = left[:BATCH_GET], left[BATCH_GET:]
            request: Any = {self._name: {"Keys": asked, "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            for raw in answer["Responses"].get(self._name, []):
                item = _decode(raw)
                found[(str(item["pk"]), str(item["sk"]))] = item
            unprocessed: Mapping[str, Any] = answer.get("UnprocessedKeys", {})
            again = unprocessed.get(self._name, {}).get("Keys", [])
            if again:
                # A throttled partition; the client backs off for whole requests only.
                self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (it spreads load, it keeps no secret)
            pause = min(pause * 2, LONGEST_PAUSE) if again else FIRST_PAUSE
            left += again
        return found

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        """The items under `pk`, read consistently, page by page."""
        expression = _Expression()
        condition = expression.under(pk, prefix)
        arguments: dict[str, Any] = {"KeyConditionExpression": condition, "ConsistentRead": True}
        if only:
            arguments["ProjectionExpression"] = ", ".join(map(expression.name, only))
        arguments |= expression.arguments()
        pages = self._client.get_paginator("query").paginate(TableName=self._name, **arguments)
        for page in pages:
            yield from map(_decode, page["Items"])

    def first(self, pk: str, *, prefix: str = "", limit: int) -> list[Item]:
        """The first items under `pk`, read consistently in one request."""
        expression = _Expression()
        answer = self._client.query(
            TableName=self._name,
            KeyConditionExpression=expression.under(pk, prefix),
            ConsistentRead=True,
            Limit=limit,
            **expression.arguments(),
        )
        return [_decode(raw) for raw in answer["Items"]]

    def owed(self, todo: str, *, first: str = "", last: str, limit: int) -> list[ItemKey]:
        """Keys from the index, which is eventually consistent: a hint, like every message."""
        expression = _Expression()
        condition = (
            f"{expression.name('todo')} = {expression.value(todo)} AND {expression.name('todo_at')}"
            f" BETWEEN {expression.value(first or '0')} AND {expression.value(last)}"
        )
        answer = self._client.query(
            TableName=self._name,
            IndexName=OWED_INDEX,
            KeyConditionExpression=condition,
            Limit=limit,
            **expression.arguments(),
        )
        return _keys(answer["Items"])

    def owed_at(self, todo: str, at: str, *, page: int) -> Iterator[list[ItemKey]]:
        """Keys from the index, page by page; each page continues after the last key before."""
        expression = _Expression()
        condition = (
            f"{expression.name('todo')} = {expression.value(todo)}"
            f" AND {expression.name('todo_at')} = {expression.value(at)}"
        )
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            IndexName=OWED_INDEX,
            KeyConditionExpression=condition,
            PaginationConfig={"PageSize": page},
            **expression.arguments(),
        )
        for answer in pages:
            if keys := _keys(answer["Items"]):
                yield keys

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        """One UpdateItem, conditional if there are checks."""
        expression = _Expression()
        arguments: dict[str, Any] = {"UpdateExpression": expression.update(change)}
        return self._write(self._client.update_item, key, arguments, expression, checks)

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        """One DeleteItem, conditional if there are checks."""
        return self._write(self._client.delete_item, key, {}, _Expression(), checks)

    def _write(
        self,
        call: Any,
        key: ItemKey,
        arguments: dict[str, Any],
        expression: "_Expression",
        checks: Sequence[Check],
    ) -> bool:
        if checks:
            arguments["ConditionExpression"] = " AND ".join(map(expression.check, checks))
        arguments |= expression.arguments()
        try:
            call(TableName=self._name, Key=_key(key), **arguments)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


class _Expression:
    """Collects the names and values of an expression, so that any name and value is safe in it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, name: str) -> str:
        return self._names.setdefault(name, f"#n{len(self._names)}")

    def value(self, value: Value) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = _encode(value)
        return placeholder

    def under(self, pk: str, prefix: str) -> str:
        condition = f"{self.name('pk')} = {self.value(pk)}"
        if prefix:
            condition += f" AND begins_with({self.name('sk')}, {self.value(prefix)})"
        return condition

    def check(self, check: Check) -> str:
        if check.test == "either":
            return "(" + " OR ".join(map(self.check, check.either)) + ")"
        name = self.name(check.name)
        if check.test == "absent":
            return f"attribute_not_exists({name})"
        if check.test == "exists":
            return f"attribute_exists({name})"
        return f"{name} {'=' if check.test == 'equals' else '<='} {self.value(check.value)}"

    def update(self, change: Change) -> str:
        puts = [f"{self.name(name)} = {self.value(value)}" for name, value in change.put.items()]
        puts += [
            f"{self.name(name)} = if_not_exists({self.name(name)}, {self.value(value)})"
            for name, value in change.put_if_absent.items()
        ]
        clauses = {
            "SET": puts,
            "REMOVE": [self.name(name) for name in change.remove],
            "ADD": self._pairs(change.add),
            "DELETE": self._pairs(change.take),
        }
        return " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items() if parts)

    def _pairs(self, members: Mapping[str, Value]) -> list[str]:
        return [f"{self.name(name)} {self.value(value)}" for name, value in members.items()]

    def arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if self._names:
            arguments["ExpressionAttributeNames"] = {token: name for name, token in self._names.items()}
        if self._values:
            arguments["ExpressionAttributeValues"] = self._values
        return arguments


def _keys(items: Iterable[Mapping[str, Any]]) -> list[ItemKey]:
    return [(str(item["pk"]), str(item["sk"])) for item in map(_decode, items)]


def _key(key: ItemKey) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _encode(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    return {"SS": sorted(value)}


def _take_items(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    """Take a page's items from botocore's parser, which would parse every value by its model.

    The result is the same as the JSON. Everything else, and every error, is left to the parser.
    """
    if response_dict["status_code"] != HTTPStatus.OK:
        return
    try:
        page = orjson.loads(response_dict["body"])
        customized_response_dict["Items"] = page.pop("Items")
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return
    response_dict["body"] = orjson.dumps(page)


def _decode(raw: Mapping[str, Any]) -> Item:
    """Decode four types by hand: boto3's own deserializer makes a Decimal of every number."""
    return {
        name: value if kind == "S" else _VALUE_OF[kind](value)
        for name, typed in raw.items()
        for kind, value in typed.items()
    }


_VALUE_OF: Mapping[str, Callable[[Any], Value]] = {"N": int, "BOOL": bool, "SS": frozenset}
