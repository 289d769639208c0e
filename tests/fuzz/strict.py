"""Queue and bucket in memory that refuse what the real ones refuse, as the sandbox's table does."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NoReturn

from botocore.exceptions import ClientError
from kiwi_sync.queues import Outgoing

from tests.fakes.memory import MemoryQueue, MemoryTable

MESSAGE_BYTES = 2**20
METADATA_BYTES = 2048
VERSION = "v1"
_VERSION_ID = re.compile(r"[A-Za-z0-9._~+/=-]{1,1024}")


class RefusedError(Exception):
    """AWS would not take this: a fault of ours."""


class CopiedTable(MemoryTable):
    """A table that can be copied, to be changed by itself."""

    def copied(self) -> "CopiedTable":
        """The same. Items are replaced, never changed: they are shared."""
        copy = CopiedTable()
        copy.items = {pk: dict(rows) for pk, rows in self.items.items()}
        copy._owed = {todo: dict(keys) for todo, keys in self._owed.items()}
        return copy


class StrictQueue(MemoryQueue):
    """A queue with SQS's limits on messages."""

    def send(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            if not 0 < len(message.body.encode()) <= MESSAGE_BYTES or not 0 <= message.delay <= 900:
                raise RefusedError("a message that SQS does not take")
            super().send([message])


class StrictS3:
    """The part of an S3 client that extract uses, over a bucket in memory with one version of each object."""

    def __init__(self, bucket: str, objects: dict[str, bytes], modified: datetime) -> None:
        self.modified = modified
        self.metadata: dict[str, dict[str, str]] = {}
        self.bucket = bucket
        self.objects = objects
        self.exceptions = SimpleNamespace(ClientError=ClientError)

    def get_object(self, *, Bucket: str, Key: str, VersionId: str = VERSION) -> dict[str, Any]:  # noqa: N803 - S3's names
        content = self._found(Bucket, Key, VersionId)
        return {
            "Body": io.BytesIO(content),
            "ContentLength": len(content),
            "VersionId": VERSION,
            "LastModified": self.modified,
            "Metadata": self.metadata.get(Key, {}),
        }

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> dict[str, str]:  # noqa: N803 - S3's names
        self._check(Bucket, Key)
        self.objects[Key] = Body
        return {"VersionId": VERSION}

    def copy_object(
        self,
        *,
        Bucket: str,  # noqa: N803 - boto3's
        Key: str,  # noqa: N803 - boto3's
        CopySource: dict[str, str],  # noqa: N803 - boto3's
        Metadata: dict[str, str],  # noqa: N803 - boto3's
        MetadataDirective: str,  # noqa: N803 - boto3's
    ) -> dict[str, str]:
        size = sum(len(name) + len(value) for name, value in Metadata.items())
        if (
            MetadataDirective != "REPLACE"
            or size > METADATA_BYTES
            or not all(map(str.isascii, Metadata.values()))
        ):
            raise RefusedError("metadata that S3 does not take")
        self.metadata[Key] = Metadata
        self._check(Bucket, Key)
        source = {"VersionId": VERSION, **CopySource}
        if not source["VersionId"].isascii() or not source["VersionId"].isprintable():
            raise RefusedError("a header that is none")
        self.objects[Key] = self._found(source["Bucket"], source["Key"], source["VersionId"])
        return {"VersionId": VERSION}

    def _found(self, bucket: str, key: str, version: str) -> bytes:
        self._check(bucket, key)
        if key not in self.objects:
            _fail("NoSuchKey")
        if version != VERSION:
            _fail("NoSuchVersion" if _VERSION_ID.fullmatch(version) else "InvalidArgument")
        return self.objects[key]

    def _check(self, bucket: str, key: str) -> None:
        if bucket != self.bucket:
            raise RefusedError("another bucket was asked")
        if not key:
            raise RefusedError("an empty key")
        if len(key.encode()) > 1024:
            _fail("KeyTooLongError")


def _fail(code: str) -> NoReturn:
    raise ClientError({"Error": {"Code": code, "Message": "?"}}, "GetObject")
