"""DynamoDB may leave keys of a batch for later: then they are asked for again."""

from typing import Any

import pytest
from kiwi_sync.state.dynamo import BATCH_GET, FIRST_PAUSE, LONGEST_PAUSE, DynamoTable
from kiwi_sync.state.table import Change

from tests.fakes.aws import Aws


class Overloaded:
    """A client whose BatchGetItem does only a few keys at a time, and at first none at all."""

    def __init__(self, aws: Aws, few: int) -> None:
        self._client = aws.dynamodb
        self.meta = aws.dynamodb.meta
        self._few = few
        self.asked: list[int] = []

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        ((name, request),) = RequestItems.items()
        few = self._few if self.asked else 0
        now, later = request["Keys"][:few], request["Keys"][few:]
        self.asked.append(len(request["Keys"]))
        answer: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {}}
        if now:
            answer["Responses"] = self._client.batch_get_item(RequestItems={name: {"Keys": now}})["Responses"]
        if later:
            answer["UnprocessedKeys"] = {name: {**request, "Keys": later}}
        return answer


@pytest.mark.parametrize(("there", "few"), [(1, 1), (7, 2), (104, 60)])
def test_unprocessed_keys_are_asked_for_again(aws: Aws, there: int, few: int) -> None:
    name = aws.new_table()
    keys = [("p", str(number)) for number in range(there)]
    for key in keys:
        DynamoTable(aws.dynamodb, name).update(key, Change(put={"number": int(key[1])}))
    client: Any = Overloaded(aws, few)
    pauses: list[float] = []
    found = DynamoTable(client, name, sleep=pauses.append).get_many([*keys, ("p", "absent")])
    assert {key: item["number"] for key, item in found.items()} == {key: int(key[1]) for key in keys}
    assert max(client.asked) <= BATCH_GET
    assert pauses, "a throttled partition is left alone for a moment"
    assert all(FIRST_PAUSE / 2 <= pause <= 1.5 * LONGEST_PAUSE for pause in pauses)
