"""Writes the `actual` part of rows. No other module does."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from kiwi_sync.keys import RowKind
from kiwi_sync.rules.action import Actual, actual_of
from kiwi_sync.rules.reasons import Problem, Reason
from kiwi_sync.state.rows import PARKED, Row, todo_marker, tombstone, unchanged
from kiwi_sync.state.table import Change, Table, Value, equals, exists
from kiwi_sync.times import Clock, stamp

RETRY_PROBLEMS = timedelta(hours=1)
"""How long a key rests after KIWI has failed at it ten times."""
WORDS = 500
"""The most characters of KIWI's own words that a row keeps."""


class TakenOverError(Exception):
    """Another load has marked the row since and knows better."""


@dataclass(frozen=True)
class ActualWriter:
    """Marks rows in doubt before an effect, and writes the result after it."""

    table: Table
    clock: Clock
    grace: timedelta

    def doubt(self, row: Row, claims: frozenset[str], *, restore_access: bool) -> str | None:
        """Mark the row in doubt before any write to KIWI. Returns the mark; None: the row has moved on.

        The mark carries the claims about to be taken and the access to give again: after a crash the next
        load must find them. From now on the row is owed, if it was not already.
        """
        token = uuid4().hex
        put: dict[str, Value] = {"doubt": token}
        if restore_access:
            put["restore_access"] = True
        todo = todo_marker(row.key, stamp(self.clock() + self.grace))
        add = {"claims": claims} if claims else {}
        change = Change(put=put, put_if_absent=todo, add=add, remove=["expires"])
        return token if self.table.update(row.at, change, unchanged(row)) else None

    def settle(self, row: Row, token: str | None, actual: Actual, outcome: str | None, *, last: bool) -> bool:
        """Write KIWI's present state and settle the row. False: the row has moved on and is not settled.

        `last`: nothing is linked to the row any more; if its entity is gone it may expire.
        """
        put, remove = _parts(actual, outcome)
        if last:
            put |= tombstone(self.clock())
        if token is None and self._nothing_new(row, actual, outcome, last=last):
            return True
        mine = equals("doubt", token if token is not None else row.doubt)
        if is_current(row):
            done = Change(put=put, remove=[*remove, "todo", "todo_at"])
            if self.table.update(row.at, done, unchanged(row), mine):
                return True
        put.pop("expires", None)
        if not self.table.update(row.at, Change(put=put, remove=remove), exists("pk"), mine):
            raise TakenOverError(str(row.key))
        return False

    def note(
        self, row: Row, token: str | None, actual: Actual, *, regiven: frozenset[str] = frozenset()
    ) -> None:
        """Write KIWI's present state without settling the row. `regiven`: marks that are handled."""
        put, remove = _parts(actual, row.outcome)
        mine = equals("doubt", token if token is not None else row.doubt)
        take = {"disturbed": regiven} if regiven else {}
        if not self.table.update(row.at, Change(put=put, remove=remove, take=take), exists("pk"), mine):
            raise TakenOverError(str(row.key))

    def remember_doors(self, row: Row, token: str, actual: Actual) -> None:
        """Write down the doors of a unit before they are taken from it. The row stays in doubt."""
        put, _ = _parts(actual, row.outcome)
        remembered = {name: value for name, value in put.items() if name in {"doors", "noticed"}}
        if not self.table.update(row.at, Change(put=remembered), exists("pk"), equals("doubt", token)):
            raise TakenOverError(str(row.key))

    def refused(
        self,
        row: Row,
        token: str | None,
        problem: Problem,
        words: str,
        actual: Actual,
        *,
        rest: timedelta | None = None,
    ) -> None:
        """Park the row with a problem until its source changes, the next full export, or `rest` is over."""
        put, remove = _parts(actual, row.outcome)
        put |= {"problem": problem.value, "problem_text": words[:WORDS]}
        remove = [name for name in remove if name not in put]
        mine = equals("doubt", token if token is not None else row.doubt)
        until = PARKED if rest is None else stamp(self.clock() + rest)
        parked = put | todo_marker(row.key, until)
        if not self.table.update(row.at, Change(put=parked, remove=remove), unchanged(row), mine):
            self.table.update(row.at, Change(put=put, remove=remove), exists("pk"), mine)

    def failed(self, row: Row, words: str) -> None:
        """Note a problem that may pass. Doubt stays; the sweep sends the row again in an hour."""
        later = todo_marker(row.key, stamp(self.clock() + RETRY_PROBLEMS))
        put: dict[str, Value] = {"problem": Problem.KIWI_ERROR.value, "problem_text": words[:WORDS]}
        self.table.update(row.at, Change(put=put | later), unchanged(row))

    def _nothing_new(self, row: Row, actual: Actual, outcome: str | None, *, last: bool) -> bool:
        marks = (row.todo, row.doubt, row.entering or None, row.problem)
        expired = last and row.expires is None
        return marks == (None,) * 4 and actual == actual_of(row) and outcome == row.outcome and not expired


def is_current(row: Row) -> bool:
    """Whether `desired` was made from the present `source`; if not, transform has yet to run."""
    return row.key.kind is RowKind.RENTAL_AGREEMENT or row.desired_from == row.source_rev


def is_gone(row: Row) -> bool:
    """Whether the row's entity is gone from the ERP."""
    return row.desired is None and row.reason == Reason.GONE


def _parts(actual: Actual, outcome: str | None) -> tuple[dict[str, Value], list[str]]:
    values: dict[str, Value | None] = {
        "kiwi_id": actual.kiwi_id,
        "payload_hash": actual.payload_hash,
        "identity_hash": actual.identity_hash,
        "held": actual.held or None,
        "restore_access": actual.restore_access or None,
        "access_tries": actual.access_tries or None,
        "quiet": actual.quiet,
        "readdressing": actual.readdressing,
        "doors": actual.doors,
        "noticed": actual.noticed or None,
        "coordinates": actual.coordinates,
        "outcome": None if outcome is None else str(outcome),
    }
    put = {name: value for name, value in values.items() if value is not None}
    absent = [name for name, value in values.items() if value is None]
    return put, [*absent, "doubt", "entering", "problem", "problem_text"]
