"""The model of values and conditions: places in a row, and the choice of rows."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Discriminator, Field, StringConstraints, Tag, WithJsonSchema, model_validator

from kiwi_extract.feldmapping.base_model import AnyText, Flag, Part, Text, fault, kind_of
from kiwi_extract.feldmapping.step_model import Steps


class ColumnValue(Part):
    """The value of a column."""

    column: Text
    optional: Flag = Field(False, description="whether a file may lack the column")
    then: Steps = ()


class PathValue(Part):
    """A value inside a JSON record: keys, and positions in lists from 0 on, separated by dots."""

    path: Text
    then: Steps = ()


class ConstantValue(Part):
    """The same value for every row."""

    constant: Text


class JoinValue(Part):
    """Joined values. Blank if one of them is blank; with `skip_blanks`, blank values are left out instead."""

    join: tuple["Value", ...] = Field(min_length=1, max_length=50)
    separator: AnyText = ""
    skip_blanks: Flag = False
    then: Steps = ()


class FirstValue(Part):
    """The first value that is not blank."""

    first: tuple["Value", ...] = Field(min_length=1, max_length=50)
    then: Steps = ()


class ListValue(Part):
    """Values from a list inside a JSON record: `take` of each item that passes `where`.

    A single value is the first that is not blank; the tenants of a lease are all of them.
    """

    list_: Text = Field(alias="list", description="path of the list")
    where: "Condition | None" = None
    take: Text | None = Field(None, description="path within an item; without it, the item itself")
    then: Steps = ()


class EachValue(Part):
    """Several values in one cell."""

    each: "Value"
    at: Annotated[
        str,
        StringConstraints(min_length=1, max_length=10),
        WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 10}),
    ] = Field(description="text between the values")
    then: Steps = ()


_VALUES = ("column", "path", "constant", "join", "first", "list")
_VALUE_MESSAGE = f"a value is the name of a column, or has one of {', '.join(_VALUES)}"

Value = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[ColumnValue, Tag("<column>")]
    | Annotated[PathValue, Tag("<path>")]
    | Annotated[ConstantValue, Tag("<constant>")]
    | Annotated[JoinValue, Tag("<join>")]
    | Annotated[FirstValue, Tag("<first>")]
    | Annotated[ListValue, Tag("<list>")],
    Discriminator(
        lambda data: kind_of(_VALUES, data),
        custom_error_type="value",
        custom_error_message=_VALUE_MESSAGE,
    ),
]

Values = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[ColumnValue, Tag("<column>")]
    | Annotated[PathValue, Tag("<path>")]
    | Annotated[ConstantValue, Tag("<constant>")]
    | Annotated[JoinValue, Tag("<join>")]
    | Annotated[FirstValue, Tag("<first>")]
    | Annotated[ListValue, Tag("<list>")]
    | Annotated[EachValue, Tag("<each>")],
    Discriminator(
        lambda data: kind_of((*_VALUES, "each"), data),
        custom_error_type="value",
        custom_error_message=f"{_VALUE_MESSAGE}, or each",
    ),
]
"""One value, or several from one cell or list."""


class AllOf(Part):
    """All of the conditions are met."""

    all_: tuple["Condition", ...] = Field(alias="all", min_length=1, max_length=50)


class AnyOf(Part):
    """At least one of the conditions is met."""

    any_: tuple["Condition", ...] = Field(alias="any", min_length=1, max_length=50)


_TESTS = ("is", "is_not", "in", "not_in", "empty")


def _one_of(keys: tuple[str, ...]) -> dict[str, Any]:
    return {"oneOf": [{"required": [key]} for key in keys]}


class Test(Part):
    """A condition on one value."""

    model_config = ConfigDict(json_schema_extra={"allOf": [_one_of(("column", "path")), _one_of(_TESTS)]})
    column: Text | None = None
    path: Text | None = None
    then: Steps = ()
    is_: AnyText | None = Field(None, alias="is")
    is_not: AnyText | None = None
    in_: tuple[AnyText, ...] | None = Field(None, alias="in", min_length=1, max_length=1000)
    not_in: tuple[AnyText, ...] | None = Field(None, min_length=1, max_length=1000)
    empty: Flag | None = None

    @model_validator(mode="after")
    def _is_one_test(self) -> Self:
        if (self.column is None) == (self.path is None):
            raise fault("condition", "a condition has either column or path")
        tests = (self.is_, self.is_not, self.in_, self.not_in, self.empty)
        if sum(test is not None for test in tests) != 1:
            raise fault("condition", f"a condition has exactly one of {', '.join(_TESTS)}")
        return self


Condition = Annotated[
    Annotated[AllOf, Tag("<all>")] | Annotated[AnyOf, Tag("<any>")] | Annotated[Test, Tag("<test>")],
    Discriminator(
        lambda data: kind_of(("all", "any"), data) or ("<test>" if isinstance(data, dict | Part) else None),
        custom_error_type="condition",
        custom_error_message="a condition has all, any, or a column (or path) and what it must be",
    ),
]


for _model in (JoinValue, FirstValue, ListValue, EachValue, AllOf, AnyOf, Test):
    _model.model_rebuild()
