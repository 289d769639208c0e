"""The JSON Schema of a mapping, for editors: `kiwi-sync mapping schema` prints it."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from kiwi_extract.feldmapping.model import MappingModel


class _Generator(GenerateJsonSchema):
    """Generates no `null`: a key of a mapping has a value, or is absent."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        described = super().default_schema(schema)
        if described.get("default") in (None, [], ""):
            # A default of "nothing" goes without saying.
            described.pop("default", None)
        return described


def json_schema() -> dict[str, Any]:
    """The schema. It allows some mappings that are refused: it cannot check patterns and dates."""
    described = MappingModel.model_json_schema(schema_generator=_Generator)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "Feldmapping of KIWI Stammdaten Sync",
    }
