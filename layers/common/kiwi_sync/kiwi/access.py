"""Door access: it hangs on an agreement's state, and is made so by a reconciliation."""

from collections.abc import Callable
from typing import Any

from kiwi_sync.kiwi import calls
from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.errors import KiwiAccessFailed, KiwiAccessStuck, KiwiBroken, KiwiNotFound
from kiwi_sync.kiwi.models import AgreementState

READS = 7
"""How often a state is read at most until it is as wished; with the usual back-off over some six seconds."""
_GIVEN = ("Active", "Activated")


class Access:
    """Reads and changes states. `wait` is called with 1, 2, … before each read that repeats one."""

    def __init__(self, request: Callable[[Call], Any], wait: Callable[[int], None]) -> None:
        self._request = request
        self._wait = wait

    def state(self, agreement_id: str) -> AgreementState:
        """The present state. Raises KiwiNotFound when there is no such agreement, KiwiBroken, KiwiAway."""
        answer = self._request(calls.read_state(agreement_id))
        try:
            return AgreementState.model_validate(answer)
        except ValueError:
            raise KiwiBroken(f"GET state of {agreement_id}: unreadable") from None

    def withdraw(self, agreement_id: str) -> None:
        """Take access away, and see that it is. See `_change` for what it raises, and KiwiAccessStuck."""
        self._change(agreement_id, "Inactive", lambda state: state.withdrawn)

    def give(self, agreement_id: str) -> None:
        """Give access, and see that it is given. See `_change` for what it raises.

        Also KiwiAccessFailed, or KiwiAccessStuck where an earlier withdrawal failed.
        """
        self._change(agreement_id, "Active", lambda state: (state.desired, state.actual) == _GIVEN)

    def _change(self, agreement_id: str, desired: str, done: Callable[[AgreementState], bool]) -> None:
        """Wish for `desired`, reconcile, and read back until `done`; nothing if it is done already.

        Raises KiwiNotFound when there is no such agreement, KiwiBroken when it is not done after some reads,
        and whatever a read or a write raises.
        """
        asked = False
        for reads in range(READS):
            if reads > 1:
                self._wait(reads - 1)
            state = self.state(agreement_id)
            if done(state):
                return
            if state.failed:
                error = KiwiAccessStuck if state.actual == "Deactivating" else KiwiAccessFailed
                raise error(state.words, f"access of {agreement_id}: {state.actual}, Error")
            asked = asked or self._ask(agreement_id, state, desired)
        raise KiwiBroken(f"access of {agreement_id} is not {desired} after {READS} reads")

    def _ask(self, agreement_id: str, state: AgreementState, desired: str) -> bool:
        """Whether it was asked for: not if the agreement is gone by now."""
        try:
            self._request(calls.wish(agreement_id, state.id, desired))
            self._request(calls.reconcile(agreement_id))
        except KiwiNotFound:
            return False
        return True
