"""Classifies messages of the export queue, and finds the documents they point to."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from kiwi_sync.messages import PARTS, POINTER, SWEEP, Parts, Pointer, SweepOrder
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import BaseModel, Field, ValidationError

from kiwi_extract.reading.errors import RejectedExportError

M = TypeVar("M", bound=BaseModel)
SMALL = 2**18
"""The largest pointer, notification or sweep order in bytes; anything larger is a document."""


@dataclass(frozen=True)
class Inline:
    """The message is the document."""

    body: bytes


@dataclass(frozen=True)
class Ignored:
    """The message asks for nothing."""


Source = Inline | Pointer | Parts
Intake = Source | SweepOrder | Ignored


def understand(body: str) -> list[Intake]:
    """The meaning of a message; an S3 notification may point to several objects.

    Raises:
        RejectedExportError: the message claims to be a pointer, but is none.
    """
    value = _small_json(body)
    if value.get("Event") == "s3:TestEvent":
        return [Ignored()]
    if value.get("format") == SWEEP:
        return [_parsed(SweepOrder, value)]
    if value.get("format") == POINTER:
        return [_parsed(Pointer, value)]
    if value.get("format") == PARTS:
        return [_parsed(Parts, value)]
    records = value.get("Records")
    if isinstance(records, list) and records and all(map(_is_notification, records)):
        return [_notified(record) for record in records]
    return [Inline(body.encode("utf-8", errors="surrogatepass"))]


def _small_json(body: str) -> dict[str, Any]:
    if len(body) > SMALL:
        return {}
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _parsed(model: type[M], value: dict[str, Any]) -> M:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise RejectedExportError(
            RejectedExport.ENVELOPE_INVALID, f"{_fields(error)}: missing or malformed"
        ) from None


def _fields(error: ValidationError) -> str:
    """The invalid fields, without the names of unknown keys: they may say anything."""
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    known = (
        "" if fault["type"] == "extra_forbidden" else ".".join(map(str, fault["loc"])) for fault in faults
    )
    return ", ".join(dict.fromkeys(place or "an unknown key" for place in known))


def _is_notification(record: Any) -> bool:
    return isinstance(record, dict) and record.get("eventSource") == "aws:s3"


def _notified(record: dict[str, Any]) -> Pointer:
    notice = _parsed(_Notification, record).s3
    key, version = unquote_plus(notice.object.key), notice.object.version_id
    return _parsed(Pointer, {"bucket": notice.bucket.name, "key": key, "version": version})


class _Bucket(BaseModel):
    name: str


class _Object(BaseModel):
    key: str = Field(min_length=1)
    version_id: str | None = Field(default=None, alias="versionId")


class _Place(BaseModel):
    bucket: _Bucket
    object: _Object


class _Notification(BaseModel):
    s3: _Place
