"""How handlers are called: environment, context, wiring and log lines."""

import dataclasses
import functools
import io
import json
import logging
import os
import sys
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from kiwi_sandbox.functions import Context, Functions, forget_wiring
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.template import Function

FUNCTION = Function(
    "demo-load", "kiwi_load.toy.lambda_handler", 10, 256, {"GRACE_SECONDS": "900", "URL": "x"}
)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("kiwi_load.toy")
    monkeypatch.setitem(sys.modules, "kiwi_load.toy", module)
    return module


def handle(toy: ModuleType, handler: Any, logs: Logs | None = None) -> Any:
    toy.lambda_handler = handler  # type: ignore[attr-defined]  # a module made for the test
    return Functions({"GRACE_SECONDS": "0", "OTHER": "1"}, logs or Logs()).invoke(FUNCTION, {"n": 1})


def test_a_handler_runs_in_its_own_environment(toy: ModuleType) -> None:
    names = ("GRACE_SECONDS", "URL", "OTHER", "AWS_LAMBDA_FUNCTION_NAME")
    seen = handle(toy, lambda *_: {name: os.environ.get(name) for name in names})
    assert seen == {"GRACE_SECONDS": "0", "URL": "x", "OTHER": None, "AWS_LAMBDA_FUNCTION_NAME": "demo-load"}
    assert "URL" not in os.environ


def test_a_handler_s_context_is_lambda_s(toy: ModuleType) -> None:
    def handler(_event: Any, context: Context) -> Any:
        assert 9_000 < context.get_remaining_time_in_millis() <= 10_000
        return [
            context.function_name,
            context.memory_limit_in_mb,
            context.invoked_function_arn,
            context.log_group_name,
        ]

    assert handle(toy, handler) == [
        "demo-load",
        256,
        "arn:aws:lambda:eu-central-1:123456789012:function:demo-load",
        "/aws/lambda/demo-load",
    ]


def test_a_handler_may_be_given_less_time_but_not_more(toy: ModuleType) -> None:
    toy.lambda_handler = lambda _, context: context.get_remaining_time_in_millis()  # type: ignore[attr-defined]  # a module made for the test
    functions = Functions({}, Logs())
    assert 3_000 < functions.invoke(FUNCTION, {}, 4) <= 4_000
    assert 9_000 < functions.invoke(FUNCTION, {}, 40) <= 10_000


def test_an_answer_that_json_cannot_carry_is_an_error(toy: ModuleType) -> None:
    with pytest.raises(TypeError):
        handle(toy, lambda *_: {object()})


def test_a_handler_cannot_change_the_poller_s_event(toy: ModuleType) -> None:
    event = {"n": 1}
    toy.lambda_handler = lambda event, _: event.clear()  # type: ignore[attr-defined]  # a module made for the test
    Functions({}, Logs()).invoke(FUNCTION, event)
    assert event == {"n": 1}


def test_a_new_stack_finds_new_wiring(toy: ModuleType) -> None:
    class Client:
        closed = False

        def close(self) -> None:
            self.closed = True

    @functools.cache
    def http_client() -> Client:
        return Client()

    toy.http_client = http_client  # type: ignore[attr-defined]  # a module made for the test
    first = http_client()
    forget_wiring()
    assert http_client() is not first
    assert first.closed


def test_functions_of_one_process_log_under_the_names_that_their_environment_gives_them(
    toy: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    observability = ModuleType("kiwi_sync.observability")
    logger = observability.logger = Logger(service="first")  # type: ignore[attr-defined]  # a module made for the test
    metrics = observability.metrics = Metrics()  # type: ignore[attr-defined]  # a module made for the test
    monkeypatch.setitem(sys.modules, "kiwi_sync.observability", observability)

    @metrics.log_metrics
    def handler(_event: Any, _context: Any) -> Any:
        logger.info("line")
        metrics.add_metric("Count", MetricUnit.Count, 1)
        return {}

    toy.lambda_handler = handler  # type: ignore[attr-defined]  # a module made for the test
    stream = io.StringIO()
    functions = Functions({}, Logs(logging.INFO, stream))
    for name in ("extract", "load"):
        environment = {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": f"{name}-stack"}
        functions.invoke(dataclasses.replace(FUNCTION, environment=environment), {})
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["service"] for line in lines] == ["extract", "extract", "load", "load"]
    told = [line["_aws"]["CloudWatchMetrics"][0]["Namespace"] for line in lines if "_aws" in line]
    assert told == ["extract-stack", "load-stack"]


def test_log_lines_and_metrics_go_where_they_are_told(
    toy: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    logger = Logger(service="toy-lines")
    metrics = Metrics(namespace="Toy", service="toy")

    @metrics.log_metrics
    def handler(_event: Any, _context: Any) -> Any:
        logger.info("quiet")
        logger.warning("loud")
        metrics.add_metric("Count", MetricUnit.Count, 1)
        return {}

    stream = io.StringIO()
    handle(toy, handler, Logs(logging.INFO, stream))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line.get("message", "metric") for line in lines] == ["quiet", "loud", "metric"]
    handle(toy, handler)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "loud" in captured.err
    assert "quiet" not in captured.err
    assert "Count" not in captured.err
