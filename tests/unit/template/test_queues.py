"""Queues: nothing is lost in them, nothing comes twice without need, nobody else gets at them."""

import pytest

from tests.unit.template.translated import (
    DEAD_LETTER_QUEUES,
    QUEUES,
    STAGES,
    of_type,
    properties,
    resources,
    statements,
)

FIFO = ("LoadQueue", "LoadDeadLetterQueue")
BEFORE_DEAD = {"ExportQueue": 5, "TransformQueue": 5, "LoadQueue": 12}
NAMES = {
    "ExportQueue": "export",
    "TransformQueue": "transform",
    "LoadQueue": "load.fifo",
    "ExportDeadLetterQueue": "export-dead",
    "TransformDeadLetterQueue": "transform-dead",
    "LoadDeadLetterQueue": "load-dead.fifo",
}
PAIRS = list(zip(QUEUES, DEAD_LETTER_QUEUES, strict=True))


def policy(queue: str) -> list[dict[str, object]]:
    (found,) = [it for it in of_type("AWS::SQS::QueuePolicy").values() if it["Queues"] == [f"${{{queue}}}"]]
    return statements(found["PolicyDocument"])


def test_these_are_the_queues() -> None:
    assert of_type("AWS::SQS::Queue").keys() == {*QUEUES, *DEAD_LETTER_QUEUES}


@pytest.mark.parametrize("queue", NAMES)
def test_a_queue_keeps_messages_for_14_days_encrypted_and_up_to_1_mib(queue: str) -> None:
    it = properties(queue)
    assert it["MessageRetentionPeriod"] == 14 * 24 * 60 * 60
    assert it["SqsManagedSseEnabled"] is True
    assert it["MaximumMessageSize"] == 1024 * 1024


@pytest.mark.parametrize(("queue", "name"), list(NAMES.items()))
def test_a_queue_has_the_stacks_name(queue: str, name: str) -> None:
    assert properties(queue)["QueueName"] == f"${{AWS::StackName}}-{name}"


@pytest.mark.parametrize(("queue", "dead"), PAIRS)
def test_a_queue_has_its_dead_letter_queue(queue: str, dead: str) -> None:
    assert properties(queue)["RedrivePolicy"] == {
        "deadLetterTargetArn": f"${{{dead}.Arn}}",
        "maxReceiveCount": BEFORE_DEAD[queue],
    }
    assert "RedrivePolicy" not in properties(dead)


@pytest.mark.parametrize(("queue", "dead"), PAIRS)
def test_a_dead_letter_queue_takes_from_its_own_queue_only(queue: str, dead: str) -> None:
    source = (
        f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{properties(queue)['QueueName']}"
    )
    assert properties(dead)["RedriveAllowPolicy"] == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [source],
    }


@pytest.mark.parametrize("queue", FIFO)
def test_load_is_fifo_with_high_throughput_and_no_deduplication_by_content(queue: str) -> None:
    it = properties(queue)
    assert it["FifoQueue"] is True
    assert it["QueueName"].endswith(".fifo")
    assert it["DeduplicationScope"] == "messageGroup"
    assert it["FifoThroughputLimit"] == "perMessageGroupId"
    assert it["ContentBasedDeduplication"] is False


@pytest.mark.parametrize("queue", sorted(NAMES.keys() - set(FIFO)))
def test_the_others_are_standard_queues(queue: str) -> None:
    assert "FifoQueue" not in properties(queue)
    assert not properties(queue)["QueueName"].endswith(".fifo")


@pytest.mark.parametrize(("stage", "queue"), list(zip(STAGES, QUEUES, strict=True)))
def test_a_message_stays_hidden_for_six_times_the_functions_time_out(stage: str, queue: str) -> None:
    assert properties(queue)["VisibilityTimeout"] >= 6 * properties(f"{stage}Function")["Timeout"]


@pytest.mark.parametrize("queue", NAMES)
def test_a_queue_refuses_what_is_not_encrypted_on_the_way(queue: str) -> None:
    (refusal,) = [it for it in policy(queue) if it["Effect"] == "Deny"]
    assert {key: value for key, value in refusal.items() if key != "Sid"} == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": f"${{{queue}.Arn}}",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_only_the_export_bucket_may_notify_and_only_the_export_queue() -> None:
    (allowed,) = [it for it in policy("ExportQueue") if it["Effect"] == "Allow"]
    bucket = f"arn:${{AWS::Partition}}:s3:::{properties('ExportBucket')['BucketName']}"
    assert {key: value for key, value in allowed.items() if key != "Sid"} == {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "${ExportQueue.Arn}",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": bucket},
            "StringEquals": {"aws:SourceAccount": "${AWS::AccountId}"},
        },
    }
    for queue in NAMES.keys() - {"ExportQueue"}:
        assert [it for it in policy(queue) if it["Effect"] == "Allow"] == []


def test_the_bucket_waits_for_the_policy_that_lets_it_notify() -> None:
    assert resources()["ExportBucket"]["DependsOn"] == "ExportQueuePolicy"
