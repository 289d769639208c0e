"""Door access of an agreement: reads its state, records the desired one, and has KIWI carry it out."""

from collections.abc import Callable
from typing import Any

from kiwi_sync.kiwi import calls
from kiwi_sync.kiwi.calls import Call
from kiwi_sync.kiwi.errors import KiwiAccessFailed, KiwiAccessStuck, KiwiBroken, KiwiNotFound
from kiwi_sync.kiwi.models import AgreementState

READS = 7
"""The most reads while waiting for a state; with the usual back-off they span about six seconds."""
_GIVEN = ("Active", "Activated")


class Access:
    """Reads and changes states. `wait` is called with 1, 2, … before each repeated read."""

    def __init__(self, request: Callable[[Call], Any], wait: Callable[[int], None]) -> None:
        self._request = request
        self._wait = wait

    def state(self, agreement_id: str) -> AgreementState:
        """The present state. Raises KiwiNotFound if the agreement does not exist, KiwiBroken, KiwiAway."""
        answer = self._request(calls.read_state(agreement_id))
        try:
            return AgreementState.model_validate(answer)
        except ValueError:
            raise KiwiBroken(f"GET state of {agreement_id}: unreadable") from None

    def withdraw(self, agreement_id: str) -> None:
        """Take access away, and wait until it is. Raises KiwiAccessStuck, and the errors of `_change`."""
        self._change(agreement_id, "Inactive", lambda state: state.withdrawn)

    def give(self, agreement_id: str) -> None:
        """Give access, and wait until it is given. Raises the errors of `_change`.

        Also raises KiwiAccessFailed, or KiwiAccessStuck if an earlier withdrawal failed.
        """
        self._change(agreement_id, "Active", lambda state: (state.desired, state.actual) == _GIVEN)

    def _change(self, agreement_id: str, desired: str, done: Callable[[AgreementState], bool]) -> None:
        """Wish for `desired`, reconcile, and read back until `done`. Does nothing if it is done already.

        Raises KiwiNotFound if the agreement does not exist, KiwiBroken if it is not done after the last read,
        and the errors of each read and write.
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
        """Whether the request was made; not if the agreement is gone by now."""
        try:
            self._request(calls.wish(agreement_id, state.id, desired))
            self._request(calls.reconcile(agreement_id))
        except KiwiNotFound:
            return False
        return True
