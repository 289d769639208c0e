"""The envelope of an export: connection, time, id, and the Mandanten it covers (format `erp-export/1`)."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from kiwi_sync.connections import CONNECTION_ID
from kiwi_sync.erp.fields import Number, Text, is_blank
from kiwi_sync.keys import RowKind
from kiwi_sync.times import stamp

EXPORT_ID = r"^[A-Za-z0-9._:-]{1,128}$"
SECTIONS = {
    "verwaltungseinheiten": RowKind.VERWALTUNGSEINHEIT,
    "mieter": RowKind.MIETER,
    "mietvertraege": RowKind.MIETVERTRAG,
}
"""The arrays of an export, with the kind of row that each fills."""


_DATE_TIME = re.compile(r"\s*\d{4}-\d{2}-\d{2}[Tt ]", re.ASCII)


def _date_time_text(value: Any) -> Any:
    """Refuse numbers and texts of digits: pydantic would read them as seconds since 1970, without zone."""
    if not isinstance(value, str):
        raise PydanticCustomError("not_text", "must be a text")
    if not _DATE_TIME.match(value):
        raise PydanticCustomError("not_a_date_time", "must be a date and a time with a time zone")
    return value


class Anzahl(BaseModel):
    """The number of records in each array, as counted by the ERP. Arrays may be missing."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)
    verwaltungseinheiten: int | None = None
    mieter: int | None = None
    mietvertraege: int | None = None


MAX_PARTS = 50
"""The most objects that one export may be split over."""


class Teil(BaseModel):
    """The position of a document among the parts of an export."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)
    nummer: int = Field(ge=1)
    von: int = Field(ge=1, le=MAX_PARTS)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.nummer > self.von:
            raise PydanticCustomError("out_of_range", "nummer must not be above von")
        return self


class Envelope(BaseModel):
    """The facts about an export that stand around its records."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    format: Literal["erp-export/1"]
    connection: Annotated[Text, Field(pattern=CONNECTION_ID)]
    export_id: Annotated[Text, Field(pattern=EXPORT_ID)]
    exported_at: Annotated[AwareDatetime, BeforeValidator(_date_time_text)]
    scope: Literal["full", "delta"]
    mandanten: tuple[Number, ...] = ()
    anzahl: Anzahl = Anzahl()
    teil: Teil | None = None
    dry_run: StrictBool = False
    """Whether the export is only to be planned."""

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, data: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in data.items() if not is_blank(value)}

    @model_validator(mode="after")
    def _complete_for_something(self) -> Self:
        if self.scope == "full" and not self.mandanten:
            raise PydanticCustomError("missing", "a full export lists the mandanten that it is complete for")
        return self

    @property
    def is_full(self) -> bool:
        """Whether records that are missing, in a Mandant that it lists, are gone."""
        return self.scope == "full"

    @property
    def is_part(self) -> bool:
        """Whether other documents hold more of the same export."""
        return self.teil is not None and self.teil.von > 1

    @property
    def version(self) -> str:
        """The export's place in order: its time in UTC, of fixed width, then its id."""
        moment: datetime = self.exported_at
        return f"{stamp(moment)} {self.export_id}"
