"""The blueprint that the local stack reads from a template."""

from pathlib import Path

import pytest
from kiwi_sandbox.cloudformation import TemplateError
from kiwi_sandbox.stack import TEMPLATE
from kiwi_sandbox.template import Blueprint, read_template

SMALL = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.13
    Environment:
      Variables: {TABLE_NAME: !Ref State, VERBOSE: true}
Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {QueueName: dead.fifo, FifoQueue: true}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${AWS::StackName}-work.fifo
      FifoQueue: true
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  State:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: here
      Handler: kiwi_load.handler.lambda_handler
      Timeout: 10
      MemorySize: 256
      Role: arn:aws:iam::123456789012:role/worker
      Environment: {Variables: {QUEUE_URL: !Ref Work}}
      Events:
        Batch:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 50
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(5 minutes)
      Target: {Arn: !GetAtt Work.Arn, RoleArn: "x", Input: "{}"}
  Never:
    Type: AWS::Scheduler::Schedule
    Properties:
      State: DISABLED
      ScheduleExpression: rate(5 minutes)
      Target: {Arn: !GetAtt Work.Arn, RoleArn: "x"}
  Files:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
      NotificationConfiguration:
        QueueConfigurations:
          - Event: s3:ObjectCreated:*
            Queue: !GetAtt Work.Arn
            Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}, {Name: suffix, Value: .json}]}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Blueprint:
    path = tmp_path / "template.yaml"
    path.write_text(SMALL)
    return read_template(path, "demo")


def test_a_queue_has_what_the_poller_must_honour(small: Blueprint) -> None:
    queue = small.queues["demo-work.fifo"]
    assert (queue.fifo, queue.visibility, queue.dead_letter, queue.max_receives) == (True, 60, "dead.fifo", 3)
    assert queue.attributes == {"FifoQueue": "true", "VisibilityTimeout": "60"}


def test_a_function_has_its_environment_resolved(small: Blueprint) -> None:
    function = small.functions["demo-Worker"]
    assert function.environment == {
        "TABLE_NAME": "demo-State",
        "VERBOSE": "true",
        "QUEUE_URL": small.queues["demo-work.fifo"].url,
    }
    assert (function.stage, function.timeout, function.memory) == ("load", 10, 256)


def test_an_event_source_of_a_fifo_queue_takes_ten_at_the_most(small: Blueprint) -> None:
    source = small.source("load")
    assert (source.batch_size, source.maximum_concurrency, source.reports_failures) == (10, 2, True)


def test_a_disabled_schedule_does_not_fire(small: Blueprint) -> None:
    assert [schedule.name for schedule in small.schedules] == ["Nightly"]


def test_a_notification_is_filtered_by_key(small: Blueprint) -> None:
    (bucket,) = small.buckets
    (notification,) = bucket.notifications
    assert bucket.versioned
    assert notification.concerns("in/a.json")
    assert not notification.concerns("in/a.txt")
    assert not notification.concerns("rejected/a.json")


def test_a_stage_that_nothing_works_is_an_error(small: Blueprint) -> None:
    with pytest.raises(TemplateError, match="extract"):
        small.source("extract")


def test_the_project_s_own_template_has_all_that_a_local_run_needs() -> None:
    blueprint = read_template(TEMPLATE)
    stages = {source.function.stage: source for source in blueprint.sources}
    assert stages.keys() == {"extract", "transform", "load"}
    assert all(source.reports_failures and source.queue.dead_letter for source in stages.values())
    assert stages["load"].queue.fifo
    assert [schedule.queue for schedule in blueprint.schedules] == [stages["extract"].queue]
    assert [bucket.notifications[0].queue for bucket in blueprint.buckets] == [stages["extract"].queue]
    assert [table.ttl_attribute for table in blueprint.tables] == ["expires"]
