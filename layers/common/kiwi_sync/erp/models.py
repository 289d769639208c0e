"""The records of an ERP export, validated. Field names stay German, as in the ERP."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from kiwi_sync.erp.fields import (
    OPEN_ENDED_YEAR,
    Day,
    Latitude,
    Longitude,
    Number,
    Text,
    is_blank,
)
from kiwi_sync.keys import RowKey, RowKind

TENANTS = 100
"""The most tenants of a lease: each makes an agreement, and the lease's row holds them all."""


class Record(BaseModel, ABC):
    """Common behaviour of all records: blank fields count as missing, unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    kind: ClassVar[RowKind]
    mandant: Number

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if not is_blank(value)}

    @property
    @abstractmethod
    def numbers(self) -> tuple[str, ...]:
        """The numbers that, together with the Mandant, identify the record."""

    def key(self, connection: str) -> RowKey:
        """The key of this record's row."""
        return RowKey(connection, self.kind, self.mandant, self.numbers)


class Einheitsnummer(BaseModel):
    """The number of a lease's unit, within the lease's own Mandant."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    wirtschaftseinheit: Number
    nummer: Number


class VerwaltungseinheitKey(Record):
    """The key of a Verwaltungseinheit (rental unit)."""

    kind: ClassVar[RowKind] = RowKind.VERWALTUNGSEINHEIT
    wirtschaftseinheit: Number
    nummer: Number

    @property
    def numbers(self) -> tuple[str, ...]:
        """Wirtschaftseinheit and Nummer."""
        return (self.wirtschaftseinheit, self.nummer)


class MieterKey(Record):
    """The key of a Mieter (tenant)."""

    kind: ClassVar[RowKind] = RowKind.MIETER
    nummer: Number

    @property
    def numbers(self) -> tuple[str, ...]:
        """The Nummer alone."""
        return (self.nummer,)


class MietvertragKey(MieterKey):
    """The key of a Mietvertrag (lease)."""

    kind: ClassVar[RowKind] = RowKind.MIETVERTRAG


class Verwaltungseinheit(VerwaltungseinheitKey):
    """A rental unit as the ERP has it."""

    bezeichnung: Text | None = None
    strasse: Text | None = None
    hausnummer: Text | None = None
    plz: Text | None = None
    ort: Text | None = None
    bundesland: Text | None = None
    land: Text | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class Mieter(MieterKey):
    """A tenant as the ERP has it: a person or a company."""

    vorname: Text | None = None
    nachname: Text | None = None
    firma: Text | None = None
    email: Text | None = None


class Mietvertrag(MietvertragKey):
    """A lease: one unit, one or more tenants (the first is the Hauptmieter), from a day, perhaps to a day."""

    verwaltungseinheit: Einheitsnummer
    mieter: tuple[Number, ...] = Field(min_length=1, max_length=TENANTS)
    beginn: Day
    ende: Day | None = None

    @field_validator("mieter")
    @classmethod
    def _each_once(cls, mieter: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mieter))

    @field_validator("ende")
    @classmethod
    def _open_ended(cls, ende: Day | None) -> Day | None:
        return None if ende is None or ende.year == OPEN_ENDED_YEAR else ende

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ende is not None and self.ende < self.beginn:
            raise PydanticCustomError("ende_before_beginn", "ende must not be before beginn")
        return self

    def unit_key(self, connection: str) -> RowKey:
        """The key of the unit's row."""
        unit = self.verwaltungseinheit
        numbers = (unit.wirtschaftseinheit, unit.nummer)
        return RowKey(connection, RowKind.VERWALTUNGSEINHEIT, self.mandant, numbers)

    def tenant_key(self, connection: str, nummer: str) -> RowKey:
        """The key of a tenant's row."""
        return RowKey(connection, RowKind.MIETER, self.mandant, (nummer,))

    def agreement_key(self, connection: str, nummer: str) -> RowKey:
        """The key of the row of the agreement between this lease and a tenant."""
        return RowKey(connection, RowKind.RENTAL_AGREEMENT, self.mandant, (self.nummer, nummer))


RECORDS: dict[RowKind, type[Verwaltungseinheit] | type[Mieter] | type[Mietvertrag]] = {
    RowKind.VERWALTUNGSEINHEIT: Verwaltungseinheit,
    RowKind.MIETER: Mieter,
    RowKind.MIETVERTRAG: Mietvertrag,
}
