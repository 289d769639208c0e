"""A queue's ledger on its own."""

from kiwi_sandbox.ledger import Ledger, Message
from kiwi_sandbox.template import QueueDefinition

QUEUE = QueueDefinition(
    "q", "https://sqs/q", "arn:q", fifo=False, visibility=60, attributes={}, max_receives=1
)


def test_a_message_that_was_received_often_enough_is_never_received_again() -> None:
    ledger = Ledger(QUEUE, lambda: 0.0, cap=0.0)
    ledger.add([Message("1", "a")])
    (message,) = ledger.receive(10)
    ledger.give_back(message)
    assert ledger.receive(10) == []
    assert ledger.retire() == [message]
    assert len(ledger) == 0


def test_attributes_of_a_message_are_named_as_lambda_names_them() -> None:
    attributes = {"trace": {"StringValue": "x", "DataType": "String"}}
    record = Message("1", "a", message_attributes=attributes).record(QUEUE)
    assert record["messageAttributes"] == {"trace": {"stringValue": "x", "dataType": "String"}}
    assert record["md5OfBody"] == "0cc175b9c0f1b6a831c399e269772661"
