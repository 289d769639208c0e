"""The one door to the embedded AWS: one request at a time, and every one that counts is counted.

Moto answers botocore's requests in the process, but not from several threads at once. It also does not
know the messages that the poller keeps itself, so a change of their visibility is answered here.
"""

import io
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber

from kiwi_sandbox.aws.meter import Meter, is_bookkeeping

Item = dict[str, Any]
Body = dict[str, Any]


class Gate:
    """Passes requests on to moto and keeps the counts."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._lock = threading.RLock()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Stands between botocore and moto while the block runs."""
        passes = BotocoreStubber.__call__

        def call(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
            with self._lock:
                return self._answer(request) or passes(stubber, event_name, request, **more)

        with patch.object(BotocoreStubber, "__call__", call):
            yield

    def _answer(self, request: AWSPreparedRequest) -> AWSResponse | None:
        target = request.headers.get("X-Amz-Target", "")
        service, _, operation = (target.decode() if isinstance(target, bytes) else target).partition(".")
        if service.startswith("DynamoDB"):
            self._meter.state_writes += sum(
                not is_bookkeeping(item["pk"]["S"], item["sk"]["S"])
                for item in _written(operation, _body(request))
            )
        elif operation in {"SendMessage", "SendMessageBatch"}:
            body = _body(request)
            self._meter.messages[body["QueueUrl"].rpartition("/")[2]] += len(body.get("Entries", [body]))
        elif operation == "ChangeMessageVisibility":
            body = _body(request)
            if self._meter.hold(body["ReceiptHandle"], int(body["VisibilityTimeout"])):
                return _response(request, {})
        elif operation == "ChangeMessageVisibilityBatch":
            return self._hold_batch(request)
        return None

    def _hold_batch(self, request: AWSPreparedRequest) -> AWSResponse:
        successful, failed = [], []
        for entry in _body(request)["Entries"]:
            if self._meter.hold(entry["ReceiptHandle"], int(entry["VisibilityTimeout"])):
                successful.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": "ReceiptHandleIsInvalid"})
        return _response(request, {"Successful": successful, "Failed": failed})


def _body(request: AWSPreparedRequest) -> Body:
    content = request.body
    return dict(json.loads(content.decode() if isinstance(content, bytes) else str(content)))


def _response(request: AWSPreparedRequest, body: Body) -> AWSResponse:
    raw: Any = _Raw(json.dumps(body).encode())
    headers: Any = {"Content-Type": "application/x-amz-json-1.0"}
    return AWSResponse(str(request.url), 200, headers, raw)


class _Raw(io.BytesIO):
    """A response's content as botocore wants to read it."""

    def stream(self, **_more: Any) -> Iterator[bytes]:
        yield self.read()


def _written(operation: str, body: Body) -> Iterable[Item]:
    match operation:
        case "UpdateItem" | "DeleteItem":
            return [body["Key"]]
        case "PutItem":
            return [body["Item"]]
        case "BatchWriteItem":
            requests = [request for table in body["RequestItems"].values() for request in table]
            return [
                request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
                for request in requests
            ]
        case "TransactWriteItems":
            return [
                action.get("Item") or action["Key"]
                for entry in body["TransactItems"]
                for kind, action in entry.items()
                if kind != "ConditionCheck"
            ]
    return []
