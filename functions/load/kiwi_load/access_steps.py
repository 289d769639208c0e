"""The steps of a load that are about access: withdrawn for a while, given again, or failed at for good."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from aws_lambda_powertools.metrics import MetricUnit
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import KiwiAccessFailed, KiwiAccessStuck
from kiwi_sync.observability import logger, metrics
from kiwi_sync.rules.action import Action
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import Row

from kiwi_load.actual import ActualWriter
from kiwi_load.dependents import Dependents
from kiwi_load.effect import delete
from kiwi_load.ending import Ending
from kiwi_load.shared_doors import SharedDoors
from kiwi_load.situation import Situation

TRIES = 3
"""How often access is tried to be given, each time to an agreement made anew, before it is a problem."""
REST = timedelta(days=1)
"""How long a problem of access rests: only KIWI itself can end it."""


@dataclass(frozen=True)
class AccessSteps:
    """Steps of agreements, and of the tenants whose e-mail address changes.

    A step says whether the key is settled; otherwise the next one goes on.
    """

    writer: ActualWriter
    dependents: Dependents
    ending: Ending

    @property
    def shared(self) -> SharedDoors:
        """The marks for doors that agreements share."""
        return self.ending.shared

    def is_quiet(self, situation: Situation) -> bool:
        """Note that the agreement has no access to withdraw while its tenant's address changes."""
        quiet = replace(situation.actual, quiet=situation.wish.quiet)
        self.writer.note(situation.row, None, quiet)
        return False

    def regives(self, situation: Situation, kiwi: KiwiClient) -> bool:
        """Whether access is to be withdrawn and given again; otherwise the marks are dealt with already.

        A renewed lease that nobody has decided about gets the access that the old one had.
        """
        marks, actual = situation.wish.regive, situation.actual
        state = kiwi.state(situation.kiwi_id)
        if state is not None and state.actual == "Activated" and self.shared.lost_doors(situation, kiwi):
            return True
        if state is not None and state.actual == "Created" and any(mark.endswith("#") for mark in marks):
            actual = replace(actual, restore_access=True)
        self.writer.note(situation.row, None, actual, regiven=marks)
        return False

    def has_gone(self, tenant: Row) -> bool:
        """Whether no access is left that was given under the tenant's old address: KIWI would leave it on."""
        if tenant.readdressing is None:
            return not self.dependents.has_links(tenant)
        return not self.dependents.unquiet(tenant, tenant.readdressing)

    def goes_first(self, situation: Situation, token: str) -> bool:
        """Before a tenant's address changes its agreements withdraw their access, and give it again then.

        The row says so first; an agreement that was loaded just before sends nobody: so they are looked at
        once more.
        """
        mark = situation.row.readdressing or uuid4().hex
        changing = situation.having(replace(situation.actual, readdressing=mark))
        self.ending.settle(changing, token, Reason.WAITING)
        unquiet = self.dependents.unquiet(situation.row, mark)
        self.dependents.wake(unquiet)
        return bool(unquiet)

    def failed(self, situation: Situation, token: str, kiwi: KiwiClient, error: KiwiAccessFailed) -> bool:
        """Make an agreement anew whose access was not given, some times; otherwise a problem stands."""
        if isinstance(error, KiwiAccessStuck):
            return self._problem(situation, token, Problem.ACCESS_STUCK, error.words)
        tries = situation.actual.access_tries + 1
        if tries < TRIES:
            failed = situation.having(replace(situation.actual, access_tries=tries))
            actual = delete(kiwi, self.writer, Action.DELETE_TO_CREATE, failed, token)
            self.writer.note(situation.row, token, actual)
            return False
        # What it shared with others went with it. Whenever it is tried again, it is made anew once.
        situation = self.shared.marked(situation, self.shared.of_failed(situation.row, kiwi))
        situation = situation.having(replace(situation.actual, access_tries=TRIES - 2))
        return self._problem(situation, token, Problem.ACCESS_FAILED, error.words)

    def _problem(self, situation: Situation, token: str, problem: Problem, words: str) -> bool:
        logger.error("access", key=str(situation.row.key), id=situation.kiwi_id, problem=problem)
        metrics.add_metric("AccessProblems", MetricUnit.Count, 1)
        self.writer.refused(situation.row, token, problem, words, situation.actual, rest=REST)
        self.ending.wake_and_pay(situation)
        return True
