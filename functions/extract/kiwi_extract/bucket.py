"""The export bucket: reads exports that lie there, keeps documents that were refused or held."""

from typing import IO, TYPE_CHECKING, cast

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.document import RejectedExportError
from kiwi_extract.intake import Inline, Pointer

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

MAX_BYTES = 512 * 2**20
"""Of an export: about as much as one invocation can read."""
_ABSENT = frozenset(
    {
        "NoSuchKey",
        "NoSuchVersion",
        "404",
        # A version that is only the mark of a deletion; versions and keys that cannot be.
        "MethodNotAllowed",
        "InvalidArgument",
        "InvalidURI",
        "KeyTooLongError",
    }
)


class ExportBucket:
    """The one bucket that exports may come from."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    def open(self, pointer: Pointer) -> tuple[IO[bytes], Pointer]:
        """The object as a stream, and a pointer to exactly this version of it.

        Raises:
            RejectedExportError: it lies in another bucket, is too large, or is not there (any more).
        """
        if pointer.bucket != self._name:
            raise RejectedExportError(RejectedExport.FOREIGN_BUCKET, "bucket: not this stack's export bucket")
        try:
            if pointer.version is None:
                answer = self._client.get_object(Bucket=self._name, Key=pointer.key)
            else:
                answer = self._client.get_object(
                    Bucket=self._name, Key=pointer.key, VersionId=pointer.version
                )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                raise RejectedExportError(RejectedExport.OBJECT_NOT_FOUND, "key: no such object") from None
            raise
        if answer.get("ContentLength", 0) > MAX_BYTES:
            answer["Body"].close()
            raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {MAX_BYTES // 2**20} MiB")
        exact = pointer.model_copy(update={"version": answer.get("VersionId")})
        return cast("IO[bytes]", answer["Body"]), exact

    def small(self, key: str, most: int) -> tuple[bytes, str] | None:
        """What lies at a key now, and which version it is; None: nothing. At most one byte over `most`."""
        try:
            answer = self._client.get_object(Bucket=self._name, Key=key)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise
        with answer["Body"] as body:
            content = body.read(most + 1)
        return content, answer.get("VersionId", answer["ETag"].strip('"'))

    def keep(self, source: Inline | Pointer, name: str) -> str | None:
        """Keep a refused document under `rejected/`; its key, None if there is nothing to keep."""
        kept = self._put(source, f"rejected/{name}.json")
        return kept.key if kept else None

    def keep_held(self, source: Inline | Pointer, name: str) -> Pointer | None:
        """Keep a document under `held/`, and point to this version; None if it is not there any more."""
        return self._put(source, f"held/{name}.json")

    def _put(self, source: Inline | Pointer, key: str) -> Pointer | None:
        if isinstance(source, Inline):
            put = self._client.put_object(Bucket=self._name, Key=key, Body=source.body)
            return Pointer(bucket=self._name, key=key, version=put.get("VersionId"))
        if source.bucket != self._name:
            return None
        origin: CopySourceTypeDef = {"Bucket": self._name, "Key": source.key}
        if source.version is not None:
            origin["VersionId"] = source.version
        try:
            copy = self._client.copy_object(Bucket=self._name, Key=key, CopySource=origin)
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return None
            if code == "InvalidRequest":
                # Too large for one copy (5 GB), or this very object: it is kept where it lies.
                return source
            raise
        return Pointer(bucket=self._name, key=key, version=copy.get("VersionId"))
