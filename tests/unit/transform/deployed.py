"""The stack on the embedded AWS, with the rows that the sample events are about."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.stack import LocalStack
from kiwi_sync.erp.models import Mietvertrag
from kiwi_sync.keys import RowKey
from kiwi_sync.observability import metrics
from kiwi_sync.state.rows import Row, read_row

from tests.fakes.memory import MemoryQueue
from tests.unit.transform.world import Erp, MemorySsm, Time, settings, tenant, unit

EVENTS = Path(__file__).resolve().parents[3] / "events"
CONNECTION = "muster-wohnbau"
UNIT = "verwaltungseinheit/0001/100/0001"
TENANT = "mieter/0001/4711"
LEASE = "mietvertrag/0001/100-0001-03"
AGREEMENT = "rental_agreement/0001/100-0001-03/4711"


class Deployed:
    """A function, invoked with the event that is named after it."""

    def __init__(self, stack: LocalStack, kiwi: EmbeddedKiwi, stage: str) -> None:
        self.stack = stack
        self.kiwi = kiwi
        self.table = stack.aws.state
        self.event: dict[str, Any] = json.loads((EVENTS / f"{stage}.json").read_text())
        self.function = stack.blueprint.source(stage).function
        stack.aws.meter.hold = lambda _handle, _seconds: True

    def failed(self) -> list[int]:
        """Invoke it; the messages that its answer names, by their place in the event."""
        names = [record["messageId"] for record in self.event["Records"]]
        answer = self.stack.invoke(self.function, self.event)
        return [names.index(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]

    def write(self, index: int, body: str) -> None:
        """Replace the body of a message."""
        self.event["Records"][index]["body"] = body

    def row(self, key: str) -> Row:
        """A row that must be there."""
        row = read_row(self.table, RowKey.parse(f"{CONNECTION}/{key}"))
        assert row is not None, key
        return row


@contextmanager
def deployed(stage: str) -> Iterator[Deployed]:
    """The stack after extract has written the rows of the sample events."""
    namespace = metrics.provider.namespace
    metrics.provider.namespace = "kiwi-sync"
    with EmbeddedKiwi() as kiwi, LocalStack() as stack:
        kiwi.add_account("somebody", "secret")
        stack.configure(
            CONNECTION,
            mandanten=["0001"],
            kiwi_api_url=kiwi.api_url,
            kiwi_erp_api_url=kiwi.erp_api_url,
            username="somebody",
            password="secret",
        )
        here = Deployed(stack, kiwi, stage)
        _say(here)
        yield here
    metrics.provider.namespace = namespace


def _say(here: Deployed) -> None:
    ssm = MemorySsm()
    ssm.put(CONNECTION, settings())
    lease = {
        "mandant": "0001",
        "nummer": "100-0001-03",
        "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": "0001"},
        "mieter": ["4711", "4712"],
        "beginn": "2024-01-01",
    }
    erp = Erp(here.table, ssm, Time(), MemoryQueue(), CONNECTION)
    erp.say(
        unit("0001"),
        tenant("4711"),
        tenant("4712", "b@kiwi.example.com"),
        Mietvertrag.model_validate(lease),
    )
