"""Whether addresses become placeholders by an export, or are none any more: as load would count them."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from kiwi_sync.keys import RowKey
from kiwi_sync.queues import in_batches
from kiwi_sync.state.table import TableReader
from kiwi_sync.state.wants import all_wants

from kiwi_extract.plan.plan_file import PlanFile

BATCH = 100
"""Addresses that are looked up at once."""


@dataclass(frozen=True)
class SharedAddresses:
    """The addresses that more or fewer tenants want after the export; keys throughout are texts.

    `note`: puts the lines of tenants in that the export does not speak of.
    """

    file: PlanFile
    table: TableReader
    writers: Executor
    note: Callable[[list[RowKey]], None]

    def decide(self) -> None:
        """Correct the lines of those who want what too many want, and put in whom else it meets."""
        claims = self.file.crowds()
        for batch in in_batches(claims, BATCH):
            there = self.writers.map(partial(all_wants, self.table), batch)
            for claim, before in zip(batch, there, strict=True):
                self._decide(claim, {want.key.text: want.limit for want in before})
        for key in self.file.kept_out(claims):
            self.file.withhold(key)

    def _decide(self, claim: str, before: Mapping[str, int]) -> None:
        members = self.file.members(claim)
        parted = self.file.parted(claim)
        after = {key: limit for key, limit in before.items() if key not in parted} | members
        kept_out = {key for key, limit in after.items() if len(after) > limit}
        others = [
            key
            for key, limit in after.items()
            if key not in members and (key in kept_out) != (len(before) > limit)
        ]
        self.note([RowKey.parse(key) for key in others])
        for key in sorted(kept_out & {*members, *others}):
            self.file.withhold(key)
        if kept_out:
            self.file.crowded(claim, stays=True)
        elif len({*before, *members}) > min(after.values(), default=0):
            # Who joins may be counted before the others part.
            self.file.crowded(claim, stays=False)
