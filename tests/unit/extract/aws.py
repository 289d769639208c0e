"""The embedded AWS for extract: a versioned export bucket, and everything that its handler is wired to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.aws import Aws, embedded_aws, session

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "kiwi-sync-exports-123456789012"
PATH = "/kiwi-sync/connections"
SETTINGS = {
    "mandanten": ["0001", "0002"],
    "kiwi_api_url": "https://kiwi.example",
    "kiwi_erp_api_url": "https://erp.kiwi.example",
    "secret": "kiwi",
}


class Cloud:
    """The embedded AWS with an export bucket."""

    def __init__(self, aws: Aws) -> None:
        self.aws = aws
        self.s3: S3Client = session().client("s3")
        self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def upload(self, key: str, content: bytes) -> str:
        """The version of the new object."""
        return self.s3.put_object(Bucket=BUCKET, Key=key, Body=content)["VersionId"]

    def content(self, key: str) -> bytes:
        """The present content of the object."""
        return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def keys(self, prefix: str = "") -> list[str]:
        """The keys of all objects."""
        found = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return [one["Key"] for one in found]

    def connect(self, connection: str, **changes: Any) -> None:
        """Store a connection's settings."""
        value = json.dumps(SETTINGS | changes)
        self.aws.ssm.put_parameter(Name=f"{PATH}/{connection}", Value=value, Type="String", Overwrite=True)


@contextmanager
def cloud() -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        with embedded_aws() as aws:
            made = Cloud(aws)
            yield made
            made.s3.close()
