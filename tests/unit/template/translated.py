"""template.yaml as CloudFormation gets it: translated by the SAM translator, with intrinsics as text."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[3]
STAGES = ("Extract", "Transform", "Load")
QUEUES = ("ExportQueue", "TransformQueue", "LoadQueue")
DEAD_LETTER_QUEUES = ("ExportDeadLetterQueue", "TransformDeadLetterQueue", "LoadDeadLetterQueue")


class NoManagedPolicies:
    """The translator asks for managed policies by name; the template uses none."""

    def load(self) -> dict[str, str]:
        return {}


@cache
def template() -> dict[str, Any]:
    """The template as it is written, intrinsics in their long form."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return parsed


@cache
def resources() -> dict[str, Any]:
    """The resources of the translated template, by logical id; intrinsics as `text` shows them."""
    uploaded: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    for resource in uploaded["Resources"].values():
        for folder in {"CodeUri", "ContentUri"} & resource["Properties"].keys():
            resource["Properties"][folder] = "s3://uploaded/code"
    with patch.dict(os.environ, AWS_DEFAULT_REGION="eu-central-1"):
        translated = transform(uploaded, {}, NoManagedPolicies())
    found: dict[str, Any] = text(translated["Resources"])
    return found


def of_type(kind: str) -> dict[str, Any]:
    """Properties of the translated resources of a type, by logical id."""
    return {name: it["Properties"] for name, it in resources().items() if it["Type"] == kind}


def properties(name: str) -> Any:
    """Properties of one translated resource."""
    return resources()[name]["Properties"]


def text(value: Any) -> Any:
    """The value with Ref, Fn::GetAtt and plain Fn::Sub as text: `${Name}`, `${Name.Attribute}`."""
    match value:
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::Sub": str(pattern)}:
            return pattern
        case dict():
            return {key: text(it) for key, it in value.items()}
        case list():
            return [text(it) for it in value]
    return value


def statements(document: Any) -> list[Any]:
    """The statements of a policy document."""
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def listed(value: Any) -> list[str]:
    """IAM writes a list of one as the one."""
    return value if isinstance(value, list) else [value]


def values_of(key: str, inside: Any) -> Iterator[Any]:
    """Every value that stands under the key, at any depth."""
    if isinstance(inside, dict):
        if key in inside:
            yield inside[key]
        for it in inside.values():
            yield from values_of(key, it)
    elif isinstance(inside, list):
        for it in inside:
            yield from values_of(key, it)
