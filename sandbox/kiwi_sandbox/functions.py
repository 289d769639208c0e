"""The real handlers, called in the process with the environment that the template gives each of them."""

import importlib
import json
import math
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import httpx
from aws_lambda_powertools.utilities import parameters
from kiwi_sync.kiwi.client import new_http_client

from kiwi_sandbox.cloudformation import ACCOUNT, REGION
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.template import Function

NewTransport = Callable[[], httpx.BaseTransport]

_PACKAGES = ("kiwi_sync", "kiwi_extract", "kiwi_transform", "kiwi_load")
_clear_parameters: Callable[[], None] = parameters.clear_caches


@dataclass(frozen=True)
class Context:
    """The facts that Lambda tells a handler about its invocation."""

    function_name: str
    memory_limit_in_mb: int
    deadline: float
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The function's log group."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """The log stream of this container."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the invocation."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Functions:
    """Invokes functions. `overrides` replace the template's values, where it has any."""

    def __init__(
        self, overrides: Mapping[str, str], logs: Logs, prepare: Callable[[Function], None] = lambda _: None
    ) -> None:
        self._overrides = overrides
        self._logs = logs
        self._prepare = prepare

    def invoke(self, function: Function, event: dict[str, Any], seconds: float = math.inf) -> Any:
        """The handler's answer to `event`; raises whatever the handler raises.

        It is told that it has `seconds`, or the function's time-out, if that is shorter.
        """
        module, _, name = function.handler.rpartition(".")
        with self.environment(function):
            handler = getattr(importlib.import_module(module), name)
            _observe_as(os.environ)
            self._prepare(function)
            ends = time.monotonic() + min(function.timeout, seconds)
            context = Context(function.name, function.memory, ends)
            with self._logs.collect():
                # Lambda passes texts: what JSON cannot carry must not get through here either.
                return json.loads(json.dumps(handler(json.loads(json.dumps(event)), context)))

    @contextmanager
    def environment(self, function: Function) -> Iterator[None]:
        """The function's environment while the block runs."""
        own = {name: self._overrides.get(name, value) for name, value in function.environment.items()}
        runtime = {
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        }
        with patch.dict(os.environ, own | runtime):
            yield


def _observe_as(environment: Mapping[str, str]) -> None:
    """Rename the shared logger and metrics: in one process they know only the name they were made with."""
    observability = sys.modules.get("kiwi_sync.observability")
    service = environment.get("POWERTOOLS_SERVICE_NAME")
    namespace = environment.get("POWERTOOLS_METRICS_NAMESPACE")
    if observability and service:
        observability.logger.append_keys(service=service)
        observability.metrics.service = service
    if observability and namespace:
        observability.metrics.namespace = namespace


@contextmanager
def reaching_kiwi(transport: NewTransport | None) -> Iterator[None]:
    """Let load reach KIWI on a way of one's own while the block runs; None: by HTTP, as always."""
    if transport is None:
        yield
        return
    wiring = importlib.import_module("kiwi_load.wiring")

    def direct(*, connections: int) -> httpx.Client:
        return new_http_client(connections=connections, transport=transport())

    with patch.object(wiring, "new_http_client", direct):
        yield


def forget_wiring() -> None:
    """Empty all caches that functions keep between invocations: the next one finds a new container."""
    _clear_parameters()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in _PACKAGES:
            continue
        for attribute in vars(module).values():
            if hasattr(attribute, "cache_clear"):
                _close_http_client(attribute)
                attribute.cache_clear()


def _close_http_client(factory: Any) -> None:
    # Its kept-alive connections would otherwise stay open until the garbage collector complains.
    if getattr(factory, "__name__", "") == "http_client" and factory.cache_info().currsize:
        factory().close()
