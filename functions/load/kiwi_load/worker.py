"""Brings one key's row and KIWI together: read, look if in doubt, plan, carry out, settle, wake."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import (
    KiwiAccessFailed,
    KiwiCollision,
    KiwiError,
    KiwiNotFound,
    KiwiRefused,
    KiwiUncertain,
)
from kiwi_sync.kiwi.models import Tenant
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue
from kiwi_sync.rules.action import Action, next_action
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import Row
from kiwi_sync.state.table import Table

from kiwi_load import claiming
from kiwi_load.access_steps import AccessSteps
from kiwi_load.actual import ActualWriter
from kiwi_load.collision import is_ours, missing_parents
from kiwi_load.dependents import Dependents
from kiwi_load.effect import carry_out
from kiwi_load.ending import Ending
from kiwi_load.look import has_vanished, look
from kiwi_load.placeholders import Placeholders
from kiwi_load.shared_doors import DoorLoss
from kiwi_load.situation import Situation, read_situation, waits_for

STEPS = 12
"""The most steps of one load: replacing an agreement, with access at the third try, takes seven."""


class TryLaterError(Exception):
    """The key cannot be settled now, but can be later, by itself."""


@dataclass(frozen=True)
class Worker:
    """Works one key at a time; may be used by many threads."""

    table: Table
    load: Queue
    writer: ActualWriter
    dependents: Dependents
    placeholders: Placeholders
    settings: Callable[[Row], ConnectionSettings]
    """The settings, at least as new as those that the row's `source` was made with."""

    @cached_property
    def ending(self) -> Ending:
        """Settles rows."""
        return Ending(self.table, self.load, self.writer, self.dependents)

    @cached_property
    def access(self) -> AccessSteps:
        """The steps of a load that concern access."""
        return AccessSteps(self.writer, self.dependents, self.ending)

    def work(self, key: RowKey, kiwi: KiwiClient, until: datetime | None = None) -> None:
        """Settle a key: bring KIWI into the desired state, or note the obstacle. `until`: no step after it.

        Raises:
            TryLaterError, TakenOverError: the key cannot be settled now.
            KiwiAway, KiwiLoginRefused, KiwiBroken: see there; if the row is in doubt, it stays so.
        """
        for step in range(STEPS):
            if step and until is not None and self.writer.clock() > until:
                break
            situation = read_situation(self.table, key, kiwi.organization)
            if situation is None:
                return
            if situation.row.doubt is not None:
                situation = look(situation, kiwi, self.dependents)
            judged = self.placeholders.judged(situation)
            if judged is not None and self._step(judged, kiwi):
                return
        raise TryLaterError(str(key))

    def _step(self, situation: Situation, kiwi: KiwiClient) -> bool:
        """Plan and carry out one step. Returns whether the key is settled."""
        action = next_action(situation.wish, situation.actual)
        if action is not Action.UPDATE or not situation.new_address:
            situation = situation.keeping_address()
        if action is Action.NOTHING:
            return self.ending.settle(situation, None, self._reason(situation))
        if action is Action.DELETE:
            if situation.is_parent and self.dependents.blockers(situation.row):
                return self._let_them_go_first(situation, None, self._reason(situation))
            if not situation.is_parent and self.access.shared.awaits_renewal(situation.row):
                return self.ending.settle(situation, None, Reason.WAITING)
        if action is Action.REGIVE and not self.access.regives(situation, kiwi):
            return False
        return self._effect(action, situation, kiwi)

    def _let_them_go_first(self, situation: Situation, token: str | None, reason: str | None) -> bool:
        """Send the agreements of a tenant or unit that leaves, after its row says so.

        An agreement may have gone just before the row said so, and then sent nobody, so the remaining ones
        are looked up again. Returns whether any remains; if not, the next step goes on.
        """
        self.ending.settle(situation.keeping_address(), token, reason or Reason.WAITING)
        blockers = self.dependents.blockers(situation.row)
        self.dependents.wake(blockers)
        return bool(blockers)

    def _effect(self, action: Action, situation: Situation, kiwi: KiwiClient) -> bool:
        """Intent, claims, effect, result: in this order."""
        needed = situation.claims if action in {Action.CREATE, Action.UPDATE} else {}
        loss = self.access.shared.loss(action, situation, kiwi)
        if action is Action.WITHDRAW and not loss.open:
            return self.access.is_quiet(situation)
        begun = self._begin(action, situation, needed, loss)
        if begun is None:
            return False
        situation, token = begun
        refused = claiming.take_for(self.table, self.load, situation.row, needed, situation.actual.held)
        if needed and self.placeholders.is_placeholder(situation):
            # Too many by now. The row is in doubt: the next step lets go of the claims taken for it.
            return False
        if refused is not None:
            return self._taken(action, situation, token, kiwi, needed[refused])
        if action is Action.UPDATE and situation.new_address and not self.access.has_gone(situation.row):
            return self.access.goes_first(situation, token)
        return self._carry_out(action, situation, token, kiwi)

    def _taken(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient, reason: str) -> bool:
        """Leave the object as it is, if allowed: another row has a value that it needs."""
        situation = situation.keeping_address()
        if self._must_leave(action, situation, kiwi):
            return self._evict(situation, token, kiwi)
        return self.ending.settle(situation, token, reason)

    def _begin(
        self, action: Action, situation: Situation, needed: Collection[str], loss: DoorLoss
    ) -> tuple[Situation, str] | None:
        """Write the intent: put the row in doubt and mark rows with shared doors. None: it has moved on."""
        restore = action is Action.REGIVE or (loss.on and action is not Action.DELETE)
        token = self.writer.doubt(situation.row, frozenset(needed), restore_access=restore)
        if token is None:
            return None
        situation = self.access.shared.marked(situation, loss.marks)
        if restore:
            situation = situation.having(replace(situation.actual, restore_access=True))
        return situation, token

    def _must_leave(self, action: Action, situation: Situation, kiwi: KiwiClient) -> bool:
        """Whether a tenant that cannot get its new address is in KIWI under a placeholder."""
        if action is not Action.UPDATE or not isinstance(situation.wish.payload, Tenant):
            return False
        return self.placeholders.must_leave(situation, kiwi, self.settings(situation.row).blocked_emails)

    def _evict(self, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Take a tenant from KIWI that is there under a placeholder; then it waits for its new address."""
        if self.dependents.blockers(situation.row):
            leaving = situation.waiting().withheld()
            return self._let_them_go_first(leaving, token, Reason.PLACEHOLDER_EMAIL)
        return self._carry_out(Action.DELETE, situation, token, kiwi)

    def _carry_out(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Carry out the effect and write its result. The row is in doubt, all claims are taken."""
        seen = [situation]

        def withdrawn() -> None:
            seen.append(self.access.shared.seen_again(seen[-1], kiwi))

        try:
            actual = carry_out(kiwi, self.writer, action, situation, token, withdrawn)
        except KiwiUncertain:
            return False
        except KiwiNotFound:
            has_vanished(situation, self.dependents)
            self.writer.note(situation.row, token, situation.actual.gone_to_return)
            return False
        except (KiwiAccessFailed, KiwiCollision, KiwiRefused) as error:
            return self._failed(action, situation, token, kiwi, error)
        situation = seen[-1].having(actual)
        if next_action(situation.wish, actual) is not Action.NOTHING:
            regiven = situation.wish.regive if action is Action.REGIVE else frozenset[str]()
            self.writer.note(situation.row, token, actual, regiven=regiven)
            return False
        return self.ending.settle(situation, token, self._reason(situation))

    def _failed(
        self, action: Action, situation: Situation, token: str, kiwi: KiwiClient, error: KiwiError
    ) -> bool:
        if isinstance(error, KiwiAccessFailed):
            return self.access.failed(situation, token, kiwi, error)
        if isinstance(error, KiwiRefused):
            words = f"{error.name}: {error.message}"
            return self._refused(action, situation, token, kiwi, Problem.REFUSED, words)
        return self._collided(action, situation, token, kiwi)

    def _collided(self, action: Action, situation: Situation, token: str, kiwi: KiwiClient) -> bool:
        """Adopt our own object, look after a missing parent, leave foreign objects alone."""
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
            return self.ending.settle(situation.waiting(), token, Reason.WAITING)
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
        """Park the row with its problem. An object that must not stay goes first, and is refused anew."""
        if self._must_leave(action, situation, kiwi):
            return self._evict(situation, token, kiwi)
        situation = situation.keeping_address()
        logger.warning("refused", key=str(situation.row.key), problem=problem)
        row = situation.row
        if {Reason.PLACEHOLDER_EMAIL, Reason.WAITING} & {row.outcome, situation.wish.reason}:
            row = replace(row, outcome=self._reason(situation))
        self.writer.refused(row, token, problem, words, situation.actual)
        self.ending.wake_and_pay(situation)
        return True

    def _reason(self, situation: Situation) -> str | None:
        """The reason why a settled agreement's parents hold it back, besides its own `reason`."""
        if situation.row.desired is None or situation.wish.payload is not None:
            return None
        return situation.wish.reason or waits_for(situation.parents)
