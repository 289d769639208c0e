"""The export bucket: reads exports, and keeps plans and refused or held documents."""

import re
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from kiwi_sync.messages import Parts, Pointer
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.inbox.messages import Inline, Source
from kiwi_extract.inbox.place import Place, place_of
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.side_file import SIDE_FILE, side_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef, GetObjectOutputTypeDef

MAX_BYTES = 512 * 2**20
"""The largest export in bytes: about as much as one invocation can read."""
_ABSENT = frozenset(
    {
        "NoSuchKey",
        "NoSuchVersion",
        "404",
        # A version that only marks a deletion; versions and keys that cannot exist.
        "MethodNotAllowed",
        "InvalidArgument",
        "InvalidURI",
        "KeyTooLongError",
    }
)


_SUFFIX = re.compile(r"(?:\.[A-Za-z0-9]{1,8})?\.[A-Za-z0-9]{1,8}")


class OpenedObject(NamedTuple):
    """An object: its content, a pointer to exactly this version, and its original place."""

    stream: IO[bytes]
    pointer: Pointer
    place: Place


class ExportBucket:
    """The one bucket that exports may come from."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    def open(self, pointer: Pointer) -> OpenedObject:
        """The object as a stream.

        Raises:
            RejectedExportError: it is in another bucket, is too large, or does not exist (any more).
        """
        if pointer.bucket != self._name:
            raise RejectedExportError(RejectedExport.FOREIGN_BUCKET, "bucket: not this stack's export bucket")
        answer = self._get(pointer.key, pointer.version)
        if answer is None:
            raise RejectedExportError(RejectedExport.OBJECT_NOT_FOUND, "key: no such object")
        if answer.get("ContentLength", 0) > MAX_BYTES:
            answer["Body"].close()
            raise RejectedExportError(RejectedExport.TOO_LARGE, f"more than {MAX_BYTES // 2**20} MiB")
        version = answer.get("VersionId")
        place = place_of(
            pointer.key,
            answer.get("LastModified"),
            version or str(answer.get("ETag", "")),
            pointer.side,
            answer.get("Metadata", {}),
        )
        exact = pointer.model_copy(update={"version": version})
        return OpenedObject(cast("IO[bytes]", answer["Body"]), exact, place)

    def side(self, place: Place) -> tuple[dict[str, Any], str]:
        """The content and version of an object's side file; version "" if there is none.

        Raises:
            RejectedExportError: the side file cannot be read, or this version no longer exists.
        """
        if place.folder is None or place.side == "":
            return {}, ""
        answer = self._get(f"{place.folder}/{SIDE_FILE}", place.side)
        if answer is None and place.side:
            # The export would be another one without it: not a dry run, not the approved one.
            detail = f"{SIDE_FILE}: this version is gone"
            raise RejectedExportError(RejectedExport.OBJECT_NOT_FOUND, detail)
        if answer is None:
            return {}, ""
        return side_file(cast("IO[bytes]", answer["Body"])), answer.get("VersionId") or "null"

    def _get(self, key: str, version: str | None) -> "GetObjectOutputTypeDef | None":
        """The object; None if it does not exist."""
        try:
            if version is None:
                return self._client.get_object(Bucket=self._name, Key=key)
            return self._client.get_object(Bucket=self._name, Key=key, VersionId=version)
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return None
            raise

    def small(self, key: str, most: int) -> tuple[bytes, str] | None:
        """Content and version of the object at a key; None if there is none. At most one byte over `most`."""
        answer = self._get(key, None)
        if answer is None:
            return None
        with answer["Body"] as body:
            content = body.read(most + 1)
        return content, answer.get("VersionId", answer["ETag"].strip('"'))

    def keep(self, source: Source, name: str, place: Place | None = None) -> str | None:
        """Keep a refused document under `rejected/`. Returns its key; None if there is nothing to keep.

        For an export in several objects, keeps the message that brings it again.
        """
        if isinstance(source, Parts):
            source = Inline(source.message().encode())
        kept = self._put(source, f"rejected/{name}", place)
        return kept.key if kept else None

    def keep_held(self, source: Inline | Pointer, name: str, place: Place | None = None) -> Pointer | None:
        """Keep a document under `held/`. Returns a pointer to this version; None if it no longer exists."""
        return self._put(source, f"held/{name}", place)

    def keep_planned(self, document: Inline, name: str) -> Pointer | None:
        """Keep a plan's document beside the plan. Returns a pointer to this version."""
        return self._put(document, f"plans/{name}.export", None)

    def keep_plan(self, plan: IO[bytes], name: str) -> Pointer:
        """Keep a plan under `plans/`. Returns a pointer to this version."""
        key = f"plans/{name}.json"
        put = self._client.put_object(Bucket=self._name, Key=key, Body=plan)
        return Pointer(bucket=self._name, key=key, version=put.get("VersionId"))

    def keep_parts_held(self, parts: Parts, name: str) -> Parts | None:
        """Keep all parts of an export in the same way."""
        kept = []
        for number, pointer in enumerate(parts.parts, start=1):
            try:
                found = self.open(pointer)
            except RejectedExportError:
                return None
            found.stream.close()
            part = self.keep_held(pointer, f"{name}-teil-{number}-von-{len(parts.parts)}", found.place)
            if part is None:
                return None
            kept.append(part)
        return parts.model_copy(update={"parts": tuple(kept)})

    def _put(self, source: Inline | Pointer, key: str, place: Place | None) -> Pointer | None:
        key = f"{key}{_suffix(source, place)}"
        if isinstance(source, Inline):
            put = self._client.put_object(Bucket=self._name, Key=key, Body=source.body)
            return Pointer(bucket=self._name, key=key, version=put.get("VersionId"))
        if source.bucket != self._name:
            return None
        origin: CopySourceTypeDef = {"Bucket": self._name, "Key": source.key}
        if source.version is not None:
            origin["VersionId"] = source.version
        known: Mapping[str, str] = place.metadata() if place else {}
        try:
            copy = self._client.copy_object(
                Bucket=self._name, Key=key, CopySource=origin, Metadata=known, MetadataDirective="REPLACE"
            )
        except self._client.exceptions.ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _ABSENT:
                return None
            if code == "InvalidRequest":
                # Too large for one copy (5 GB), or this very object: it is kept in place.
                return source
            raise
        return Pointer(bucket=self._name, key=key, version=copy.get("VersionId"))


def _suffix(source: Inline | Pointer, place: Place | None) -> str:
    """The file extension of a kept document, by which a person opens it."""
    if isinstance(source, Inline):
        return ".json" if source.body.lstrip()[:1] in (b"{", b"[") else ".txt"
    name = (place.key if place else source.key).rpartition("/")[2]
    found = _SUFFIX.search(name, max(0, len(name) - 18))
    return found[0].lower() if found and found.end() == len(name) else ".json"
