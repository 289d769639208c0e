"""The model of the steps applied to a value: `then` in a mapping."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from kiwi_extract.feldmapping.base_model import AnyText, Part, Text, fault, kind_of
from kiwi_extract.feldmapping.dates import DateFormatError, date_reader
from kiwi_extract.feldmapping.patterns import Pattern, PatternError

Otherwise = Literal["reject", "blank", "keep"]


class Split(Part):
    """Splits a text by a pattern of named pieces, and continues with one of them."""

    pattern: Text = Field(description="named pieces with literals between them: {we}-{ve}-{folge}")
    take: Text = Field(description="name of the piece to use")
    otherwise: Otherwise = Field("reject", description="result for a text that does not fit")

    @field_validator("pattern")
    @classmethod
    def _is_pattern(cls, pattern: str) -> str:
        try:
            Pattern(pattern)
        except PatternError as error:
            raise fault("pattern", str(error)) from None
        return pattern

    @model_validator(mode="after")
    def _has_piece(self) -> Self:
        names = Pattern(self.pattern).names
        if self.take not in names:
            raise fault("take", f"the pattern has no piece of the name in take; it has {', '.join(names)}")
        return self


class ValueMap(Part):
    """Replaces values."""

    values: dict[AnyText, AnyText] = Field(min_length=1, max_length=10_000)
    otherwise: Otherwise = Field("reject", description="result for a value that is not listed")


class SplitStep(Part):
    """`split`."""

    split: Split


class PadStep(Part):
    """`pad`: fills up with leading zeros to this length."""

    pad: int = Field(ge=2, le=64)


class MapStep(Part):
    """`map`."""

    map: ValueMap


class BlankStep(Part):
    """`blank`: values that mean "nothing"."""

    blank: tuple[Text, ...] = Field(min_length=1, max_length=1000)


class DateStep(Part):
    """`date`: the format of a date."""

    date: Text = Field(description="such as DD.MM.YYYY, YYYYMMDD, excel, iso")

    @field_validator("date")
    @classmethod
    def _is_format(cls, form: str) -> str:
        try:
            date_reader(form)
        except DateFormatError as error:
            raise fault("date", str(error)) from None
        return form


PlainStep = Literal["trim", "upper", "lower"]
_PLAIN_STEPS = frozenset({"trim", "upper", "lower"})
_STEPS = ("split", "pad", "map", "blank", "date")

Step = Annotated[
    Annotated[PlainStep, Tag("<text>")]
    | Annotated[SplitStep, Tag("<split>")]
    | Annotated[PadStep, Tag("<pad>")]
    | Annotated[MapStep, Tag("<map>")]
    | Annotated[BlankStep, Tag("<blank>")]
    | Annotated[DateStep, Tag("<date>")],
    Discriminator(
        lambda data: None if isinstance(data, str) and data not in _PLAIN_STEPS else kind_of(_STEPS, data),
        custom_error_type="step",
        custom_error_message="a step is trim, upper, lower, or split, pad, map, blank, date with its value",
    ),
]
Steps = Annotated[tuple[Step, ...], Field(max_length=50)]
