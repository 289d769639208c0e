"""Functions: their settings, their permissions, and their event sources."""

from typing import Any

import pytest

from tests.unit.template.translated import ROOT, STAGES, of_type, properties, resources, template

EVERY = {
    "TABLE_NAME": "${StateTable}",
    "CONNECTIONS_PATH": "/${AWS::StackName}/connections",
    "POWERTOOLS_METRICS_NAMESPACE": "${AWS::StackName}",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "GRACE_SECONDS": "900",
}
OWN = {
    "Extract": {
        "SQLITE_TMPDIR": "/tmp",
        "POWERTOOLS_SERVICE_NAME": "extract",
        "BUCKET_NAME": "${ExportBucket}",
        "EXPORT_QUEUE_URL": "${ExportQueue}",
        "TRANSFORM_QUEUE_URL": "${TransformQueue}",
        "LOAD_QUEUE_URL": "${LoadQueue}",
    },
    "Transform": {
        "POWERTOOLS_SERVICE_NAME": "transform",
        "TRANSFORM_QUEUE_URL": "${TransformQueue}",
        "LOAD_QUEUE_URL": "${LoadQueue}",
    },
    "Load": {
        "POWERTOOLS_SERVICE_NAME": "load",
        "LOAD_QUEUE_URL": "${LoadQueue}",
        "EXPORT_QUEUE_URL": "${ExportQueue}",
        "BACKOFF_SECONDS": "1",
    },
}
SIZES = {"Extract": (300, 1769), "Transform": (60, 512), "Load": (300, 1024)}
FEEDS: dict[str, dict[str, Any]] = {
    "Extract": {
        "EventSourceArn": "${ExportQueue.Arn}",
        "BatchSize": 1,
        "ScalingConfig": {"MaximumConcurrency": 5},
    },
    "Transform": {
        "EventSourceArn": "${TransformQueue.Arn}",
        "BatchSize": 5,
        "ScalingConfig": {"MaximumConcurrency": 20},
    },
    "Load": {
        "EventSourceArn": "${LoadQueue.Arn}",
        "BatchSize": 10,
        "ScalingConfig": {"MaximumConcurrency": "${LoadConcurrency}"},
    },
}


def test_these_are_the_functions() -> None:
    assert of_type("AWS::Lambda::Function").keys() == {f"{stage}Function" for stage in STAGES}


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_gets_exactly_these_variables(stage: str) -> None:
    assert properties(f"{stage}Function")["Environment"]["Variables"] == EVERY | OWN[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_runs_on_arm_with_the_layer(stage: str) -> None:
    function = properties(f"{stage}Function")
    (layer,) = of_type("AWS::Lambda::LayerVersion")
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Layers"] == [f"${{{layer}}}"]
    assert properties(layer)["CompatibleRuntimes"] == [function["Runtime"]]
    assert properties(layer)["CompatibleArchitectures"] == function["Architectures"]
    assert (function["Timeout"], function["MemorySize"]) == SIZES[stage]


@pytest.mark.parametrize("stage", STAGES)
def test_lambda_does_not_take_what_waits_for_a_loop(stage: str) -> None:
    # It would end a chain of messages that are sent anew after some 16 of them, be they hours apart.
    assert properties(f"{stage}Function")["RecursiveLoop"] == "Allow"


def test_extract_has_room_for_a_large_export() -> None:
    assert properties("ExtractFunction")["EphemeralStorage"] == {"Size": 2048}


@pytest.mark.parametrize("stage", STAGES)
def test_the_handler_is_in_the_functions_own_folder(stage: str) -> None:
    written = template()["Resources"][f"{stage}Function"]["Properties"]
    package = f"kiwi_{stage.lower()}"
    assert written["CodeUri"] == f"functions/{stage.lower()}"
    assert written["Handler"] == f"{package}.handler.lambda_handler"
    assert (ROOT / written["CodeUri"] / package / "__init__.py").exists()
    assert not (ROOT / written["CodeUri"] / "requirements.txt").exists()


@pytest.mark.parametrize("stage", STAGES)
def test_its_queue_feeds_a_function_and_takes_back_what_failed(stage: str) -> None:
    fed = [
        it
        for it in of_type("AWS::Lambda::EventSourceMapping").values()
        if it["FunctionName"] == f"${{{stage}Function}}"
    ]
    assert fed == [
        {
            **FEEDS[stage],
            "FunctionName": f"${{{stage}Function}}",
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        }
    ]


def test_the_pace_of_load_is_a_parameter_that_lambda_accepts() -> None:
    pace = template()["Parameters"]["LoadConcurrency"]
    assert (pace["Type"], pace["Default"]) == ("Number", 5)
    assert (pace["MinValue"], pace["MaxValue"]) == (2, 1000)


@pytest.mark.parametrize("stage", STAGES)
def test_a_function_logs_to_its_own_group_for_a_limited_time(stage: str) -> None:
    assert properties(f"{stage}Function")["LoggingConfig"]["LogGroup"] == f"${{{stage}LogGroup}}"
    assert properties(f"{stage}LogGroup") == {
        "LogGroupName": f"/aws/lambda/${{AWS::StackName}}-{stage.lower()}",
        "RetentionInDays": "${LogRetentionDays}",
    }


def test_there_are_no_other_log_groups() -> None:
    assert of_type("AWS::Logs::LogGroup").keys() == {f"{stage}LogGroup" for stage in STAGES}


def test_the_sweep_comes_every_five_minutes_through_the_export_queue() -> None:
    (name,) = of_type("AWS::Scheduler::Schedule")
    schedule = properties(name)
    assert name == "SweepSchedule"
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule.get("State", "ENABLED") == "ENABLED"
    target = schedule["Target"]
    assert target["Arn"] == "${ExportQueue.Arn}"
    assert target["RoleArn"] == "${SweepRole.Arn}"
    assert target["Input"] == '{"format": "kiwi-sweep/1"}'


def test_nothing_is_traced() -> None:
    for stage in STAGES:
        assert "TracingConfig" not in properties(f"{stage}Function")


def test_every_resource_that_is_named_by_others_is_there() -> None:
    assert {f"{stage}{part}" for stage in STAGES for part in ("Function", "Role")} <= resources().keys()
