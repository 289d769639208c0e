"""What a message on the export queue is, and where the document that it means can be read."""

import json
from dataclasses import dataclass
from operator import not_
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from kiwi_sync.erp.envelope import MAX_PARTS
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from kiwi_extract.reading.erp_json import RejectedExportError
from kiwi_extract.sweep.sweep import SweepOrder

M = TypeVar("M", bound=BaseModel)
PARTS = "erp-export-parts/1"
SMALL = 2**18
"""Pointers, notifications and sweeps are smaller; only a document is larger."""


KEY_BYTES = 1024
"""Of an object's key, in UTF-8: S3 takes no more."""


class Pointer(BaseModel):
    """A message that says where an export lies. `version`: of the object, so that it is read twice alike.

    `plan`: the fingerprint of the plan that is to be carried out; then it is no dry run, whatever it says.
    `earnest`: it is none either, but is bound to no plan (any more).
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    bucket: str = Field(min_length=1)
    key: str = Field(min_length=1)
    version: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._~+/=-]{1,1024}$")
    side: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._~+/=-]{0,1024}$")
    """Version of the side file, "" if there is none; None: not looked for yet."""
    plan: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    earnest: bool = Field(default=False, exclude_if=not_)

    @field_validator("key")
    @classmethod
    def _as_s3_counts(cls, key: str) -> str:
        if len(key.encode()) > KEY_BYTES:
            raise ValueError("too long")
        return key

    def message(self) -> str:
        """The message that it is."""
        return json.dumps({"format": "erp-export-pointer/1", **self.model_dump(exclude_none=True)})


class Parts(BaseModel):
    """A message that says where all parts of one export lie, in their order.

    `connection`, `export_id`: of which export. `exported_at`, `export_id`: for parts that do not say them.
    `plan`, `earnest`: as of a pointer.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    parts: tuple[Pointer, ...] = Field(min_length=1, max_length=MAX_PARTS)
    connection: str | None = None
    export_id: str | None = None
    exported_at: AwareDatetime | None = None
    plan: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    earnest: bool = Field(default=False, exclude_if=not_)

    def message(self) -> str:
        """The message that it is."""
        return json.dumps({"format": PARTS, **self.model_dump(mode="json", exclude_none=True)})


@dataclass(frozen=True)
class Inline:
    """The message is the document."""

    body: bytes


@dataclass(frozen=True)
class Ignored:
    """The message wants nothing."""


Source = Inline | Pointer | Parts
Intake = Source | SweepOrder | Ignored


def understand(body: str) -> list[Intake]:
    """What a message means; an S3 notification may mean several objects.

    Raises:
        RejectedExportError: it says that it is a pointer, but is none.
    """
    value = _small_json(body)
    if value.get("Event") == "s3:TestEvent":
        return [Ignored()]
    if value.get("format") == "kiwi-sweep/1":
        return [_parsed(SweepOrder, value)]
    if value.get("format") == "erp-export-pointer/1":
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
    """What is wrong, without the names of keys that we do not know: they may say anything."""
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
