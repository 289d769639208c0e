"""Decides, as load would, which row gets a value that KIWI wants unique."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.queues import in_batches
from kiwi_sync.state.claims import holders, waiters
from kiwi_sync.state.table import TableReader

from kiwi_extract.plan.plan_file import PlanFile

BATCH = 100
"""Claims that are looked up at once."""


@dataclass
class Contest:
    """The claims of one kind of row that more than one wants or has; keys throughout are texts.

    `note`: puts the lines of rows in that the export does not speak of.
    """

    file: PlanFile
    table: TableReader
    writers: Executor
    kind: RowKind
    note: Callable[[list[RowKey]], None]
    owners: dict[str, str] = field(default_factory=dict)
    """The holder of each contested claim; none if it is free."""
    rivals: dict[str, list[str]] = field(default_factory=dict)
    """The rows that want it."""
    pending: dict[str, set[str]] = field(default_factory=dict)
    """The contested claims that a line still needs."""

    def decide(self) -> None:
        """Decide, and correct the lines of rows that do not get their claim.

        The first newcomer by key is taken; it is undecided which one comes first in fact.
        """
        self._bring_waiters()
        self._collect()
        held_before = dict(self.owners)
        for owner in held_before.values():
            if owner not in self.pending:
                self._release(owner)
        self._share_out()
        undecided = self._undecided(held_before)
        for key, needed in self.pending.items():
            others = (claim for claim in sorted(needed) if self.owners.get(claim, key) != key)
            self.file.lose(key, next(others, min(needed)), undecided=key in undecided)
        self.file.doubt(undecided)

    def _undecided(self, held_before: Mapping[str, str]) -> set[str]:
        """The rows for which it is open whether they get their claim, and those that depend on them."""
        # Whoever loses while an address is crowded in passing may be sent away first, and then gets it.
        undecided = {key for key, needed in self.pending.items() if any(map(self.file.in_passing, needed))}
        for claim, rivals in self.rivals.items():
            newcomers = [key for key in rivals if key != held_before.get(claim)]
            if len(newcomers) > 1 and self.owners.get(claim) in newcomers:
                undecided |= set(newcomers)
        concerns: dict[str, set[str]] = defaultdict(set)
        for claim, rivals in self.rivals.items():
            for key in (*rivals, *([held_before[claim]] if claim in held_before else [])):
                concerns[key].add(claim)
        spreading = list(undecided)
        while spreading:
            for claim in concerns.pop(spreading.pop(), ()):
                reached = set(self.rivals[claim]) - undecided
                undecided |= reached
                spreading += reached
        return undecided

    def _bring_waiters(self) -> None:
        """Add the rows that wait for a claim that is let go: each may let go of another."""
        claims, after = self.file.left(self.kind, 0)
        while claims:
            for batch in in_batches(claims, BATCH):
                for found in self.writers.map(partial(waiters, self.table), batch):
                    self.note([key for key in dict.fromkeys(found) if not self.file.knows(key)])
            claims, after = self.file.left(self.kind, after)

    def _collect(self) -> None:
        for batch in in_batches(self.file.wanted(self.kind), BATCH):
            there = holders(self.table, [claim for claim, _ in batch])
            for claim, keys in batch:
                holder = there[claim].text if claim in there else None
                if len(keys) == 1 and holder in {None, keys[0]}:
                    continue
                self.rivals[claim] = keys
                if holder is not None:
                    self.owners[claim] = holder
                for key in keys:
                    self.pending.setdefault(key, set()).add(claim)

    def _release(self, key: str) -> list[str]:
        """The claims that are free by what becomes of a key."""
        released = [claim for claim in self.file.leaves(key) if self.owners.get(claim) == key]
        for claim in released:
            del self.owners[claim]
        return released

    def _share_out(self) -> None:
        """Until nobody who is left can have all that it needs: round by round, and in each by key."""
        candidates = set(self.pending)
        while winners := sorted(filter(self._can_win, candidates)):
            released: list[str] = []
            for key in winners:
                if self._can_win(key):
                    self.owners |= dict.fromkeys(self.pending.pop(key), key)
                    released += self._release(key)
            # Nobody else can win now who could not before.
            rivals = {key for claim in released for key in self.rivals.get(claim, ())}
            candidates = rivals & self.pending.keys()

    def _can_win(self, key: str) -> bool:
        return all(self.owners.get(claim, key) == key for claim in self.pending[key])
