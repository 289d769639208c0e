"""The local stack's resolution of intrinsics, conditions and parameters."""

from pathlib import Path
from typing import Any

import pytest
from kiwi_sandbox.cloudformation import Resolver, TemplateError, translate

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Numbers": {"Type": "CommaDelimitedList", "Default": "0001, 0002"},
        "Mail": {"Type": "String", "Default": ""},
    },
    "Mappings": {"Sizes": {"small": {"memory": 128}}},
    "Conditions": {"HasMail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Mail"}, ""]}]}},
    "Resources": {
        "In": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "${AWS::StackName}-in"}}},
        "Out": {"Type": "AWS::SQS::Queue"},
        "Files": {"Type": "AWS::S3::Bucket"},
        "Alarm": {"Type": "AWS::SNS::Topic", "Condition": "HasMail"},
        "Credentials": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "credentials"}},
    },
}


def resolver(**parameters: str) -> Resolver:
    return Resolver(TEMPLATE, "demo", parameters)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "AWS::Region"}, "eu-central-1"),
        ({"Ref": "Numbers"}, ["0001", "0002"]),
        ({"Ref": "In"}, "https://sqs.eu-central-1.amazonaws.com/123456789012/demo-in"),
        ({"Ref": "Files"}, "demo-files"),
        ({"Ref": "Credentials"}, "credentials"),
        ({"Fn::GetAtt": ["In", "Arn"]}, "arn:aws:sqs:eu-central-1:123456789012:demo-in"),
        ({"Fn::GetAtt": "Out.QueueName"}, "demo-Out"),
        ({"Fn::GetAtt": ["Files", "Arn"]}, "arn:aws:s3:::demo-files"),
        ({"Fn::Sub": "${In.Arn}/${!literal}"}, "arn:aws:sqs:eu-central-1:123456789012:demo-in/${literal}"),
        ({"Fn::Sub": ["<${list}>", {"list": {"Fn::Join": ["|", {"Ref": "Numbers"}]}}]}, "<0001|0002>"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", "small", "memory"]}, 128),
        ({"Fn::If": ["HasMail", "yes", "no"]}, "no"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Fn::Or": [{"Fn::And": [True, False]}, {"Condition": "HasMail"}]}, False),
    ],
)
def test_intrinsics_are_replaced(value: Any, expected: Any) -> None:
    assert resolver().resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nothing"},
        {"Fn::GetAtt": ["In", "Colour"]},
        {"Fn::GetAtt": ["Credentials", "Arn"]},
        {"Fn::ImportValue": "x"},
    ],
)
def test_what_is_not_known_is_an_error_and_never_made_up(value: Any) -> None:
    with pytest.raises(TemplateError):
        resolver().resolve(value)


def test_a_condition_decides_whether_a_resource_exists() -> None:
    assert resolver().of_type("AWS::SNS::Topic") == {}
    assert resolver(Mail="a@example.org").of_type("AWS::SNS::Topic") == {"Alarm": {}}


def test_a_parameter_that_the_template_does_not_have_is_an_error() -> None:
    with pytest.raises(TemplateError, match="Colour"):
        resolver(Colour="red")


def test_a_parameter_without_a_value_is_an_error() -> None:
    template = {"Parameters": {"Name": {"Type": "String"}}, "Resources": {}}
    with pytest.raises(TemplateError, match="Name"):
        Resolver(template, "demo", {})


def test_a_template_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="absent"):
        translate(tmp_path / "absent.yaml")


def test_a_template_that_the_translator_refuses_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(
        "Transform: AWS::Serverless-2016-10-31\n"
        "Resources:\n  Function:\n    Type: AWS::Serverless::Function\n    Properties: {Nothing: 1}\n"
    )
    with pytest.raises(TemplateError, match="Nothing"):
        translate(path)


def test_a_changed_template_is_read_anew_and_what_a_reader_changes_stays_with_it(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    for timeout in (1, 2):
        path.write_text(
            f"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {{VisibilityTimeout: {timeout}}}\n"
        )
        for _ in range(2):
            properties = translate(path)["Resources"]["Q"]["Properties"]
            assert properties == {"VisibilityTimeout": timeout}
            properties.clear()
