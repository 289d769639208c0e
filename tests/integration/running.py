"""The whole path on one machine, for tests: exports in, KIWI's content out."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kiwi_local.kiwi import EmbeddedKiwi, Faults
from kiwi_local.stack import LocalStack

from tests.oracle import differences, expected_content

CONNECTION = "muster-wohnbau"
USER, PASSWORD = "erp@example.org", "correct horse battery"
MANDANTEN = ("0001", "0002")
PATIENCE = 120.0


@dataclass
class Running:
    """A running stack with its KIWI."""

    stack: LocalStack
    kiwi: EmbeddedKiwi
    separator: str = "-"
    mandanten: Sequence[str] = MANDANTEN

    def configure(self, *, separator: str | None = None, mandanten: Sequence[str] | None = None) -> None:
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
        )

    def bring(self, *exports: dict[str, Any]) -> None:
        """Put exports on the queue at once and work until nothing is left to do."""
        for export in exports:
            self.stack.drop(export)
        assert self.stack.drain(PATIENCE), "not drained"

    def ids(self, kind: str) -> set[str]:
        """The external ids of what KIWI holds of a kind."""
        return {str(item["external_id"]) for item in self.kiwi.content()[kind].values()}

    def kiwi_id(self, kind: str) -> str:
        """The id of the only object of a kind."""
        (one,) = self.kiwi.content()[kind]
        return one

    def kiwi_writes(self) -> int:
        """How many writes KIWI has been asked for, log-ins not counted."""
        return sum(1 for request in self.kiwi.requests if request.kind and request.method != "GET")

    def partition_keys(self) -> set[str]:
        """The partition keys of everything in the table."""
        pages = self.stack.aws.dynamodb.get_paginator("scan").paginate(TableName=self.table)
        return {item["pk"]["S"] for page in pages for item in page["Items"]}

    @property
    def table(self) -> str:
        """The name of the state table."""
        (name,) = self.stack.aws.dynamodb.list_tables()["TableNames"]
        return name

    def assert_right(self, exports: Sequence[dict[str, Any]], context: object = "") -> None:
        """KIWI holds what a pure function of exports and settings says, and no door opens that should not."""
        expected = expected_content(
            exports, separator=self.separator, mandanten=self.mandanten, now=datetime.now(UTC)
        )
        assert differences(expected, self.kiwi.content()) == [], context
        assert self.kiwi.deleted_with_access == [], context
        assert self.stack.dead_letters() == [], context
        there = self.kiwi.content()["rental_agreement"]
        assert {agreement for agreement, _, _ in self.kiwi.doors()} <= set(there), context


@contextmanager
def running(
    *, seed: int | None = None, faults: Faults | None = None, separator: str = "-", kiwi_seed: int = 0
) -> Iterator[Running]:
    """A stack and a KIWI, configured."""
    with EmbeddedKiwi(seed=kiwi_seed) as kiwi, LocalStack(seed=seed) as stack:
        kiwi.add_account(USER, PASSWORD)
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
