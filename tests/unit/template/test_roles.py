"""Permissions of each function: exactly its actions, on exactly its resources."""

import pytest

from tests.unit.template.translated import (
    STAGES,
    listed,
    of_type,
    properties,
    resources,
    statements,
    values_of,
)

ARN = "arn:${AWS::Partition}"
HERE = "${AWS::Region}:${AWS::AccountId}"
TABLE = "${StateTable.Arn}"
BUCKET = "${ExportBucket.Arn}"
CONNECTIONS = f"{ARN}:ssm:{HERE}:parameter/${{AWS::StackName}}/connections"
SECRETS = f"{ARN}:secretsmanager:{HERE}:secret:${{AWS::StackName}}/connections/*"

CONSUME = {
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
}
SEND = {"sqs:SendMessage"}
READ = {"s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"}
COPY = {"s3:PutObject", "s3:PutObjectTagging"}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
STATE = {
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
}


def log_streams(stage: str) -> str:
    return f"{ARN}:logs:{HERE}:log-group:${{{stage}LogGroup}}:log-stream:*"


GRANTS = {
    "ExtractRole": {
        log_streams("Extract"): LOG,
        "${ExportQueue.Arn}": CONSUME | SEND,
        "${TransformQueue.Arn}": SEND,
        "${LoadQueue.Arn}": SEND,
        TABLE: STATE,
        f"{TABLE}/index/outstanding": {"dynamodb:Query"},
        f"{BUCKET}/*": READ,
        BUCKET: {"s3:ListBucket"},
        f"{BUCKET}/rejected/*": COPY,
        f"{BUCKET}/held/*": COPY,
        f"{BUCKET}/plans/*": {"s3:PutObject"},
        CONNECTIONS: {"ssm:GetParametersByPath"},
        f"{CONNECTIONS}/*": {"ssm:GetParameter", "ssm:GetParametersByPath"},
    },
    "TransformRole": {
        log_streams("Transform"): LOG,
        "${TransformQueue.Arn}": CONSUME | SEND,
        "${LoadQueue.Arn}": SEND,
        TABLE: STATE,
        f"{CONNECTIONS}/*": {"ssm:GetParameter"},
    },
    "LoadRole": {
        log_streams("Load"): LOG,
        "${LoadQueue.Arn}": CONSUME | SEND,
        "${ExportQueue.Arn}": SEND,
        TABLE: STATE,
        f"{CONNECTIONS}/*": {"ssm:GetParameter"},
        SECRETS: {"secretsmanager:GetSecretValue"},
    },
    "SweepRole": {"${ExportQueue.Arn}": SEND},
}

WILDCARDS = {
    **{log_streams(stage): "Lambda names the streams of the function's own log group" for stage in STAGES},
    f"{BUCKET}/*": "a pointer may name any key of this stack's bucket",
    f"{BUCKET}/rejected/*": "the keys are those of the refused documents",
    f"{BUCKET}/held/*": "the keys are those of the held exports",
    f"{BUCKET}/plans/*": "the keys are those of the planned exports",
    f"{CONNECTIONS}/*": "connections of this stack come and go without a deployment",
    SECRETS: "so do their secrets, whose ARNs end in characters that nobody chooses",
}


def granted(role: str) -> dict[str, set[str]]:
    grants: dict[str, set[str]] = {}
    for policy in properties(role)["Policies"]:
        for statement in statements(policy["PolicyDocument"]):
            assert statement.keys() <= {"Sid", "Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            for resource in listed(statement["Resource"]):
                grants.setdefault(resource, set()).update(listed(statement["Action"]))
    return grants


@pytest.mark.parametrize("role", GRANTS)
def test_a_role_grants_exactly_what_is_needed(role: str) -> None:
    assert granted(role) == GRANTS[role]


def test_there_are_no_other_roles_or_policies() -> None:
    assert of_type("AWS::IAM::Role").keys() == GRANTS.keys()
    kinds = {resource["Type"] for resource in resources().values() if resource["Type"].startswith("AWS::IAM")}
    assert kinds == {"AWS::IAM::Role"}


def test_no_managed_policy_is_attached() -> None:
    assert list(values_of("ManagedPolicyArns", resources())) == []
    assert list(values_of("PermissionsBoundary", resources())) == []


@pytest.mark.parametrize("key", ["Resource", "Action"])
def test_nothing_in_the_translated_template_is_for_every(key: str) -> None:
    written = [it for value in values_of(key, resources()) for it in listed(value)]
    assert written
    assert "*" not in written


def test_no_statement_means_all_but_some() -> None:
    for key in ("NotResource", "NotAction", "NotPrincipal"):
        assert list(values_of(key, resources())) == []


def test_only_named_resources_end_in_a_wildcard() -> None:
    wild = {resource for role in GRANTS for resource in granted(role) if "*" in resource}
    assert wild == WILDCARDS.keys()
    assert all(resource.count("*") == 1 and resource.endswith("*") for resource in wild)


def test_no_action_has_a_wildcard() -> None:
    actions = {action for role in GRANTS for actions in granted(role).values() for action in actions}
    assert [action for action in actions if "*" in action] == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_has_its_role_and_only_lambda_takes_it(stage: str) -> None:
    assert properties(f"{stage}Function")["Role"] == f"${{{stage}Role.Arn}}"
    assert statements(properties(f"{stage}Role")["AssumeRolePolicyDocument"]) == [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]


def test_only_this_accounts_scheduler_takes_the_sweeps_role() -> None:
    (statement,) = statements(properties("SweepRole")["AssumeRolePolicyDocument"])
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:SourceAccount": "${AWS::AccountId}",
            "aws:SourceArn": f"{ARN}:scheduler:{HERE}:schedule-group/default",
        }
    }
