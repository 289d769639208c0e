"""Messages between the stages: keys only, and how many in one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.messages import LoadMessage, TransformMessage
from kiwi_sync.queues import KEYS_A_MESSAGE, in_batches, keys_of, send_to_load, send_to_transform
from pydantic import ValidationError

from tests.fakes.memory import MemoryQueue


def keys(number: int) -> list[RowKey]:
    return [RowKey("c", RowKind.MIETER, "0001", (str(one),)) for one in range(number)]


@given(items=st.lists(st.integers(), max_size=60), size=st.integers(1, 11))
def test_batches_are_full_and_in_order(items: list[int], size: int) -> None:
    batches = list(in_batches(iter(items), size))
    assert [item for batch in batches for item in batch] == items
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(batches)


@pytest.mark.parametrize("number", [0, 1, KEYS_A_MESSAGE, KEYS_A_MESSAGE + 1, 3 * KEYS_A_MESSAGE])
def test_to_transform_many_keys_in_a_message(number: int) -> None:
    queue = MemoryQueue()
    send_to_transform(queue, iter(keys(number)))
    messages = [TransformMessage.model_validate_json(message.body) for message in queue.sent]
    assert [text for message in messages for text in message.keys] == [key.text for key in keys(number)]
    assert len(messages) == -(-number // KEYS_A_MESSAGE)
    assert {message.group for message in queue.sent} <= {None}


@pytest.mark.parametrize("wake", [True, False])
def test_to_load_each_key_in_its_own_group(wake: bool) -> None:
    queue = MemoryQueue()
    send_to_load(queue, iter(keys(30)), wake=wake)
    messages = [LoadMessage.model_validate_json(message.body) for message in queue.sent]
    assert messages == [LoadMessage(key=key.text, wake=wake) for key in keys(30)]
    assert [message.group for message in queue.sent] == [key.group for key in keys(30)]


def test_the_largest_batch_is_one_that_sqs_takes() -> None:
    number = "\U0001f600" * 64
    key = RowKey("c" * 63, RowKind.RENTAL_AGREEMENT, number, (number, number))
    queue = MemoryQueue()
    send_to_transform(queue, [key] * KEYS_A_MESSAGE)
    (message,) = queue.sent
    assert 10 * len(message.body.encode()) < 1024 * 1024


def test_keys_of_a_message_come_once_and_in_order() -> None:
    texts = ["c/mieter/1/2", "c/mieter/1/1", "c/mieter/1/2"]
    assert [key.text for key in keys_of(texts)] == ["c/mieter/1/2", "c/mieter/1/1"]
    with pytest.raises(ValueError, match="four parts"):
        keys_of(["c/mieter/1/2", "c/mieter/1"])


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (TransformMessage, {}),
        (TransformMessage, {"keys": []}),
        (TransformMessage, {"keys": [None]}),
        (TransformMessage, {"keys": ["c/mieter/1/2"], "email": "erika@example.org"}),
        (LoadMessage, {}),
        (LoadMessage, {"key": "c/mieter/1/2", "wake": "erika@example.org"}),
        (LoadMessage, {"key": "c/mieter/1/2", "email": "erika@example.org"}),
    ],
)
def test_what_is_no_message(model: type[TransformMessage | LoadMessage], body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(body))
    assert "erika" not in str(refused.value)
