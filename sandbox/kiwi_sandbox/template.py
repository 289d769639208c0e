"""The parts of the stack, read from `template.yaml`: queues, table, functions and their connections."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiwi_sandbox.cloudformation import Properties, Resolver, TemplateError, translate

STACK_NAME = "kiwi-sync"


@dataclass(frozen=True)
class QueueDefinition:
    """A queue; `dead_letter` is the name of the queue for messages that were received too often."""

    name: str
    url: str
    arn: str
    fifo: bool
    visibility: int
    attributes: dict[str, str]
    dead_letter: str | None = None
    max_receives: int | None = None


@dataclass(frozen=True)
class Function:
    """A function: its handler and its surroundings."""

    name: str
    handler: str
    timeout: int
    memory: int
    environment: dict[str, str]

    @property
    def stage(self) -> str:
        """The stage noun: `extract`, `transform`, `load`."""
        return self.handler.partition(".")[0].removeprefix("kiwi_")


@dataclass(frozen=True)
class EventSource:
    """An event source mapping from a queue to a function."""

    function: Function
    queue: QueueDefinition
    batch_size: int
    maximum_concurrency: int | None
    reports_failures: bool


@dataclass(frozen=True)
class Schedule:
    """A schedule that sends `body` to a queue."""

    name: str
    queue: QueueDefinition
    expression: str
    body: str


@dataclass(frozen=True)
class Notification:
    """A bucket's notification to a queue about new keys that begin and end so."""

    queue: QueueDefinition
    prefix: str
    suffix: str

    def concerns(self, key: str) -> bool:
        """Whether the notification's filter lets this key through."""
        return key.startswith(self.prefix) and key.endswith(self.suffix)


@dataclass(frozen=True)
class Bucket:
    """The export bucket."""

    name: str
    versioned: bool
    notifications: tuple[Notification, ...]


@dataclass(frozen=True)
class TableDefinition:
    """The state table; `definition` is the argument of CreateTable."""

    name: str
    definition: dict[str, Any]
    ttl_attribute: str | None


@dataclass(frozen=True)
class Blueprint:
    """Everything that the local stack makes of a template."""

    stack_name: str
    queues: dict[str, QueueDefinition] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    sources: tuple[EventSource, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    tables: tuple[TableDefinition, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    def source(self, stage: str) -> EventSource:
        """The event source mapping that feeds a stage. Raises TemplateError if there is none."""
        for source in self.sources:
            if source.function.stage == stage:
                return source
        raise TemplateError(f"no function of the template works the stage {stage}")


def read_template(
    path: Path, stack_name: str = STACK_NAME, parameters: Mapping[str, str] | None = None
) -> Blueprint:
    """The stack that the template at `path` describes.

    Raises TemplateError if it cannot be read, or needs what the local stack does not know.
    """
    resolver = Resolver(translate(path), stack_name, parameters or {})
    queues = [_queue(resolver, logical, raw) for logical, raw in _all(resolver, "SQS::Queue").items()]
    by_arn = {queue.arn: queue for queue in queues}
    functions = {
        resolver.name(logical): _function(resolver, logical, raw)
        for logical, raw in _all(resolver, "Lambda::Function").items()
    }
    return Blueprint(
        stack_name=stack_name,
        queues={queue.name: queue for queue in queues},
        functions=functions,
        sources=tuple(
            _source(resolver.resolve(raw), functions, by_arn)
            for raw in _all(resolver, "Lambda::EventSourceMapping").values()
        ),
        schedules=tuple(_schedules(resolver, by_arn)),
        buckets=tuple(
            _bucket(resolver.name(logical), resolver.resolve(raw), by_arn)
            for logical, raw in _all(resolver, "S3::Bucket").items()
        ),
        tables=tuple(
            _table(resolver.name(logical), resolver.resolve(raw))
            for logical, raw in _all(resolver, "DynamoDB::Table").items()
        ),
        secrets={
            resolver.name(logical): str(resolver.resolve(raw).get("SecretString", "{}"))
            for logical, raw in _all(resolver, "SecretsManager::Secret").items()
        },
        parameters={
            resolver.name(logical): str(resolver.resolve(raw)["Value"])
            for logical, raw in _all(resolver, "SSM::Parameter").items()
        },
    )


def _all(resolver: Resolver, kind: str) -> dict[str, Properties]:
    return resolver.of_type(f"AWS::{kind}")


def _queue(resolver: Resolver, logical: str, raw: Properties) -> QueueDefinition:
    properties = resolver.resolve(raw)
    redrive = properties.pop("RedrivePolicy", {})
    visibility = int(properties.get("VisibilityTimeout", 30))
    attributes = {
        key: str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in properties.items()
        if key not in {"QueueName", "RedriveAllowPolicy", "Tags"}
    }
    return QueueDefinition(
        name=resolver.name(logical),
        url=resolver.resolve({"Ref": logical}),
        arn=resolver.arn(logical),
        fifo=attributes.get("FifoQueue") == "true",
        visibility=visibility,
        attributes=attributes,
        dead_letter=redrive["deadLetterTargetArn"].rpartition(":")[2] if redrive else None,
        max_receives=int(redrive["maxReceiveCount"]) if redrive else None,
    )


def _function(resolver: Resolver, logical: str, raw: Properties) -> Function:
    properties = {key: resolver.resolve(raw.get(key)) for key in ("Timeout", "MemorySize", "Environment")}
    variables = (properties["Environment"] or {}).get("Variables", {})
    return Function(
        name=resolver.name(logical),
        handler=raw["Handler"],
        timeout=int(properties["Timeout"] or 3),
        memory=int(properties["MemorySize"] or 128),
        environment={key: _text(value) for key, value in variables.items()},
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _source(
    properties: Properties, functions: Mapping[str, Function], by_arn: Mapping[str, QueueDefinition]
) -> EventSource:
    queue = by_arn[properties["EventSourceArn"]]
    size = int(properties.get("BatchSize", 10))
    concurrency = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
    return EventSource(
        function=functions[properties["FunctionName"].rpartition(":")[2]],
        queue=queue,
        batch_size=min(size, 10) if queue.fifo else size,
        maximum_concurrency=int(concurrency) if concurrency else None,
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
    )


def _schedules(resolver: Resolver, by_arn: Mapping[str, QueueDefinition]) -> list[Schedule]:
    schedules = []
    for logical, raw in _all(resolver, "Scheduler::Schedule").items():
        properties = resolver.resolve({key: raw.get(key) for key in ("State", "ScheduleExpression")})
        target = resolver.resolve({key: raw["Target"].get(key) for key in ("Arn", "Input")})
        if properties.get("State", "ENABLED") == "ENABLED" and target["Arn"] in by_arn:
            queue, body = by_arn[target["Arn"]], target.get("Input", "{}")
            schedules.append(Schedule(logical, queue, str(properties["ScheduleExpression"]), body))
    return schedules


def _bucket(name: str, properties: Properties, by_arn: Mapping[str, QueueDefinition]) -> Bucket:
    configurations = properties.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
    return Bucket(
        name=name,
        versioned=properties.get("VersioningConfiguration", {}).get("Status") == "Enabled",
        notifications=tuple(_notification(item, by_arn) for item in configurations),
    )


def _notification(item: Properties, by_arn: Mapping[str, QueueDefinition]) -> Notification:
    rules = item.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    values = {rule["Name"].lower(): rule["Value"] for rule in rules}
    return Notification(by_arn[item["Queue"]], values.get("prefix", ""), values.get("suffix", ""))


def _table(name: str, properties: Properties) -> TableDefinition:
    keys = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    definition: dict[str, Any] = {key: properties[key] for key in keys if key in properties}
    definition = json.loads(json.dumps(definition))
    ttl = properties.get("TimeToLiveSpecification", {})
    return TableDefinition(name, definition, ttl.get("AttributeName") if ttl.get("Enabled", True) else None)
