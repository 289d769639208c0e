"""Messages of the queues between the stages, and of the export queue. They carry keys and places only."""

import json
from operator import not_
from typing import Final, Literal

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from kiwi_sync.connections import CONNECTION_ID
from kiwi_sync.erp.envelope import MAX_PARTS

POINTER = "erp-export-pointer/1"
PARTS = "erp-export-parts/1"
SWEEP: Final = "kiwi-sweep/1"

KEY_BYTES = 1024
"""Of an object's key, in UTF-8: S3 takes no more."""

# Release 0.1 wrote `earnest`: messages under way and documents that were kept for an approval still say it.
_IGNORE_DRY_RUN = Field(
    default=False, validation_alias=AliasChoices("ignore_dry_run", "earnest"), exclude_if=not_
)


class Pointer(BaseModel):
    """A message that says where an export lies. `version`: of the object, so that it is read twice alike.

    `plan`: the fingerprint of the plan that is to be carried out. `ignore_dry_run`: carry the export out even
    if it says `dry_run` (a person has approved its hold); a plan implies it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    bucket: str = Field(min_length=1)
    key: str = Field(min_length=1)
    version: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._~+/=-]{1,1024}$")
    side: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._~+/=-]{0,1024}$")
    """Version of the side file, "" if there is none; None: not looked for yet."""
    plan: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    ignore_dry_run: bool = _IGNORE_DRY_RUN

    @field_validator("key")
    @classmethod
    def _as_s3_counts(cls, key: str) -> str:
        if len(key.encode()) > KEY_BYTES:
            raise ValueError("too long")
        return key

    def message(self) -> str:
        """The message that it is."""
        return json.dumps({"format": POINTER, **self.model_dump(exclude_none=True)})


class Parts(BaseModel):
    """A message that says where all parts of one export lie, in their order.

    `connection`, `export_id`: of which export. `exported_at`, `export_id`: for parts that do not say them.
    `plan`, `ignore_dry_run`: as for a pointer.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    parts: tuple[Pointer, ...] = Field(min_length=1, max_length=MAX_PARTS)
    connection: str | None = None
    export_id: str | None = None
    exported_at: AwareDatetime | None = None
    plan: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    ignore_dry_run: bool = _IGNORE_DRY_RUN

    def message(self) -> str:
        """The message that it is."""
        return json.dumps({"format": PARTS, **self.model_dump(mode="json", exclude_none=True)})


class SweepOrder(BaseModel):
    """The message that starts a sweep, or lets it go on.

    `connection`: only this one. `resume`: KIWI is back, so do not wait until sent keys are due again.
    `until`: what is due later than this was sent by an earlier part of the same sweep. `part`: how many
    there were. `after`: the connections up to this one have been swept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["kiwi-sweep/1"] = SWEEP
    connection: str | None = Field(default=None, pattern=CONNECTION_ID)
    resume: bool = False
    until: str | None = Field(
        default=None, pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{6}Z$"
    )
    part: int = Field(default=0, ge=0)
    after: str | None = Field(default=None, pattern=CONNECTION_ID)

    def message(self) -> str:
        """The message that it is."""
        return json.dumps({"format": SWEEP, **self.model_dump(exclude_defaults=True, exclude={"format"})})


class TransformMessage(BaseModel):
    """A message to transform: keys of rows whose `source` may have changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    keys: tuple[str, ...] = Field(min_length=1)


class LoadMessage(BaseModel):
    """A message to load: one key.

    `wake`: sent by load itself, to a row whose `todo` may not stand; such a message must not be forgotten.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    key: str
    wake: bool = False
