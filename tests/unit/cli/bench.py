"""A poller with a handler of the test, for the tests of event source mappings."""

from collections.abc import Callable, Sequence
from typing import Any

from kiwi_sandbox.aws.sandbox_aws import SandboxAws
from kiwi_sandbox.poller import Poller
from kiwi_sandbox.template import EventSource, Function, QueueDefinition
from kiwi_sync.queues import Outgoing

FUNCTION = Function("worker", "kiwi_load.handler.lambda_handler", 10, 128, {})
Handler = Callable[[list[dict[str, Any]]], Any]


class Clock:
    """Time that passes only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_queue(name: str, dead_letter: str | None = None, visibility: int = 60) -> QueueDefinition:
    fifo = name.endswith(".fifo")
    return QueueDefinition(
        name,
        f"https://sqs.eu-central-1.amazonaws.com/123456789012/{name}",
        f"arn:aws:sqs:eu-central-1:123456789012:{name}",
        fifo,
        visibility,
        {"FifoQueue": "true"} if fifo else {},
        dead_letter,
        3 if dead_letter else None,
    )


PLAIN = make_queue("plain", "plain-dead")
FIFO = make_queue("ordered.fifo", "ordered-dead.fifo")
QUEUES = {
    queue.name: queue for queue in (PLAIN, FIFO, make_queue("plain-dead"), make_queue("ordered-dead.fifo"))
}


class Bench:
    """A poller with a handler of the test, and what the handler was given."""

    def __init__(
        self,
        aws: SandboxAws,
        handler: Handler,
        *,
        cap: float | None = None,
        size: int = 10,
        reports: bool = True,
    ) -> None:
        self.batches: list[list[str]] = []
        self.records: list[dict[str, Any]] = []
        self.clock = Clock()
        self.aws = aws
        self._handler = handler
        sources = [EventSource(FUNCTION, queue, size, None, reports) for queue in (PLAIN, FIFO)]
        self.poller = Poller(
            sources,
            self._invoke,
            aws.intake,
            visibility_cap=cap,
            clock=self.clock,
        )
        aws.meter.hold = self.poller.hold

    def _invoke(self, _function: Function, event: dict[str, Any]) -> Any:
        self.batches.append([record["body"] for record in event["Records"]])
        self.records += event["Records"]
        return self._handler(event["Records"])

    def send(self, *bodies: str, delay: int = 0) -> None:
        self.aws.queue(PLAIN).send(Outgoing(body, delay=delay) for body in bodies)

    def send_ordered(self, *bodies: str) -> None:
        """The first letter of a body is its group."""
        self.aws.queue(FIFO).send(Outgoing(body, group=body[0]) for body in bodies)

    def serve_all(self) -> list[list[str]]:
        """Serves until nothing is visible; the batches since the last time."""
        before = len(self.batches)
        while self.poller.serve():
            pass
        return self.batches[before:]


def fail(*bodies: str) -> Handler:
    """A handler that reports these bodies as failed, always."""
    return lambda records: {
        "batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in records if r["body"] in bodies]
    }


def crash(_records: Sequence[dict[str, Any]]) -> Any:
    raise RuntimeError("out of order")
