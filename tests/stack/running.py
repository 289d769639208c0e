"""The whole path on one machine, for tests: exports in, KIWI's content out."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from kiwi_sandbox.aws.kinds import AwsKind
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.stack import LocalStack
from kiwi_sync.state.table import Change
from kiwi_sync.times import read_stamp, stamp

from tests.oracle import differences, expected_content

CONNECTION = "muster-wohnbau"
USER, PASSWORD = "erp@example.org", "correct horse battery"
MANDANTEN = ("0001", "0002")
PATIENCE = 240.0


@dataclass
class Running:
    """A running stack with its KIWI."""

    stack: LocalStack
    kiwi: EmbeddedKiwi
    separator: str = "-"
    mandanten: Sequence[str] = MANDANTEN

    def configure(
        self, *, separator: str | None = None, mandanten: Sequence[str] | None = None, **more: Any
    ) -> None:
        """Change settings, as a user would in Parameter Store."""
        self.separator = separator or self.separator
        self.mandanten = mandanten or self.mandanten
        self.stack.configure(
            CONNECTION,
            mandanten=self.mandanten,
            separator=self.separator,
            kiwi_api_url=self.kiwi.api_url,
            kiwi_erp_api_url=self.kiwi.erp_api_url,
            username=USER,
            password=PASSWORD,
            **more,
        )

    def bring(self, *exports: dict[str, Any]) -> None:
        """Put exports on the queue at once and work until nothing is left to do."""
        for export in exports:
            self.stack.drop(export)
        assert self.stack.drain(PATIENCE), "not drained"

    def ids(self, kind: str) -> set[str]:
        """The external ids of KIWI's objects of a kind."""
        return {str(item["external_id"]) for item in self.kiwi.content()[kind].values()}

    def kiwi_id(self, kind: str) -> str:
        """The id of the only object of a kind."""
        (one,) = self.kiwi.content()[kind]
        return one

    def kiwi_writes(self) -> int:
        """The number of writes KIWI was asked for, without log-ins."""
        return sum(1 for request in self.kiwi.requests if request.kind and request.method != "GET")

    def partition_keys(self) -> set[str]:
        """The partition keys of everything in the table."""
        return {str(item["pk"]) for item in self.items()}

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table."""
        return sorted(self.stack.aws.items(), key=lambda item: (item["pk"], item["sk"]))

    def entity_keys(self) -> set[str]:
        """Partition keys of everything except the system's own bookkeeping."""
        return {pk for pk in self.partition_keys() if not pk.startswith(("%run#", "%connection#", "%hold#"))}

    def connection_state(self) -> dict[str, Any]:
        """The remembered availability of the connection's KIWI."""
        key = (f"%connection#{CONNECTION}", "kiwi")
        return next((item for item in self.items() if (item["pk"], item["sk"]) == key), {})

    def login_attempts(self) -> int:
        """The number of log-ins with user name and password."""
        return sum(1 for request in self.kiwi.requests if request.path.endswith("/v1/session"))

    def rewind_login(self, by: timedelta) -> None:
        """Make the last log-in appear earlier."""
        item = self.connection_state()
        self.put(item, tried_at=stamp(read_stamp(item["tried_at"]) - by))

    def put(self, item: dict[str, Any], **values: str) -> None:
        """Change texts of an item, past everything."""
        assert self.stack.aws.state.update((item["pk"], item["sk"]), Change(put=values))

    @property
    def secret(self) -> str:
        """The name of the connection's secret."""
        return f"{self.stack.blueprint.stack_name}/connections/{CONNECTION}"

    def runs(self) -> list[dict[str, Any]]:
        """The rows of all runs, each with its `export_id`."""
        return [item | {"export_id": item["sk"]} for item in self.items() if item["pk"].startswith("%run#")]

    def status(self, export_id: str) -> str:
        """The status of an export."""
        (status,) = [run["status"] for run in self.runs() if run["export_id"] == export_id]
        return str(status)

    @property
    def bucket(self) -> str:
        """The name of the export bucket."""
        return self.stack.aws.bucket.name

    def object_keys(self) -> set[str]:
        """The keys of all objects in the bucket."""
        listed = self.stack.aws.s3.list_objects_v2(Bucket=self.bucket)
        return {item["Key"] for item in listed.get("Contents", [])}

    def work(self, *, sweeps: int = 3) -> None:
        """Work all queues, and a few sweeps: for cases in which some work must remain."""
        for _ in range(sweeps + 1):
            assert self.stack.serve(give_up_after=PATIENCE)
            self.stack.sweep()
        assert self.stack.serve(give_up_after=PATIENCE)

    def assert_right(self, exports: Sequence[dict[str, Any]], context: object = "") -> None:
        """Check that KIWI holds the result of exports and settings, and that only the right doors open."""
        expected = expected_content(
            exports, separator=self.separator, mandanten=self.mandanten, now=datetime.now(UTC)
        )
        assert differences(expected, self.kiwi.content()) == [], context
        assert self.kiwi.deleted_with_access == [], context
        assert self.stack.dead_letters() == [], context
        there = self.kiwi.content()["rental_agreement"]
        assert self.kiwi.active() <= set(there), context


@contextmanager
def running(
    *,
    seed: int | None = None,
    faults: Faults | None = None,
    separator: str = "-",
    kiwi_seed: int = 0,
    aws: AwsKind = AwsKind.MEMORY,
) -> Iterator[Running]:
    """A stack and a KIWI, configured."""
    with EmbeddedKiwi(seed=kiwi_seed) as kiwi, LocalStack(aws=aws, seed=seed) as stack:
        kiwi.add_account(USER, PASSWORD)
        kiwi.shared.auto_doors = True
        if faults is not None:
            kiwi.faults = faults
        it = Running(stack, kiwi, separator)
        it.configure()
        yield it


def shuffled(exports: Sequence[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Each export twice, in an order that the seed draws."""
    twice = [*exports, *exports]
    random.Random(seed).shuffle(twice)
    return twice


def redated(*exports: dict[str, Any]) -> list[dict[str, Any]]:
    """The exports with their distances kept, the newest an hour old: a committed sample grows too old."""
    dates = [datetime.fromisoformat(export["exported_at"]) for export in exports]
    shift = datetime.now(UTC) - timedelta(hours=1) - max(dates)
    return [
        export | {"exported_at": (date + shift).isoformat()}
        for export, date in zip(exports, dates, strict=True)
    ]
