"""Shared pieces of the mapping's model.

Every value in the file is a text (see `lines`), so truth values and numbers are read from texts.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from kiwi_extract.feldmapping.faults import Fault
from kiwi_extract.feldmapping.lines import LinedDict, show_place

_SCALAR: dict[str, object] = {"type": ["string", "number", "boolean"], "maxLength": 1000}


def fault(kind: str, message: str) -> PydanticCustomError:
    """A fault for pydantic to collect."""
    # The message is ours, but pydantic would take a brace in it for a field of the template.
    return PydanticCustomError(kind, "{message}", {"message": message})


def _is_true(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=1000), WithJsonSchema({**_SCALAR, "minLength": 1})
]
"""A text. An editor takes `0001` in YAML for a number: the schema allows it."""
AnyText = Annotated[str, StringConstraints(max_length=1000), WithJsonSchema(_SCALAR)]
Flag = Annotated[bool, BeforeValidator(_is_true)]


class Part(BaseModel):
    """A part of a mapping. Each unknown key is a fault at its own line."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _note_unknown_keys(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, LinedDict) or not isinstance(info.context, list):
            return data
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        for key in data:
            if key not in allowed:
                message = f"not known here; allowed are {', '.join(allowed)}"
                info.context.append(Fault(data.lines[key], show_place((*data.place, key)), message))
        return {key: value for key, value in data.items() if key in allowed}


def kind_of(kinds: Sequence[str], data: Any) -> str | None:
    """The kind of a part, by the key that only this kind has; a text is a kind, too."""
    if isinstance(data, str):
        return "<text>"
    keys = data if isinstance(data, dict) else type(data).model_fields if isinstance(data, Part) else ()
    return next((f"<{kind}>" for kind in kinds if kind in keys), None)
