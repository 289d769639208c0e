"""The whole stack on one machine: embedded AWS, the real handlers, and what ties them."""

import importlib
import json
import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from kiwi_extract.inbox.feldmappings import PREFIX
from kiwi_extract.inbox.place import Place
from kiwi_sync.connections import TOKEN_PATH
from kiwi_sync.queues import Queue as SendingQueue

from kiwi_sandbox.aws.kinds import AwsKind, new_aws
from kiwi_sandbox.functions import Functions, NewTransport, forget_wiring, reaching_kiwi
from kiwi_sandbox.ledger import Message
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.poller import Poller
from kiwi_sandbox.table_content import TableContent, read_content
from kiwi_sandbox.template import STACK_NAME, Function, read_template
from kiwi_sandbox.traffic import Traffic

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
INLINE_BYTES = 1024 * 1024
QUICK = {"GRACE_SECONDS": "0", "BACKOFF_SECONDS": "0.05"}
"""Settings of the functions that make sense only where no time is to be lost."""

_SWEEP_PACE, _NAP = 0.2, 0.02
_MARGIN = 60
"""Seconds before the end of its time at which extract stops."""

OnProgress = Callable[[int, int], None]
"""Called with how many messages were served and how many are waiting."""


class LocalStack:
    """A context manager: the stack of a template, running within it. Only one at a time in a process.

    `aws`: in memory, or moto, which is slow and knows DynamoDB's expressions and SQS's requests.
    `seed` draws which queue is served next, instead of each in turn. `visibility_cap` bounds, in seconds,
    how long a failed message stays hidden. `overrides` replace what the template sets in environments.
    `transport` makes the way on which load reaches KIWI, if that is not to be HTTP.
    """

    def __init__(
        self,
        template: Path = TEMPLATE,
        *,
        aws: AwsKind = AwsKind.MEMORY,
        stack_name: str = STACK_NAME,
        parameters: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
        seed: int | None = None,
        visibility_cap: float | None = 0.2,
        logs: Logs | None = None,
        transport: NewTransport | None = None,
    ) -> None:
        self.blueprint = read_template(template, stack_name, parameters)
        self.aws = new_aws(aws, self.blueprint)
        self.traffic = Traffic()
        self._functions = Functions(QUICK | dict(overrides or {}), logs or Logs(), self._prepare)
        self._transport = transport
        self._seed = seed
        self._visibility_cap = visibility_cap
        self._uploads = 0
        self._swept_at = 0.0
        self._ends = math.inf
        self._exits = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            exits.enter_context(self.aws)
            exits.enter_context(reaching_kiwi(self._transport))
            exits.callback(forget_wiring)
            forget_wiring()
            self.poller = Poller(
                self.blueprint.sources,
                self.invoke,
                self.aws.intake,
                visibility_cap=self._visibility_cap,
                seed=self._seed,
            )
            self.aws.meter.hold = self.poller.hold
            self._exits = exits.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._exits.close()

    def configure(
        self,
        connection: str,
        *,
        mandanten: Sequence[str],
        kiwi_api_url: str,
        kiwi_erp_api_url: str,
        username: str,
        password: str,
        separator: str = "-",
        time_zone: str = "Europe/Berlin",
        token_path: str = TOKEN_PATH,
        **more: float,
    ) -> None:
        """Stores a connection's settings and credentials, new or changed. `more`: settings with a default."""
        secret = f"{self.blueprint.stack_name}/connections/{connection}"
        settings = {
            "separator": separator,
            "mandanten": list(mandanten),
            "time_zone": time_zone,
            "kiwi_api_url": kiwi_api_url,
            "kiwi_erp_api_url": kiwi_erp_api_url,
            "token_path": token_path,
            "secret": secret,
            **more,
        }
        self.aws.put_secret(secret, json.dumps({"username": username, "password": password}))
        self.aws.put_parameter(f"/{self.blueprint.stack_name}/connections/{connection}", json.dumps(settings))
        forget_wiring()

    def put_mapping(self, connection: str, content: bytes) -> None:
        """Puts a connection's Feldmapping where extract looks for it."""
        self.aws.upload(f"{PREFIX}{connection}.yaml", content)

    def drop(self, document: Mapping[str, Any] | str | bytes) -> str:
        """Puts an export on the export queue, through the bucket if it is large; returns the message's id."""
        content = document if isinstance(document, bytes) else _text(document).encode()
        if 0 < len(content) <= INLINE_BYTES and _is_text(content):
            queue = self.blueprint.source("extract").queue
            return self.aws.send(queue, content.decode())
        self._uploads += 1
        (message,) = self.drop_large(f"exports/export-{self._uploads:04d}.json", content)
        return message

    def drop_large(self, key: str, content: bytes) -> list[str]:
        """Puts an object into the export bucket and sends the notifications that are due for its key."""
        version = self.aws.upload(key, content)
        return self.aws.notify(key, len(content), version)

    def drop_placed(self, key: str, content: bytes) -> str:
        """The same with an object whose place says what it is; returns the id that its export gets."""
        version = self.aws.upload(key, content) or ""
        self.aws.notify(key, len(content), version)
        place = Place(key=key, modified=self.aws.uploaded_at(key), version=version)
        return str(place.origin({}).envelope["export_id"])

    def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """One invocation of a function, past the poller; raises what the handler raises."""
        return self._functions.invoke(function, event, self._ends - time.monotonic() + _MARGIN)

    def serve(self, stages: Collection[str] | None = None, give_up_after: float = 60) -> bool:
        """Works what is queued for `stages` (default: all) until nothing is; false if time ran out."""
        with self._until(give_up_after):
            while time.monotonic() < self._ends:
                if not self.poller.serve(stages):
                    if not self.poller.waiting(stages):
                        return True
                    time.sleep(_NAP)
        return False

    def sweep(self) -> None:
        """Fires the template's schedules once."""
        for schedule in self.blueprint.schedules:
            self.aws.send(schedule.queue, schedule.body)
        self._swept_at = time.monotonic()

    def drain(self, give_up_after: float = 300, on_progress: OnProgress = lambda *_: None) -> bool:
        """Works until nothing is in flight and nothing outstanding can move; false if time ran out.

        Then the template's schedules have been fired at least once, and have brought nothing more (but for
        the one key that tries now and then whether a paused connection's log-in has been mended).
        """
        with self._until(give_up_after):
            return self._drain(on_progress)

    def _drain(self, on_progress: OnProgress) -> bool:
        sent_before_sweep: int | None = None
        while time.monotonic() < self._ends:
            if self.poller.serve():
                on_progress(self.poller.served, self.poller.waiting())
            elif self.poller.waiting() or self.poller.delayed():
                time.sleep(min(self.poller.next_visible() or _NAP, _NAP))
            elif sent_before_sweep is not None:
                owed = self.owed()
                quiet = sent_before_sweep == self._sent() or owed.paused()
                if quiet and not owed.movable(datetime.now(UTC)):
                    return True
                sent_before_sweep = None
            elif time.monotonic() - self._swept_at < _SWEEP_PACE:
                time.sleep(_NAP)
            else:
                sent_before_sweep = self._sent()
                self.sweep()
        return False

    @contextmanager
    def _until(self, give_up_after: float) -> Iterator[None]:
        """Within the block no invocation is given much more time than is left."""
        self._ends = time.monotonic() + give_up_after
        try:
            yield
        finally:
            self._ends = math.inf

    def outcome(self) -> TableContent:
        """The present content of the state table."""
        return read_content(self.aws.items())

    def owed(self) -> TableContent:
        """The rows that are owed now, and the obstacles to settling them, without the rest of the table."""
        return read_content(self.aws.owed())

    @property
    def exports(self) -> SendingQueue:
        """The export queue, as the functions see it."""
        return self.aws.queue(self.blueprint.source("extract").queue)

    @property
    def messages(self) -> dict[str, int]:
        """Messages sent so far, by the stage that they were sent to."""
        sent = self.aws.meter.messages
        return {source.function.stage: sent[source.queue.name] for source in self.blueprint.sources}

    def dead_letters(self) -> list[tuple[str, Message]]:
        """Messages that were received too often, with the name of their queue."""
        return list(self.poller.dead)

    def _sent(self) -> int:
        """Messages between the stages; the sweeps themselves come on the export queue."""
        return sum(count for stage, count in self.messages.items() if stage != "extract")

    def _prepare(self, function: Function) -> None:
        if function.stage == "load":
            wiring = importlib.import_module("kiwi_load.wiring")
            self.traffic.watch(wiring.http_client())


def _text(document: Mapping[str, Any] | str) -> str:
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
