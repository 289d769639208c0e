"""Brings one key's row and KIWI together: read, look if in doubt, plan, carry out, settle, wake."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiCollision, KiwiNotFound, KiwiRefused, KiwiUncertain
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import tombstone, unchanged
from kiwi_sync.state.table import Change, Table, absent

from kiwi_load import claims
from kiwi_load.actual import ActualWriter, is_gone
from kiwi_load.collision import is_ours, missing_parents
from kiwi_load.dependents import Dependents
from kiwi_load.effect import access_is_on, carry_out
from kiwi_load.plan import NOT_IN_KIWI, Action, Actual, plan
from kiwi_load.situation import Situation, read_situation, waits_for

STEPS = 8
"""Steps that one load takes at the most: an agreement adopted, replaced, given access takes four."""


class TryLaterError(Exception):
    """The key cannot be settled now, but should be later, by itself."""


@dataclass(frozen=True)
class Worker:
    """Works one key at a time; may be used by many threads."""

    table: Table
    load: Queue
    writer: ActualWriter
    dependents: Dependents

    def work(self, key: RowKey, kiwi: KiwiClient) -> None:
        """Settle a key: make KIWI hold what it should, or note why not.

        Raises:
            TryLaterError, TakenOverError: it cannot be settled now.
            KiwiAway, KiwiLoginRefused, KiwiBroken: see there; if the row is in doubt, it stays so.
        """
        for _ in range(STEPS):
            situation = read_situation(self.table, key)
            if situation is None:
                return
            if situation.row.doubt is not None:
                situation = self._look(situation, kiwi)
            if self._step(situation, kiwi):
                return
        raise TryLaterError(str(key))

    def _look(self, situation: Situation, kiwi: KiwiClient) -> Situation:
        """Ask KIWI what is there: an earlier load may have done something, or nothing."""
        found = kiwi.get(situation.kind, situation.kiwi_id)
        if found is None and situation.actual.kiwi_id is not None:
            self._vanished(situation)
        return situation.having_seen(found)

    def _vanished(self, situation: Situation) -> None:
        """A person has deleted it in KIWI; which goes only without agreements: these are gone too."""
        if situation.is_parent:
            for agreement in self.dependents.blockers(situation.row):
                self.dependents.distrust(agreement)

    def _step(self, situation: Situation, kiwi: KiwiClient) -> bool:
        """Plan and carry out one step; whether the key is settled."""
        action = plan(situation.wish, situation.actual)
        if action is Action.NOTHING:
            return self._settle(situation, None, self._reason(situation))
        if action is Action.DELETE and situation.is_parent:
            blockers = self.dependents.blockers(situation.row)
            if blockers:
                self.dependents.wake(blockers)
                return self._settle(situation, None, Reason.WAITING)
        return self._effect(action, situation, kiwi)

    def _effect(self, action: Action, situation: Situation, kiwi: KiwiClient) -> bool:
        """Intent, claims, effect, outcome: in this order."""
        needed = {} if action in {Action.DELETE, Action.GIVE_ACCESS} else situation.claims
        restore = action is Action.DELETE_TO_CREATE and access_is_on(kiwi, situation)
        token = self.writer.doubt(situation.row, frozenset(needed), restore_access=restore)
        if token is None:
            return False
        if restore:
            situation = situation.having(replace(situation.actual, restore_access=True))
        refused = self._take(situation, needed)
        if refused is not None:
            return self._settle(situation, token, needed[refused])
        return self._carry_out(action, situation, token, kiwi)

    def _take(self, situation: Situation, needed: Collection[str]) -> str | None:
        """Take the claims; or the one that another has."""
        row, held = situation.row, situation.actual.held
        crashed = row.doubt is not None
        waited = crashed or row.outcome in {Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN}
        return claims.take_all(
            self.table, self.load, needed, row.key, held=held, waited=waited, crashed=crashed
        )

    def _carry_out(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """The effect, and what came of it. The row is in doubt, all claims are taken."""
        try:
            actual = carry_out(kiwi, action, situation)
        except KiwiUncertain:
            return False
        except KiwiNotFound:
            self._vanished(situation)
            self.writer.note(situation.row, token, Actual(restore_access=situation.actual.restore_access))
            return False
        except KiwiCollision:
            return self._collided(action, situation, token, kiwi)
        except KiwiRefused as refusal:
            self._refused(situation, token, Problem.REFUSED, f"{refusal.name}: {refusal.message}")
            return True
        situation = situation.having(actual)
        if plan(situation.wish, actual) is not Action.NOTHING:
            self.writer.note(situation.row, token, actual)
            return False
        return self._settle(situation, token, self._reason(situation))

    def _collided(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Adopt what is ours, look after a missing parent, leave alone what is foreign."""
        payload = situation.wish.payload
        if payload is None:
            raise TryLaterError(str(situation.row.key))
        updating = action is Action.UPDATE
        found = kiwi.collider(situation.kind, situation.kiwi_id, payload, updating=updating)
        if found is None:
            missing = missing_parents(kiwi, situation)
            for parent in missing:
                self.dependents.distrust(parent)
            if not missing:
                raise TryLaterError(str(situation.row.key))
            return self._settle(situation.waiting(), token, Reason.WAITING)
        if not updating and is_ours(situation, found):
            self.writer.note(situation.row, token, situation.having_seen(found).actual)
            return False
        self._refused(situation, token, Problem.FOREIGN_OBJECT, f"{situation.kind} {found.id}")
        return True

    def _refused(self, situation: Situation, token: str, problem: Problem, words: str) -> None:
        logger.warning("refused", key=str(situation.row.key), problem=problem)
        self.writer.refused(situation.row, token, problem, words, situation.actual)
        self._wake_and_pay(situation)

    def _reason(self, situation: Situation) -> str | None:
        """What a settled agreement's row says besides its own `reason`: why its parents hold it back."""
        if situation.row.desired is None or situation.wish.payload is not None:
            return None
        return situation.wish.reason or waits_for(situation.parents)

    def _settle(self, situation: Situation, token: str | None, outcome: str | None) -> bool:
        """Write what is, then wake and pay whoever hangs on it. Always True: the key is done."""
        if not situation.wish.keeps_access and situation.actual.kiwi_id is None:
            situation = situation.having(NOT_IN_KIWI)
        row, actual = situation.row, situation.actual
        gone = is_gone(row) and actual.kiwi_id is None
        last = gone and not row.claims and not row.parents and not self._has_links(situation)
        self.writer.settle(row, token, actual, outcome, last=last)
        self._wake_and_pay(situation)
        if gone and not last and not self._has_links(situation):
            self.table.update(
                row.at, Change(put=tombstone(self.writer.clock())), unchanged(row), absent("todo")
            )
        return True

    def _wake_and_pay(self, situation: Situation) -> None:
        """Whatever came of it: who waits for this key is sent, and what it no longer uses is let go."""
        row, actual = situation.row, situation.actual
        if situation.is_parent and actual.kiwi_id is None:
            self.dependents.wake_claiming(row)
        elif situation.is_parent and situation.wish.wanted:
            self.dependents.wake_waiting(row)
        if not situation.is_parent and (actual.kiwi_id is None or situation.as_wished):
            self.dependents.release_parents(row, list(situation.parents), present=situation.as_wished)
        self._let_go(situation)

    def _has_links(self, situation: Situation) -> bool:
        return situation.is_parent and self.dependents.has_links(situation.row)

    def _let_go(self, situation: Situation) -> None:
        row = situation.row
        surplus = situation.surplus_claims
        for claim in sorted(surplus):
            claims.let_go(self.table, self.load, claim, row.key)
        if surplus:
            self.table.update(row.at, Change(take={"claims": surplus}))
