"""The model of a mapping: the file is checked against it, and the JSON Schema is made from it."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kiwi_extract.feldmapping.parts import Flag, Part, Text, fault
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
    """How a lease names its unit."""

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


class Table(Part):
    """From which files, sheets or lists records are read, which of their rows, and how."""

    from_: tuple[Text, ...] = Field(
        (), alias="from", description="names of files, sheets or lists; * stands for any characters"
    )
    columns: tuple[Text, ...] = Field((), description="only what has all of these columns")
    filter: Condition | None = Field(None, description="only rows that meet this condition")
    repeats: Flag = Field(False, description="several rows of one key are one record")
    completes: Flag = Field(
        False, description="the rows only add to records that another table has, by their key"
    )
    deleted: Flag = Field(False, description="the rows say what is deleted; of a delta only")


class EinheitTable(Table):
    """Where Verwaltungseinheiten are read."""

    fields: EinheitFields


class MieterTable(Table):
    """Where Mieter are read."""

    fields: MieterFields


class MietvertragTable(Table):
    """Where Mietverträge are read."""

    fields: MietvertragFields


def _sign(delimiter: str) -> str:
    return "\t" if delimiter == "tab" else delimiter


class ReadingOptions(Part):
    """How files are read, where it cannot be found out or must not be guessed."""

    encoding: Literal["utf-8", "utf-16", "windows-1252", "iso-8859-1", "cp850"] | None = None
    delimiter: Annotated[Literal[";", ",", "tab", "|"], AfterValidator(_sign)] | None = None
    header_line: int = Field(1, ge=1, le=100, description="the line or row with the names of the columns")


def _number(value: Any) -> Any:
    return 1 if value == "1" else value


class Document(Part):
    """A mapping."""

    version: Annotated[Literal[1], BeforeValidator(_number)] = Field(description="of this format: 1")
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
