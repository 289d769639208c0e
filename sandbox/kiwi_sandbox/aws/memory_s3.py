"""The buckets in memory, as a client of S3 shows them: as much of it as the functions use."""

# ruff: noqa: N803
# (Arguments have boto3's own names.)

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace
from typing import IO, Any
from uuid import uuid4

from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from kiwi_sandbox.aws.errors import refused
from kiwi_sandbox.template import Bucket

KEY_BYTES = 1024
METADATA_BYTES = 2048


@dataclass(frozen=True)
class _Version:
    """An object as it was put once."""

    id: str
    content: bytes
    modified: datetime
    metadata: Mapping[str, str]

    @property
    def etag(self) -> str:
        """S3's fingerprint of the content, in quotation marks."""
        return f'"{hashlib.md5(self.content, usedforsecurity=False).hexdigest()}"'


class MemoryS3:
    """A client of S3 over buckets in memory. A bucket that is not versioned keeps the last version only."""

    def __init__(
        self, buckets: Iterable[Bucket], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.exceptions = SimpleNamespace(ClientError=ClientError)
        self._versioned = {bucket.name: bucket.versioned for bucket in buckets}
        self._objects: dict[str, dict[str, list[_Version]]] = {name: {} for name in self._versioned}
        self._clock = clock
        self._lock = threading.Lock()

    def get_object(self, *, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
        """An object with its content, as a stream."""
        found = self._found("GetObject", Bucket, Key, VersionId)
        body = StreamingBody(BytesIO(found.content), len(found.content))
        return {**self._described(Bucket, found), "Body": body}

    def head_object(self, *, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
        """An object without its content. Its errors have no name, only a number, since they have no text."""
        try:
            return self._described(Bucket, self._found("HeadObject", Bucket, Key, VersionId))
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise refused("HeadObject", "", str(status), status) from None

    def put_object(
        self, *, Bucket: str, Key: str, Body: bytes | IO[bytes], Metadata: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Put an object."""
        content = Body if isinstance(Body, bytes) else Body.read()
        return self._put("PutObject", Bucket, Key, content, Metadata or {})

    def copy_object(
        self,
        *,
        Bucket: str,
        Key: str,
        CopySource: Mapping[str, str],
        Metadata: Mapping[str, str] | None = None,
        MetadataDirective: str = "COPY",
    ) -> dict[str, str]:
        """Put an object that lies here already, with other metadata if the directive says so."""
        version = CopySource.get("VersionId")
        found = self._found("CopyObject", CopySource["Bucket"], CopySource["Key"], version)
        replaces = MetadataDirective == "REPLACE"
        same = (CopySource["Bucket"], CopySource["Key"]) == (Bucket, Key)
        if same and version is None and not replaces:
            raise refused("CopyObject", "This copy request would change nothing.", "InvalidRequest")
        metadata = (Metadata or {}) if replaces else found.metadata
        return self._put("CopyObject", Bucket, Key, found.content, metadata)

    def list_objects_v2(self, *, Bucket: str, Prefix: str = "") -> dict[str, Any]:
        """The keys of a bucket, in order."""
        with self._lock:
            keys = sorted(key for key in self._bucket("ListObjectsV2", Bucket) if key.startswith(Prefix))
            return {"KeyCount": len(keys), "Contents": [{"Key": key} for key in keys]}

    def _put(
        self, operation: str, bucket: str, key: str, content: bytes, metadata: Mapping[str, str]
    ) -> dict[str, str]:
        if sum(len(name.encode()) + len(value.encode()) for name, value in metadata.items()) > METADATA_BYTES:
            raise refused(operation, "Your metadata headers exceed the maximum size.", "MetadataTooLarge")
        if not all(map(str.isascii, metadata.values())):
            raise refused(operation, "Metadata may hold ASCII only.", "InvalidArgument")
        with self._lock:
            objects = self._bucket(operation, bucket)
            _check_key(operation, key)
            versioned = self._versioned[bucket]
            known = {name.lower(): value for name, value in metadata.items()}
            moment = self._clock().replace(microsecond=0)
            new = _Version(uuid4().hex if versioned else "null", content, moment, known)
            objects[key] = [*objects.get(key, []), new] if versioned else [new]
        return {"ETag": new.etag} | ({"VersionId": new.id} if versioned else {})

    def _found(self, operation: str, bucket: str, key: str, version: str | None) -> _Version:
        with self._lock:
            versions = self._bucket(operation, bucket).get(key, [])
            _check_key(operation, key)
            if not versions:
                raise refused(operation, "The specified key does not exist.", "NoSuchKey", 404)
            if version is None:
                return versions[-1]
            for one in versions:
                if one.id == version:
                    return one
        if not version:
            raise refused(operation, "Version id cannot be the empty string", "InvalidArgument")
        raise refused(operation, "The specified version does not exist.", "NoSuchVersion", 404)

    def _described(self, bucket: str, found: _Version) -> dict[str, Any]:
        described = {
            "ContentLength": len(found.content),
            "ETag": found.etag,
            "LastModified": found.modified,
            "Metadata": dict(found.metadata),
        }
        return described | ({"VersionId": found.id} if self._versioned[bucket] else {})

    def _bucket(self, operation: str, name: str) -> dict[str, list[_Version]]:
        if name not in self._objects:
            raise refused(operation, "The specified bucket does not exist", "NoSuchBucket", 404)
        return self._objects[name]


def _check_key(operation: str, key: str) -> None:
    if not 0 < len(key.encode()) <= KEY_BYTES:
        raise refused(operation, "Your key is too long", "KeyTooLongError")
