"""The end of a load: writes the result, then sends and releases linked rows. May be repeated at will."""

from dataclasses import dataclass
from functools import cached_property

from kiwi_sync.queues import Queue
from kiwi_sync.rules.action import judged
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import tombstone, unchanged
from kiwi_sync.state.table import Change, Table, absent, exists

from kiwi_load import claiming
from kiwi_load.actual import ActualWriter, is_gone
from kiwi_load.dependents import Dependents
from kiwi_load.shared_doors import SharedDoors
from kiwi_load.situation import Situation


@dataclass(frozen=True)
class Ending:
    """Ends the load of a key."""

    table: Table
    load: Queue
    writer: ActualWriter
    dependents: Dependents

    @cached_property
    def shared(self) -> SharedDoors:
        """The marks for doors that several agreements share."""
        return SharedDoors(self.table, self.load, self.dependents, self.writer.clock)

    def settle(self, situation: Situation, token: str | None, outcome: str | None) -> bool:
        """Write the result, then wake and release linked rows. Returns True: the key is done."""
        if not situation.wish.keeps_access and situation.actual.kiwi_id is None:
            situation = situation.having(situation.actual.gone)
        situation = situation.having(judged(situation.wish, situation.actual))
        row, actual = situation.row, situation.actual
        gone = is_gone(row) and actual.kiwi_id is None
        last = gone and not row.claims and not row.parents and not self._has_links(situation)
        self.writer.settle(row, token, actual, outcome, last=last)
        self.wake_and_pay(situation)
        if gone and not last and not self._has_links(situation):
            self.table.update(
                row.at, Change(put=tombstone(self.writer.clock())), unchanged(row), absent("todo")
            )
        return True

    def wake_and_pay(self, situation: Situation) -> None:
        """Send the rows that wait for this key and let go of all it no longer uses; after any result."""
        row, actual = situation.row, situation.actual
        if situation.is_parent and actual.kiwi_id is None:
            self.dependents.wake_claiming(row)
        elif situation.is_parent and situation.wish.wanted:
            self.dependents.wake_waiting(row, changing=actual.readdressing is not None)
        if not situation.is_parent:
            self._end_agreement(situation)
        self._let_go(situation)

    def _end_agreement(self, situation: Situation) -> None:
        row, actual = situation.row, situation.actual
        if row.disturbs:
            self.shared.wake(row)
        self.shared.wake_awaiting(row)
        if row.disturbed and actual.kiwi_id is None and not situation.wish.wanted:
            self.table.update(row.at, Change(take={"disturbed": row.disturbed}), exists("pk"))
        quiet = actual.quiet is not None or actual.kiwi_id is None
        self.dependents.wake([one for one in situation.parents if quiet and one.readdressing is not None])
        if actual.kiwi_id is None or situation.as_wished:
            self.dependents.release_parents(row, list(situation.parents), present=situation.as_wished)

    def _has_links(self, situation: Situation) -> bool:
        return situation.is_parent and self.dependents.has_links(situation.row)

    def _let_go(self, situation: Situation) -> None:
        row = situation.row
        surplus = situation.surplus_claims
        for claim in sorted(surplus):
            if situation.wish.reason == Reason.PLACEHOLDER_EMAIL and claim in row.wants:
                claiming.give_up(self.table, self.load, claim, row.key, row.email_limit)
            else:
                claiming.let_go(self.table, self.load, claim, row.key)
        if surplus:
            self.table.update(row.at, Change(take={"claims": surplus}))
