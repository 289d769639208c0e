"""A SAM template as CloudFormation sees it: translated, conditions applied, intrinsics resolved.

Nothing here asks AWS. Only the intrinsics that the template may need are known; any other is an error,
so that nothing is made up silently.
"""

import copy
import functools
import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ACCOUNT = "123456789012"
REGION = "eu-central-1"

Properties = dict[str, Any]

# Its metrics, for which nobody has asked, complain at exit that nobody has collected them.
logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)

_REFERENCE = re.compile(r"\$\{(!?)([^}]+)\}")
# The property that names a resource, by type; `arn` is what follows `arn:aws:`.
_NAMED_BY = {
    "AWS::SQS::Queue": "QueueName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SSM::Parameter": "Name",
    "AWS::SNS::Topic": "TopicName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
}
_ARNS = {
    "AWS::SQS::Queue": f"sqs:{REGION}:{ACCOUNT}:",
    "AWS::DynamoDB::Table": f"dynamodb:{REGION}:{ACCOUNT}:table/",
    "AWS::S3::Bucket": "s3:::",
    "AWS::Lambda::Function": f"lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::SNS::Topic": f"sns:{REGION}:{ACCOUNT}:",
    "AWS::IAM::Role": f"iam::{ACCOUNT}:role/",
    "AWS::Logs::LogGroup": f"logs:{REGION}:{ACCOUNT}:log-group:",
}

_PLAIN: dict[str, Callable[[Any], Any]] = {
    "Fn::Join": lambda argument: argument[0].join(map(str, argument[1])),
    "Fn::Select": lambda argument: argument[1][int(argument[0])],
    "Fn::Split": lambda argument: argument[1].split(argument[0]),
    "Fn::Equals": lambda argument: str(argument[0]) == str(argument[1]),
    "Fn::Not": lambda argument: not argument[0],
    "Fn::And": all,
    "Fn::Or": any,
}


class TemplateError(Exception):
    """The template cannot be read, or uses what the local stack does not know."""


class _NoManagedPolicies:
    """Stands for the list of AWS's managed policies, which the translator would otherwise fetch."""

    def load(self) -> dict[str, str]:
        return {}


def translate(path: Path) -> dict[str, Any]:
    """The template at `path` as plain CloudFormation, the caller's own to change.

    Raises TemplateError if it cannot be read or translated.
    """
    try:
        return copy.deepcopy(_translated(path.read_text(encoding="utf-8")))
    except Exception as error:
        # The translator raises many types; to whoever runs the stack they all say the same.
        causes = [str(cause.message) for cause in getattr(error, "causes", [])]
        raise TemplateError(f"{path}: {'; '.join(causes) or error}") from error


@functools.lru_cache(maxsize=8)
def _translated(text: str) -> dict[str, Any]:
    # Reading and translating take most of the time that a stack needs to start.
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        _pretend_uploaded(resource.get("Properties") or {})
    _pretend_uploaded(template.get("Globals", {}).get("Function", {}))
    # The translator asks boto3 for a region, though it only writes it into names.
    with patch.dict(os.environ, AWS_DEFAULT_REGION=REGION):
        return dict(transform(template, {}, _NoManagedPolicies()))


def _pretend_uploaded(properties: Properties) -> None:
    # The translator insists on S3 locations; the code is imported from where it lies instead.
    for key in ("CodeUri", "ContentUri"):
        if isinstance(properties.get(key), str):
            properties[key] = "s3://local/code.zip"


class Resolver:
    """Resolves a translated template for one stack name and its parameters."""

    def __init__(self, template: dict[str, Any], stack_name: str, parameters: Mapping[str, str]) -> None:
        self.resources: dict[str, dict[str, Any]] = template["Resources"]
        self._conditions: dict[str, Any] = template.get("Conditions", {})
        self._maps: dict[str, Any] = template.get("Mappings", {})
        self._pseudo: dict[str, Any] = {
            "AWS::StackName": stack_name,
            "AWS::AccountId": ACCOUNT,
            "AWS::Region": REGION,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{stack_name}/local",
            "AWS::NoValue": None,
        }
        self._parameters = _parameters(template.get("Parameters", {}), parameters)

    def of_type(self, kind: str) -> dict[str, Properties]:
        """The unresolved properties of all resources of a type that the conditions let exist."""
        return {
            logical: resource.get("Properties") or {}
            for logical, resource in self.resources.items()
            if resource["Type"] == kind and self._exists(resource)
        }

    def resolve(self, value: Any) -> Any:
        """`value` with every intrinsic in it replaced by what it stands for."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (key, argument), *_ = value.items()
            if key in {"Ref", "Condition"} or key.startswith("Fn::"):
                return self._intrinsic(key, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not None}

    def name(self, logical: str) -> str:
        """The physical name of a resource: the one that the template gives it, or stack and logical id."""
        resource = self._resource(logical)
        given = (resource.get("Properties") or {}).get(_NAMED_BY.get(resource["Type"], ""))
        if given is not None:
            return str(self.resolve(given))
        name = f"{self._pseudo['AWS::StackName']}-{logical}"
        return name.lower() if resource["Type"] == "AWS::S3::Bucket" else name

    def arn(self, logical: str) -> str:
        """The ARN of a resource. Raises TemplateError for a type that the local stack does not know."""
        kind = self._resource(logical)["Type"]
        if kind not in _ARNS:
            raise TemplateError(f"{logical}: no ARN known for {kind}")
        return f"arn:aws:{_ARNS[kind]}{self.name(logical)}"

    def _resource(self, logical: str) -> dict[str, Any]:
        if logical not in self.resources:
            raise TemplateError(f"{logical} is neither a parameter nor a resource")
        return self.resources[logical]

    def _exists(self, resource: dict[str, Any]) -> bool:
        return "Condition" not in resource or self._holds(resource["Condition"])

    def _holds(self, condition: str) -> bool:
        return bool(self.resolve(self._conditions[condition]))

    def _intrinsic(self, key: str, argument: Any) -> Any:
        if key == "Ref":
            return self._ref(argument)
        if key == "Condition":
            return self._holds(argument)
        if key == "Fn::If":
            condition, yes, no = argument
            return self.resolve(yes if self._holds(condition) else no)
        if key == "Fn::GetAtt":
            logical, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return self._attribute(logical, attribute)
        if key == "Fn::Sub":
            text, extra = argument if isinstance(argument, list) else (argument, {})
            return self._sub(text, self.resolve(extra))
        return self._plain(key, self.resolve(argument))

    def _plain(self, key: str, argument: Any) -> Any:
        if key == "Fn::FindInMap":
            top, second, third = argument
            return self._maps[top][second][third]
        if key not in _PLAIN:
            raise TemplateError(f"the local stack does not know {key}")
        return _PLAIN[key](argument)

    def _ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._parameters:
            return self._parameters[name]
        kind = self._resource(name)["Type"]
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{self.name(name)}"
        # A secret's ARN ends in six letters that nobody knows before; its name serves as well.
        return self.arn(name) if kind == "AWS::SNS::Topic" else self.name(name)

    def _attribute(self, logical: str, attribute: str) -> str:
        if attribute == "Arn":
            return self.arn(logical)
        if attribute in {"QueueName", "TopicName"}:
            return self.name(logical)
        if attribute == "QueueUrl":
            return str(self._ref(logical))
        raise TemplateError(f"the local stack does not know {logical}.{attribute}")

    def _sub(self, text: str, extra: dict[str, Any]) -> str:
        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in extra:
                return str(extra[name])
            return str(self._attribute(*name.split(".", 1)) if "." in name else self._ref(name))

        return _REFERENCE.sub(replacement, text)


def _parameters(declared: dict[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    unknown = given.keys() - declared.keys()
    missing = [
        name for name, parameter in declared.items() if name not in given and "Default" not in parameter
    ]
    if unknown or missing:
        raise TemplateError(f"parameters unknown: {sorted(unknown)}, without a value: {missing}")
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        value = str(given.get(name, parameter.get("Default")))
        is_list = parameter.get("Type") in {"CommaDelimitedList", "List<Number>"}
        values[name] = [part.strip() for part in value.split(",") if part.strip()] if is_list else value
    return values
