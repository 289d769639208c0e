"""The bucket in memory and the embedded AWS's do the same, as far as the functions use them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from kiwi_sandbox.aws.memory_s3 import MemoryS3
from kiwi_sandbox.template import Bucket

NAME = "exports"
BUCKET = Bucket(NAME, versioned=True, notifications=())
KINDS = ["memory", "embedded"]


def new_client(request: pytest.FixtureRequest, bucket: Bucket) -> Any:
    if request.param == "memory":
        return MemoryS3([bucket])
    request.getfixturevalue("aws")
    client = boto3.Session("testing", "testing", "testing", "eu-central-1").client("s3")
    request.addfinalizer(client.close)
    where: Any = {"LocationConstraint": "eu-central-1"}
    client.create_bucket(Bucket=bucket.name, CreateBucketConfiguration=where)
    if bucket.versioned:
        client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
    return client


@pytest.fixture(params=KINDS)
def s3(request: pytest.FixtureRequest) -> Any:
    """A client with one bucket, that keeps versions."""
    name = f"{NAME}-{abs(hash(request.node.name))}"
    client = new_client(request, replace(BUCKET, name=name))
    return _Of(client, name)


@pytest.fixture(params=KINDS)
def plain(request: pytest.FixtureRequest) -> Any:
    """The same without versions."""
    name = f"plain-{abs(hash(request.node.name))}"
    return _Of(new_client(request, Bucket(name, versioned=False, notifications=())), name)


class _Of:
    """A client, asked about its one bucket."""

    def __init__(self, client: Any, name: str) -> None:
        self.client, self.name = client, name

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        method = getattr(self.client, operation)
        return lambda **arguments: method(**({"Bucket": self.name} | arguments))


def code(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def test_an_object_comes_back_with_what_is_known_of_it(s3: Any) -> None:
    put = s3.put_object(Key="a/b.json", Body=b"{}", Metadata={"Place": "x"})
    got = s3.get_object(Key="a/b.json")
    with got["Body"] as body:
        assert (body.read(1), body.read()) == (b"{", b"}")
    assert got["ContentLength"] == 2
    assert got["VersionId"] == put["VersionId"]
    assert got["ETag"] == put["ETag"]
    assert got["Metadata"] == {"place": "x"}
    assert got["LastModified"].microsecond == 0
    assert abs(got["LastModified"] - datetime.now(UTC)) < timedelta(minutes=1)
    head = s3.head_object(Key="a/b.json")
    assert (head["LastModified"], head["ContentLength"]) == (got["LastModified"], 2)


def test_every_version_is_kept(s3: Any) -> None:
    first, second = (s3.put_object(Key="k", Body=body)["VersionId"] for body in (b"1", b"2"))
    assert first != second
    assert s3.get_object(Key="k")["Body"].read() == b"2"
    assert s3.get_object(Key="k", VersionId=first)["Body"].read() == b"1"


def test_a_bucket_without_versions_keeps_the_last(plain: Any) -> None:
    for body in (b"1", b"2"):
        assert "VersionId" not in plain.put_object(Key="k", Body=body)
    got = plain.get_object(Key="k")
    assert got["Body"].read() == b"2"
    assert "VersionId" not in got


def test_a_copy_of_a_version_with_its_own_metadata(s3: Any) -> None:
    first = s3.put_object(Key="k", Body=b"1", Metadata={"a": "1"})["VersionId"]
    s3.put_object(Key="k", Body=b"2")
    source = {"Bucket": s3.name, "Key": "k", "VersionId": first}
    made = s3.copy_object(Key="c", CopySource=source, Metadata={"b": "2"}, MetadataDirective="REPLACE")
    got = s3.get_object(Key="c", VersionId=made["VersionId"])
    assert (got["Body"].read(), got["Metadata"]) == (b"1", {"b": "2"})
    s3.copy_object(Key="d", CopySource=source)
    assert s3.get_object(Key="d")["Metadata"] == {"a": "1"}


def test_keys_are_listed_in_order(s3: Any) -> None:
    for key in ("b", "a/2", "a/1"):
        s3.put_object(Key=key, Body=b"")
    assert [one["Key"] for one in s3.list_objects_v2()["Contents"]] == ["a/1", "a/2", "b"]
    assert [one["Key"] for one in s3.list_objects_v2(Prefix="a/")["Contents"]] == ["a/1", "a/2"]


def test_what_is_not_there_is_named_as_s3_names_it(s3: Any) -> None:
    known = s3.put_object(Key="k", Body=b"")["VersionId"]
    other = s3.put_object(Key="l", Body=b"")["VersionId"]
    assert code(lambda: s3.get_object(Key="none")) == "NoSuchKey"
    assert code(lambda: s3.head_object(Key="none")) == "404"
    assert code(lambda: s3.get_object(Key="k", VersionId=other)) == "NoSuchVersion"
    assert code(lambda: s3.get_object(Bucket="no-such-bucket", Key="k")) == "NoSuchBucket"
    source = {"Bucket": s3.name, "Key": "none", "VersionId": known}
    copying = {"Key": "c", "MetadataDirective": "REPLACE", "Metadata": {}}
    assert code(lambda: s3.copy_object(CopySource=source, **copying)) in {"NoSuchKey", "NoSuchVersion"}


def test_a_key_that_is_too_long_is_refused_in_memory() -> None:
    """The embedded AWS stores it."""
    client = MemoryS3([BUCKET])
    assert code(lambda: client.put_object(Bucket=NAME, Key="ä" * 513, Body=b"")) == "KeyTooLongError"
    assert code(lambda: client.get_object(Bucket=NAME, Key="k" * 1025)) == "KeyTooLongError"


def test_metadata_has_its_limits_in_memory() -> None:
    """The embedded AWS has none; boto3 lets ASCII pass only."""
    client = MemoryS3([BUCKET])
    put: dict[str, Any] = {"Bucket": NAME, "Key": "k", "Body": b""}
    assert code(lambda: client.put_object(**put, Metadata={"a": "x" * 2048})) == "MetadataTooLarge"
    assert code(lambda: client.put_object(**put, Metadata={"a": "ä"})) == "InvalidArgument"
    assert code(lambda: client.get_object(Bucket=NAME, Key="k")) == "NoSuchKey"
