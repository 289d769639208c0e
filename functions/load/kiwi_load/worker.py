"""Brings one key's row and KIWI together: read, look if in doubt, plan, carry out, settle, wake."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiCollision, KiwiNotFound, KiwiRefused, KiwiUncertain
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue
from kiwi_sync.rules.action import NOT_IN_KIWI, Action, Actual, next_action
from kiwi_sync.rules.email import is_blocked
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import Row, tombstone, unchanged
from kiwi_sync.state.table import Change, Table, absent

from kiwi_load import claims
from kiwi_load.actual import ActualWriter, is_gone
from kiwi_load.collision import is_ours, missing_parents
from kiwi_load.crowd import Crowd
from kiwi_load.dependents import Dependents
from kiwi_load.effect import access_is_on, carry_out
from kiwi_load.situation import Situation, read_situation, waits_for

STEPS = 8
"""Steps that one load takes at the most: an agreement adopted, replaced, given access takes four."""

PERHAPS_WAITING = frozenset({Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN, Reason.PLACEHOLDER_EMAIL})
"""Outcomes of rows that may be registered as waiters: who has died before it gave up an address still is."""


class TryLaterError(Exception):
    """The key cannot be settled now, but should be later, by itself."""


@dataclass(frozen=True)
class Worker:
    """Works one key at a time; may be used by many threads."""

    table: Table
    load: Queue
    writer: ActualWriter
    dependents: Dependents
    crowd: Crowd
    settings: Callable[[Row], ConnectionSettings]
    """The settings, at least as new as the row's `source` was made with."""

    def work(self, key: RowKey, kiwi: KiwiClient, until: datetime | None = None) -> None:
        """Settle a key: make KIWI hold what it should, or note why not. `until`: takes no further step then.

        Raises:
            TryLaterError, TakenOverError: it cannot be settled now.
            KiwiAway, KiwiLoginRefused, KiwiBroken: see there; if the row is in doubt, it stays so.
        """
        for step in range(STEPS):
            if step and until is not None and self.writer.clock() > until:
                break
            situation = read_situation(self.table, key)
            if situation is None:
                return
            if situation.row.doubt is not None:
                situation = self._look(situation, kiwi)
            judged = self.crowd.judged(situation)
            if judged is not None and self._step(judged, kiwi):
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
        action = next_action(situation.wish, situation.actual)
        if action is Action.NOTHING:
            return self._settle(situation, None, self._reason(situation))
        if action is Action.DELETE and situation.is_parent and self.dependents.blockers(situation.row):
            return self._let_them_go_first(situation, None, self._reason(situation))
        return self._effect(action, situation, kiwi)

    def _let_them_go_first(self, situation: Situation, token: str | None, reason: str | None) -> bool:
        """Before a tenant or unit its agreements go: when they are sent, its row says that it is leaving.

        One may have gone just before the row said so, and then has sent nobody: who is left is looked up
        again. Whether anybody is; otherwise the next step goes on.
        """
        self._settle(situation, token, reason or Reason.WAITING)
        blockers = self.dependents.blockers(situation.row)
        self.dependents.wake(blockers)
        return bool(blockers)

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
        if needed and self.crowd.is_placeholder(situation):
            # Too many by now. The row is in doubt: what was claimed for it is let go in the next step.
            return False
        if refused is None:
            return self._carry_out(action, situation, token, kiwi)
        if self._must_leave(action, situation, kiwi):
            return self._evict(situation, token, kiwi)
        return self._settle(situation, token, needed[refused])

    def _must_leave(self, action: Action, situation: Situation, kiwi: KiwiClient) -> bool:
        """Whether a tenant that cannot have its new address is in KIWI under one that is a placeholder."""
        wished = situation.wish.payload
        if action is not Action.UPDATE or not isinstance(wished, Tenant):
            return False
        blocked = self.settings(situation.row).blocked_emails
        if not blocked and not situation.row.email_limit:
            return False
        found = kiwi.get(situation.kind, situation.kiwi_id)
        there = found.payload.email_address if found and isinstance(found.payload, Tenant) else None
        if there is None or there == wished.email_address:
            return False
        return is_blocked(there, blocked) or self.crowd.keeps_out(situation, there)

    def _evict(self, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Take a tenant from KIWI that is there under a placeholder; then it waits for its new address."""
        if self.dependents.blockers(situation.row):
            leaving = situation.waiting().withheld()
            return self._let_them_go_first(leaving, token, Reason.PLACEHOLDER_EMAIL)
        return self._carry_out(Action.DELETE, situation, token, kiwi)

    def _take(self, situation: Situation, needed: Collection[str]) -> str | None:
        """Take the claims; or the one that another has."""
        row, held = situation.row, situation.actual.held
        crashed = row.doubt is not None
        # Claims that KIWI does not use are left over: of a load that died, once it had settled the row.
        waited = crashed or row.outcome in PERHAPS_WAITING or not row.claims <= held
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
            words = f"{refusal.name}: {refusal.message}"
            return self._refused(action, situation, token, kiwi, Problem.REFUSED, words)
        situation = situation.having(actual)
        if next_action(situation.wish, actual) is not Action.NOTHING:
            self.writer.note(situation.row, token, actual)
            return False
        return self._settle(situation, token, self._reason(situation))

    def _collided(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Adopt what is ours, look after a missing parent, leave alone what is foreign."""
        payload = situation.wish.payload
        if payload is None or action is Action.DELETE:
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
        words = f"{situation.kind} {found.id}"
        return self._refused(action, situation, token, kiwi, Problem.FOREIGN_OBJECT, words)

    def _refused(
        self,
        action: Action,
        situation: Situation,
        token: str,
        kiwi: KiwiClient,
        problem: Problem,
        words: str,
    ) -> bool:
        """Park the row with its problem; but who must not stay as it is goes first, and is refused anew."""
        if self._must_leave(action, situation, kiwi):
            return self._evict(situation, token, kiwi)
        logger.warning("refused", key=str(situation.row.key), problem=problem)
        row = situation.row
        if Reason.PLACEHOLDER_EMAIL in {row.outcome, situation.wish.reason}:
            row = replace(row, outcome=self._reason(situation))
        self.writer.refused(row, token, problem, words, situation.actual)
        self._wake_and_pay(situation)
        return True

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
            if situation.wish.reason == Reason.PLACEHOLDER_EMAIL and claim in row.wants:
                claims.give_up(self.table, self.load, claim, row.key, row.email_limit)
            else:
                claims.let_go(self.table, self.load, claim, row.key)
        if surplus:
            self.table.update(row.at, Change(take={"claims": surplus}))
