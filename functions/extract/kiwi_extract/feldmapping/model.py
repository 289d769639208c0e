"""The model of a mapping: checks the file, and generates the JSON Schema."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kiwi_extract.feldmapping.base_model import Flag, Part, Text, fault
from kiwi_extract.feldmapping.value_model import Condition, Value, Values

NOTHING_MAPPED = "nothing_mapped"


class EinheitFields(Part):
    """The fields of a Verwaltungseinheit."""

    mandant: Value
    wirtschaftseinheit: Value
    nummer: Value
    bezeichnung: Value | None = None
    strasse: Value | None = None
    hausnummer: Value | None = None
    plz: Value | None = None
    ort: Value | None = None
    bundesland: Value | None = None
    land: Value | None = None
    latitude: Value | None = None
    longitude: Value | None = None


class MieterFields(Part):
    """The fields of a Mieter."""

    mandant: Value
    nummer: Value
    vorname: Value | None = None
    nachname: Value | None = None
    firma: Value | None = None
    email: Value | None = None


class EinheitsnummerFields(Part):
    """The number of a lease's unit."""

    wirtschaftseinheit: Value
    nummer: Value


class MietvertragFields(Part):
    """The fields of a Mietvertrag."""

    mandant: Value
    nummer: Value
    verwaltungseinheit: EinheitsnummerFields | None = None
    mieter: tuple[Values, ...] | None = Field(None, min_length=1, max_length=100)
    beginn: Value | None = None
    ende: Value | None = None


class TableModel(Part):
    """The files, sheets or lists to read records from, the rows to use, and the way to read them."""

    from_: tuple[Text, ...] = Field(
        (), alias="from", description="names of files, sheets or lists; * stands for any characters"
    )
    columns: tuple[Text, ...] = Field((), description="only files, sheets or lists with all of these columns")
    filter: Condition | None = Field(None, description="only rows that meet this condition")
    repeats: Flag = Field(False, description="several rows of one key are one record")
    completes: Flag = Field(
        False, description="the rows only supplement records of another table, by their key"
    )
    deleted: Flag = Field(False, description="the rows name deletions; deltas only")


class EinheitTable(TableModel):
    """A source of Verwaltungseinheiten."""

    fields: EinheitFields


class MieterTable(TableModel):
    """A source of Mieter."""

    fields: MieterFields


class MietvertragTable(TableModel):
    """A source of Mietverträge."""

    fields: MietvertragFields


def _sign(delimiter: str) -> str:
    return "\t" if delimiter == "tab" else delimiter


class ReadingOptions(Part):
    """Options for reading files, for properties that cannot be detected or must not be guessed."""

    encoding: Literal["utf-8", "utf-16", "windows-1252", "iso-8859-1", "cp850"] | None = None
    delimiter: Annotated[Literal[";", ",", "tab", "|"], AfterValidator(_sign)] | None = None
    header_line: int = Field(1, ge=1, le=100, description="the line or row with the names of the columns")


def _number(value: Any) -> Any:
    return 1 if value == "1" else value


class MappingModel(Part):
    """A mapping."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(description="version of this format: 1")
    reading: ReadingOptions = Field(default_factory=ReadingOptions)
    verwaltungseinheiten: tuple[EinheitTable, ...] = ()
    mieter: tuple[MieterTable, ...] = ()
    mietvertraege: tuple[MietvertragTable, ...] = ()

    @model_validator(mode="after")
    def _maps_something(self) -> Self:
        if not (self.verwaltungseinheiten or self.mieter or self.mietvertraege):
            message = "nothing is mapped; write verwaltungseinheiten, mieter or mietvertraege"
            raise fault(NOTHING_MAPPED, message)
        return self

    @model_validator(mode="after")
    def _leases_are_whole(self) -> Self:
        tables = [table for table in self.mietvertraege if not table.deleted]
        is_completed = any(table.completes for table in tables)
        for number, table in enumerate(self.mietvertraege):
            together = tables if table.repeats or is_completed else [table]
            for name in ("verwaltungseinheit", "mieter", "beginn"):
                if not table.deleted and all(getattr(it.fields, name) is None for it in together):
                    raise fault(
                        "lease", f"mietvertraege[{number}].fields: {name} is missing; a lease needs it"
                    )
        return self
