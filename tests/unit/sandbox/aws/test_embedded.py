"""The embedded AWS: what it creates, what it counts, and that it touches nothing else."""

import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from kiwi_sandbox.aws.embedded import EmbeddedAws
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.stack import TEMPLATE
from kiwi_sandbox.template import read_template

BLUEPRINT = read_template(TEMPLATE)


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws(BLUEPRINT) as aws:
        yield aws


def key(pk: str, sk: str = "x") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def test_everything_of_the_template_is_there(aws: EmbeddedAws) -> None:
    urls = aws.sqs.list_queues()["QueueUrls"]
    assert {url.rpartition("/")[2] for url in urls} == BLUEPRINT.queues.keys()
    table = aws.dynamodb.describe_table(TableName=aws.table.name)["Table"]
    assert [index["IndexName"] for index in table["GlobalSecondaryIndexes"]] == ["outstanding"]
    ttl = aws.dynamodb.describe_time_to_live(TableName=aws.table.name)["TimeToLiveDescription"]
    assert (ttl["TimeToLiveStatus"], ttl["AttributeName"]) == ("ENABLED", "expires")
    assert aws.s3.get_bucket_versioning(Bucket=aws.bucket.name)["Status"] == "Enabled"
    for name, value in BLUEPRINT.secrets.items():
        assert aws.secrets.get_secret_value(SecretId=name)["SecretString"] == value
    for name, value in BLUEPRINT.parameters.items():
        assert aws.ssm.get_parameter(Name=name)["Parameter"]["Value"] == value


def test_parameters_and_secrets_can_be_replaced(aws: EmbeddedAws) -> None:
    for value in ("one", "two"):
        aws.put_parameter("/name", value)
        aws.put_secret("name", value)
    assert aws.ssm.get_parameter(Name="/name")["Parameter"]["Value"] == "two"
    assert aws.secrets.get_secret_value(SecretId="name")["SecretString"] == "two"


def test_a_notification_is_sent_for_keys_that_its_filter_lets_through(aws: EmbeddedAws) -> None:
    version = aws.upload("exports/ä b.json", b"{}")
    assert len(aws.notify("exports/ä b.json", 2, version)) == 1
    assert aws.notify("rejected/a.json", 2, None) == []
    queue = BLUEPRINT.source("extract").queue
    (message,) = aws.sqs.receive_message(QueueUrl=queue.url)["Messages"]
    (record,) = json.loads(message["Body"])["Records"]
    assert record["s3"]["object"] == {
        "key": "exports/%C3%A4+b.json",
        "size": 2,
        "sequencer": "0",
        "versionId": version,
    }
    assert record["s3"]["bucket"]["name"] == aws.bucket.name


def test_the_system_s_own_bookkeeping_is_no_state_write(aws: EmbeddedAws) -> None:
    for item in (key("%connection#c"), key("%run#c"), key("c#0001#mieter#0", "%watermark")):
        aws.dynamodb.put_item(TableName=aws.table.name, Item=item)
    assert aws.meter.state_writes == 0


def test_every_kind_of_write_of_a_row_counts(aws: EmbeddedAws) -> None:
    table = aws.table.name
    aws.dynamodb.put_item(TableName=table, Item=key("%claim#c"))
    aws.dynamodb.update_item(TableName=table, Key=key("%link#c"), UpdateExpression="REMOVE a")
    aws.dynamodb.delete_item(TableName=table, Key=key("c#0001#mieter#0"))
    batch: Any = [{"PutRequest": {"Item": key("a")}}, {"DeleteRequest": {"Key": key("b")}}]
    aws.dynamodb.batch_write_item(RequestItems={table: batch})
    actions: Any = [
        {"Put": {"TableName": table, "Item": key("p")}},
        {
            "ConditionCheck": {
                "TableName": table,
                "Key": key("q"),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        },
        {"Delete": {"TableName": table, "Key": key("r")}},
    ]
    aws.dynamodb.transact_write_items(TransactItems=actions)
    aws.dynamodb.get_item(TableName=table, Key=key("p"))
    assert aws.meter.state_writes == 7


def test_a_refused_write_counts_too(aws: EmbeddedAws) -> None:
    with pytest.raises(aws.dynamodb.exceptions.ConditionalCheckFailedException):
        aws.dynamodb.put_item(
            TableName=aws.table.name, Item=key("a"), ConditionExpression="attribute_exists(pk)"
        )
    assert aws.meter.state_writes == 1


def test_messages_count_by_queue_whoever_s_client_sends_them(aws: EmbeddedAws) -> None:
    queue = BLUEPRINT.source("transform").queue
    aws.send(queue, "one")
    entries: Any = [{"Id": str(number), "MessageBody": "more"} for number in range(3)]
    boto3.session.Session().client("sqs").send_message_batch(QueueUrl=queue.url, Entries=entries)
    assert aws.meter.messages == {queue.name: 4}


def test_many_threads_may_ask_at_once(aws: EmbeddedAws) -> None:
    def write(number: int) -> None:
        for place in range(20):
            aws.dynamodb.put_item(TableName=aws.table.name, Item=key(f"row-{number}", str(place)))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert aws.meter.state_writes == 160
    assert aws.dynamodb.scan(TableName=aws.table.name, Select="COUNT")["Count"] == 160


def put_large(aws: EmbeddedAws) -> list[tuple[str, str]]:
    """More rows than a page holds, also of each partition, in no order; their keys."""
    rows = [(pk, sk) for pk in "bac" for sk in "3120"]
    for pk, sk in rows:
        aws.dynamodb.put_item(TableName=aws.table.name, Item=key(pk, sk) | {"large": {"S": "x" * 300_000}})
    return rows


def keys_of(pages: list[Any]) -> list[tuple[str, str]]:
    return [(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]]


def test_a_table_of_several_pages_is_scanned(aws: EmbeddedAws) -> None:
    rows = put_large(aws)
    pages = list(aws.dynamodb.get_paginator("scan").paginate(TableName=aws.table.name))
    assert len(pages) > 3
    assert keys_of(pages) == sorted(rows)


def test_a_partition_of_several_pages_is_queried(aws: EmbeddedAws) -> None:
    put_large(aws)
    pages = list(
        aws.dynamodb.get_paginator("query").paginate(
            TableName=aws.table.name,
            KeyConditionExpression="pk = :b",
            ExpressionAttributeValues={":b": {"S": "b"}},
        )
    )
    assert len(pages) > 1
    assert keys_of(pages) == [("b", sk) for sk in "0123"]


def test_http_to_other_hosts_is_left_alone(aws: EmbeddedAws) -> None:
    with EmbeddedKiwi() as kiwi, httpx.Client() as client:
        kiwi.add_account("me", "secret")
        answer = client.post(f"{kiwi.api_url}/v1/session", json={"username": "me", "password": "secret"})
    assert answer.status_code == 200


def test_the_user_s_own_environment_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    with EmbeddedAws(BLUEPRINT):
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL_S3" not in os.environ
    assert os.environ["AWS_PROFILE"] == "mine"
    assert "AWS_ACCESS_KEY_ID" not in os.environ


def test_each_one_begins_empty() -> None:
    for _ in range(2):
        with EmbeddedAws(BLUEPRINT) as aws:
            assert aws.dynamodb.scan(TableName=aws.table.name)["Count"] == 0
            aws.dynamodb.put_item(TableName=aws.table.name, Item=key("a"))
