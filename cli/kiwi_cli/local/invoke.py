"""One invocation of a real handler, after the sample export went through the stages before it."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from kiwi_sandbox.stack import LocalStack
from kiwi_sandbox.table_content import Item

from kiwi_cli.local.exports import SAMPLES, LocalExport, parse_export, read_export, redate
from kiwi_cli.local.kiwi import Kiwi

STAGES = ("extract", "transform", "load")
SAMPLE = SAMPLES / "exports" / "full.json"

Event = dict[str, Any]


@dataclass
class Invocation:
    """The answer of an invocation, and its changes."""

    answer: Any
    notes: list[str]
    rows: dict[str, int]
    messages: dict[str, int]
    requests: dict[str, int]

    @property
    def failed(self) -> bool:
        """Whether the handler reported a message as failed."""
        return bool((self.answer or {}).get("batchItemFailures"))


class EventError(Exception):
    """The event file does not hold what Lambda would hand to the function."""


def read_event(path: Path) -> Event:
    """The event in a file.

    Raises:
        OSError: the file cannot be read.
        EventError: it holds no SQS event.
    """
    try:
        event = json.loads(path.read_bytes())
    except ValueError as error:
        raise EventError(f"{path} is not JSON: {error}") from error
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not all(
        isinstance(record, dict) and isinstance(record.get("body"), str) for record in records
    ):
        raise EventError(f"{path} is no SQS event: it needs `Records`, each with a `body`")
    return dict(event)


def invoke_once(
    stack: LocalStack, stage: str, event: Event, kiwi: Kiwi, *, now: datetime, redated: bool
) -> Invocation:
    """Brings the stack to where `stage` takes over, and invokes its handler once with `event`.

    `redated`: an export within the event gets a present date, as the sample export always does.
    """
    sample = redate([read_export(SAMPLE)], now)[0]
    notes: list[str] = []
    _configure(stack, sample, kiwi)
    earlier = STAGES[: STAGES.index(stage)]
    if earlier:
        stack.drop(sample.content)
        stack.serve(earlier)
        notes.append(
            f"The sample export, dated {_moment(sample)}, went through {' and '.join(earlier)} first."
        )
    else:
        event = {"Records": [_placed(stack, record, sample, notes) for record in event["Records"]]}
        if redated:
            event = {"Records": [_redated(record, now, notes) for record in event["Records"]]}
    rows, messages = _rows(stack), stack.messages
    requests = Counter(stack.traffic.requests)
    answer = stack.invoke(stack.blueprint.source(stage).function, event)
    return Invocation(
        answer,
        notes,
        rows=_difference(rows, _rows(stack)),
        messages={name: count - messages[name] for name, count in stack.messages.items()},
        requests=dict(stack.traffic.requests - requests),
    )


def _configure(stack: LocalStack, sample: LocalExport, kiwi: Kiwi) -> None:
    first = json.loads(next(iter(stack.blueprint.parameters.values())))
    stack.configure(
        sample.connection,
        mandanten=first["mandanten"],
        separator=first["separator"],
        kiwi_api_url=kiwi.api_url,
        kiwi_erp_api_url=kiwi.erp_api_url,
        username=kiwi.username,
        password=kiwi.password,
    )


def _body(record: Event) -> Any:
    try:
        return json.loads(record["body"])
    except ValueError:
        return None


def _redated(record: Event, now: datetime, notes: list[str]) -> Event:
    export = parse_export(Path("event"), record["body"].encode())
    if export.exported_at is None:
        return record
    (redated,) = redate([export], now)
    notes.append(f"The export in the event is dated {_moment(redated)} for this run.")
    return record | {"body": redated.content.decode()}


def _placed(stack: LocalStack, record: Event, sample: LocalExport, notes: list[str]) -> Event:
    """The record, with the sample lying in this stack's bucket under whatever key the record names."""
    body = _body(record)
    if not isinstance(body, dict):
        return record
    if body.get("format") == "erp-export-pointer/1":
        _place(stack, str(body.get("key")), sample, notes)
        body["bucket"] = _own_bucket(stack, body.get("bucket"), notes)
    for notification in body.get("Records", []):
        bucket, obj = notification["s3"]["bucket"], notification["s3"]["object"]
        _place(stack, unquote_plus(obj["key"]), sample, notes)
        bucket["name"] = _own_bucket(stack, bucket["name"], notes)
        # The versions of this bucket are not those of the bucket that the event was written for.
        obj.pop("versionId", None)
    return record | {"body": json.dumps(body, ensure_ascii=False)}


def _place(stack: LocalStack, key: str, sample: LocalExport, notes: list[str]) -> None:
    stack.aws.upload(key, sample.content)
    notes.append(f"The sample export, dated {_moment(sample)}, lies in {stack.aws.bucket.name} under {key}.")


def _moment(export: LocalExport) -> str:
    return f"{export.exported_at:%Y-%m-%d %H:%M} UTC"


def _own_bucket(stack: LocalStack, named: Any, notes: list[str]) -> str:
    own = stack.aws.bucket.name
    if named != own:
        notes.append(f"The event names the bucket {named}; it was changed to {own}.")
    return own


def _rows(stack: LocalStack) -> dict[str, Item]:
    return {f"{item['pk']}|{item['sk']}": item for item in stack.outcome().entities}


def _difference(before: dict[str, Item], after: dict[str, Item]) -> dict[str, int]:
    return {
        "new": len(after.keys() - before.keys()),
        "changed": sum(after[key] != before[key] for key in after.keys() & before.keys()),
        "removed": len(before.keys() - after.keys()),
    }
