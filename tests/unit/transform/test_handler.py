"""The handler on the embedded AWS, with the event that a user invokes locally."""

import copy
import json
from collections.abc import Iterator

import pytest
from kiwi_sync.state.table import Change
from kiwi_transform import wiring

from tests.unit.transform.deployed import AGREEMENT, LEASE, TENANT, UNIT, Deployed, deployed


@pytest.fixture(scope="module")
def sample() -> Iterator[Deployed]:
    with deployed("transform") as stack:
        yield stack


@pytest.fixture
def stack(sample: Deployed) -> Iterator[Deployed]:
    event = copy.deepcopy(sample.event)
    yield sample
    sample.event = event


def test_the_sample_event_writes_what_kiwi_should_hold_and_sends_it_on(stack: Deployed) -> None:
    assert stack.failed() == []
    assert json.loads(stack.row(UNIT).desired or "")["external_id"] == "0001-100-0001"
    assert json.loads(stack.row(TENANT).desired or "")["email_address"] == "anna@kiwi.example.com"
    assert json.loads(stack.row(AGREEMENT).desired or "")["external_id"] == "0001-100-0001-03-4711"
    assert stack.row(LEASE).todo is None
    assert stack.stack.messages["load"] == 5, "a unit, two tenants, two agreements"
    assert stack.failed() == []
    assert wiring.stage.cache_info().misses == wiring.stage.cache_info().currsize == 1


@pytest.mark.parametrize("body", ["no JSON", '{"keys": []}', '{"keys": ["no-key"]}'])
def test_messages_that_cannot_be_read_fail_and_the_others_do_not(stack: Deployed, body: str) -> None:
    stack.write(0, body)
    assert stack.failed() == [0]


def test_a_key_that_fails_alone_fails_its_message(stack: Deployed) -> None:
    stack.write(0, json.dumps({"keys": [f"muster-wohnbau/{UNIT}"]}))
    key = stack.row(UNIT).key
    assert stack.table.update((key.pk, key.sk), Change(put={"record": "no record"}))
    assert stack.failed() == [0]
    before = stack.stack.messages["transform"]
    stack.write(0, json.dumps({"keys": [f"muster-wohnbau/{TENANT}", f"muster-wohnbau/{UNIT}"]}))
    assert stack.failed() == []
    assert stack.stack.messages["transform"] == before + 1, "sent again, alone"
