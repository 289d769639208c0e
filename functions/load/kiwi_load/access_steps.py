"""The steps of a load that concern access: withdraw it for a while, give it again, give up on it."""

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
"""How often access is given, each time to an agreement made anew, before it becomes a problem."""
REST = timedelta(days=1)
"""How long a problem of access rests: only KIWI itself can solve it."""


@dataclass(frozen=True)
class AccessSteps:
    """Steps for agreements, and for tenants with a new e-mail address.

    Each step returns whether the key is settled; if not, the next step goes on.
    """

    writer: ActualWriter
    dependents: Dependents
    ending: Ending

    @property
    def shared(self) -> SharedDoors:
        """The marks for doors that several agreements share."""
        return self.ending.shared

    def is_quiet(self, situation: Situation) -> bool:
        """Note that the agreement has no access to withdraw while its tenant's address changes."""
        quiet = replace(situation.actual, quiet=situation.wish.quiet)
        self.writer.note(situation.row, None, quiet)
        return False

    def regives(self, situation: Situation, kiwi: KiwiClient) -> bool:
        """Whether access must be withdrawn and given again; if not, the marks are already handled.

        A renewed lease without a decision of its own gets the access that the old one had.
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
        """Whether all access given under the tenant's old address is gone: KIWI would leave it on."""
        if tenant.readdressing is None:
            return not self.dependents.has_links(tenant)
        return not self.dependents.unquiet(tenant, tenant.readdressing)

    def goes_first(self, situation: Situation, token: str) -> bool:
        """Withdraw the access of a tenant's agreements before its address changes; they give it again then.

        The row says so first. An agreement that was loaded just before does not send the tenant, so all
        agreements are checked once more.
        """
        mark = situation.row.readdressing or uuid4().hex
        changing = situation.having(replace(situation.actual, readdressing=mark))
        self.ending.settle(changing, token, Reason.WAITING)
        unquiet = self.dependents.unquiet(situation.row, mark)
        self.dependents.wake(unquiet)
        return bool(unquiet)

    def failed(self, situation: Situation, token: str, kiwi: KiwiClient, error: KiwiAccessFailed) -> bool:
        """Make an agreement anew whose access could not be given, a few times; then leave a problem."""
        if isinstance(error, KiwiAccessStuck):
            return self._problem(situation, token, Problem.ACCESS_STUCK, error.words)
        tries = situation.actual.access_tries + 1
        if tries < TRIES:
            failed = situation.having(replace(situation.actual, access_tries=tries))
            actual = delete(kiwi, self.writer, Action.DELETE_TO_CREATE, failed, token)
            self.writer.note(situation.row, token, actual)
            return False
        # Its shared doors went with it. Each new attempt makes the agreement anew once.
        situation = self.shared.marked(situation, self.shared.of_failed(situation.row, kiwi))
        situation = situation.having(replace(situation.actual, access_tries=TRIES - 2))
        return self._problem(situation, token, Problem.ACCESS_FAILED, error.words)

    def _problem(self, situation: Situation, token: str, problem: Problem, words: str) -> bool:
        logger.error("access", key=str(situation.row.key), id=situation.kiwi_id, problem=problem)
        metrics.add_metric("AccessProblems", MetricUnit.Count, 1)
        self.writer.refused(situation.row, token, problem, words, situation.actual, rest=REST)
        self.ending.wake_and_pay(situation)
        return True
