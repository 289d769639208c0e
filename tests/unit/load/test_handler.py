"""The handler on the embedded AWS, with the event that a user invokes locally."""

import copy
from collections.abc import Iterator

import pytest
from kiwi_load import wiring
from kiwi_sync.keys import RowKey
from kiwi_sync.state.table import Change
from kiwi_transform.stage import Stage as Transform

from tests.fakes.memory import MemoryQueue
from tests.unit.transform.deployed import AGREEMENT, CONNECTION, LEASE, TENANT, UNIT, Deployed, deployed
from tests.unit.transform.world import GRACE, MemorySsm, Time, settings


@pytest.fixture(scope="module")
def sample() -> Iterator[Deployed]:
    with deployed("load") as stack:
        ssm = MemorySsm()
        ssm.put(CONNECTION, settings())
        transform = Transform(stack.table, ssm.connections(), MemoryQueue(), Time(), GRACE)
        for key in (UNIT, TENANT, LEASE):
            transform.transform(RowKey.parse(f"{CONNECTION}/{key}"))
        yield stack


@pytest.fixture
def stack(sample: Deployed) -> Iterator[Deployed]:
    event = copy.deepcopy(sample.event)
    yield sample
    sample.event = event


def test_the_sample_event_arrives_in_kiwi(stack: Deployed) -> None:
    assert stack.failed() == []
    content = stack.kiwi.content()
    assert content["rental_unit"].keys() == {"42--0001--100--0001"}
    assert content["tenant"].keys() == {"42--0001--4711"}
    for key in (UNIT, TENANT):
        assert (stack.row(key).in_kiwi, stack.row(key).todo) == (True, None)
    assert stack.failed() == []
    assert stack.kiwi.content()["rental_agreement"].keys() == {"42--0001--100-0001-03--4711"}
    assert stack.row(AGREEMENT).todo is None
    assert wiring.stage.cache_info().misses == wiring.stage.cache_info().currsize == 1


@pytest.mark.parametrize("body", ["no JSON", "{}", '{"key": "no-key"}'])
def test_messages_that_cannot_be_read_fail_and_the_others_do_not(stack: Deployed, body: str) -> None:
    stack.write(2, body)
    assert stack.failed() == [2]
    assert stack.row(TENANT).in_kiwi


def test_what_cannot_be_worked_comes_again_with_all_messages_of_its_key(stack: Deployed) -> None:
    records = stack.event["Records"]
    records.append({**copy.deepcopy(records[1]), "messageId": "again", "receiptHandle": "again"})
    key = stack.row(TENANT).key
    assert stack.table.update((key.pk, key.sk), Change(put={"desired": "no payload"}))
    stack.write(2, records[0]["body"])
    assert stack.failed() == [1, 3]
    assert stack.kiwi.content()["rental_unit"].keys() == {"42--0001--100--0001"}
