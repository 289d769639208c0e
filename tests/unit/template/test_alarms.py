"""Alarms: whatever does not mend itself reaches a person."""

from typing import Any

import pytest
from kiwi_load.access_steps import REST

from tests.unit.template.translated import (
    DEAD_LETTER_QUEUES,
    QUEUES,
    STAGES,
    of_type,
    properties,
    resources,
    template,
)

Meaning = tuple[str, str, str, str, int]
"""Namespace, metric, dimension, its value, threshold."""
WATCHES_THE_SWEEP = "SweepStoppedAlarm"
"""The only one that rings for silence."""

EXPECTED: set[Meaning] = {
    *(
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"${{{queue}.QueueName}}", 0)
        for queue in DEAD_LETTER_QUEUES
    ),
    *(
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", f"${{{queue}.QueueName}}", 3600)
        for queue in QUEUES
    ),
    *(("AWS/Lambda", "Errors", "FunctionName", f"${{{stage}Function}}", 0) for stage in STAGES),
    ("${AWS::StackName}", "AccessProblems", "service", "load", 0),
    ("${AWS::StackName}", "ConnectionPaused", "service", "extract", 0),
    ("${AWS::StackName}", "ConnectionPaused", "service", "extract", 1),
    ("${AWS::StackName}", "KiwiAway", "service", "extract", 0),
    ("${AWS::StackName}", "ExportsMissing", "service", "extract", 0),
    ("${AWS::StackName}", "ExportsHeld", "service", "extract", 0),
    ("${AWS::StackName}", "ExportPartsMissing", "service", "extract", 0),
}


def meaning(alarm: Any) -> Meaning:
    (dimension,) = alarm["Dimensions"]
    return (
        alarm["Namespace"],
        alarm["MetricName"],
        dimension["Name"],
        dimension["Value"],
        alarm["Threshold"],
    )


def test_these_are_the_alarms() -> None:
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert {meaning(it) for it in alarms.values()} == EXPECTED
    assert len(alarms) == len(EXPECTED)


@pytest.mark.parametrize("name", sorted(of_type("AWS::CloudWatch::Alarm").keys() - {WATCHES_THE_SWEEP}))
def test_an_alarm_rings_above_its_threshold_and_not_for_silence(name: str) -> None:
    alarm = properties(name)
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["Statistic"] in {"Maximum", "Sum"}
    assert alarm["TreatMissingData"] == "notBreaching"


def test_one_rings_when_nothing_is_counted_any_more() -> None:
    alarm = properties(WATCHES_THE_SWEEP)
    assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("SampleCount", "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"
    # Several sweeps, at one in five minutes, must have failed.
    assert alarm["Period"] * alarm["EvaluationPeriods"] >= 30 * 60


@pytest.mark.parametrize("name", sorted(of_type("AWS::CloudWatch::Alarm")))
def test_an_alarm_reaches_a_person(name: str) -> None:
    alarm = properties(name)
    assert alarm["AlarmActions"] == ["${AlarmTopic}"]
    assert alarm.get("ActionsEnabled", True) is True
    assert alarm["AlarmDescription"]


@pytest.mark.parametrize(
    "metric", ["ConnectionPaused", "KiwiAway", "ExportsMissing", "ExportsHeld", "ExportPartsMissing"]
)
def test_what_the_sweep_counts_is_looked_for_where_extract_counts_it(metric: str) -> None:
    variables = properties("ExtractFunction")["Environment"]["Variables"]
    alarms = [it for it in of_type("AWS::CloudWatch::Alarm").values() if it["MetricName"] == metric]
    assert alarms
    for alarm in alarms:
        assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
        assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
        # Longer than the sweep's pace, or the alarm would come and go.
        assert alarm["Period"] > 5 * 60


def test_problems_of_access_are_looked_for_where_load_counts_them() -> None:
    variables = properties("LoadFunction")["Environment"]["Variables"]
    alarm = properties("AccessProblemsAlarm")
    assert alarm["Statistic"] == "Sum"
    assert alarm["Namespace"] == variables["POWERTOOLS_METRICS_NAMESPACE"]
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["POWERTOOLS_SERVICE_NAME"]}]
    # Each is tried once a day: counted less long, the alarm would come and go while it lasts.
    assert alarm["Period"] * alarm["EvaluationPeriods"] > REST.total_seconds()
    assert alarm["DatapointsToAlarm"] == 1


def test_an_address_is_subscribed_only_when_one_is_given() -> None:
    assert resources()["AlarmSubscription"]["Condition"] == "HasAlarmEmail"
    assert properties("AlarmSubscription") == {
        "TopicArn": "${AlarmTopic}",
        "Protocol": "email",
        "Endpoint": "${AlarmEmail}",
    }
    assert template()["Parameters"]["AlarmEmail"]["Default"] == ""
    assert template()["Conditions"]["HasAlarmEmail"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]
    }


def test_the_topic_has_no_key_that_alarms_may_not_use() -> None:
    assert "KmsMasterKeyId" not in properties("AlarmTopic")
