"""Deliberate defects of access: a person keeps a foreign door, or loses an own one."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from kiwi_load import access_steps, dependents, effect, ending, shared_doors, situation
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi import access, addresses
from kiwi_sync.kiwi.models import AgreementState
from kiwi_sync.rules import action
from kiwi_sync.rules.ids import former_kiwi_id
from kiwi_sync.rules.reasons import Problem
from kiwi_sync.state.rows import read_rows
from kiwi_sync.state.table import Change, exists

from tests.simulation.scheduler import pretending


def success_on_activating() -> AbstractContextManager[Any]:
    """A failed activation counts as success."""

    def give(self: Any, agreement_id: str) -> None:
        self._change(agreement_id, "Active", lambda state: state.actual in {"Activating", "Activated"})

    return pretending(access.Access, give=give)


def stuck_is_called_withdrawn() -> AbstractContextManager[Any]:
    """A failed withdrawal counts as success."""
    withdrawn = property(lambda state: state.desired == "Inactive" and state.actual != "Activated")
    return pretending(AgreementState, withdrawn=withdrawn)


def address_changes_with_access_on() -> AbstractContextManager[Any]:
    """A tenant's address is changed while doors are open under the old one."""
    return pretending(access_steps.AccessSteps, has_gone=lambda _self, _tenant: True)


def access_is_not_given_after_a_change_of_address() -> AbstractContextManager[Any]:
    """Agreements that went without access while the tenant's address changed are not sent afterwards."""

    def wake_waiting(self: Any, parent: Any, *, changing: bool) -> None:
        del changing
        real(self, parent, changing=True)

    real = dependents.Dependents.wake_waiting
    return pretending(dependents.Dependents, wake_waiting=wake_waiting)


def quiet_agreements_send_nobody() -> AbstractContextManager[Any]:
    """An agreement that has withdrawn its access does not send the tenant that waits for it."""

    def end(self: Any, there: Any) -> None:
        real(self, there if there.wish.quiet is None else replace(there, parents=()))

    real = ending.Ending._end_agreement
    return pretending(ending.Ending, _end_agreement=end)


def others_are_not_marked() -> AbstractContextManager[Any]:
    """Agreements that share a door with a withdrawn one are not marked."""
    return pretending(shared_doors.SharedDoors, _marks=lambda *_args: {})


def marked_ones_are_not_sent() -> AbstractContextManager[Any]:
    """Marked agreements are not sent when the withdrawal is over."""

    def wake(self: Any, row: Any) -> None:
        self.table.update(row.at, Change(remove=["disturbs"]), exists("pk"))

    return pretending(shared_doors.SharedDoors, wake=wake)


def marked_only_in_memory() -> AbstractContextManager[Any]:
    """The need to send others is not written down: a crash forgets it."""

    def marked(self: Any, there: Any, marks: Any) -> Any:
        found = real(self, there, marks)
        if marks:
            self.table.update(there.row.at, Change(remove=["disturbs"]), exists("pk"))
        return found

    real = shared_doors.SharedDoors.marked
    return pretending(shared_doors.SharedDoors, marked=marked)


@contextmanager
def given_again_before_the_withdrawal() -> Iterator[None]:
    """A marked agreement does not wait until the withdrawal is over, and is not marked anew then.

    If it were, the second look would make up for it.
    """

    def over(table: Any, row: Any) -> frozenset[str]:
        real_over(table, row)
        return frozenset(row.disturbed)

    def marked(self: Any, there: Any, marks: Any) -> Any:
        _marked_before(self, there).update(marks)
        return real_marked(self, there, marks)

    def seen_again(self: Any, there: Any, kiwi: Any) -> Any:
        mark, before = f"{there.row.key}#", _marked_before(self, there)
        others = [one for one in self._others(there.row.key) if one.key not in before]
        late = [one for one in others if not any(its.startswith(mark) for its in one.disturbed)]
        return self.marked(there, self._marks(there.row, late, kiwi)) if late else there

    real_over, real_marked = situation._withdrawals_over, shared_doors.SharedDoors.marked
    with (
        pretending(situation, _withdrawals_over=over),
        pretending(shared_doors.SharedDoors, marked=marked, seen_again=seen_again),
    ):
        yield


def _marked_before(doors: Any, there: Any) -> set[RowKey]:
    """Whom an agreement has marked, in this history."""
    found: set[RowKey] = vars(doors.table).setdefault("marked", {}).setdefault(there.row.key, set())
    return found


def ids_without_organization() -> AbstractContextManager[Any]:
    """Ids come from the ERP's numbers alone."""
    return pretending(situation, kiwi_id=lambda _organization, numbers: former_kiwi_id(numbers))


def doors_stay_on_a_unit_that_goes() -> AbstractContextManager[Any]:
    """A unit is deleted with its doors."""
    return pretending(effect, remove_doors=lambda _kiwi, _writer, there, _token: there)


def doors_are_not_put_back() -> AbstractContextManager[Any]:
    """A returning unit does not get its former doors back."""
    return pretending(action, doors_are_missing=lambda _unit: False)


def a_dead_end_is_tried_as_it_is() -> AbstractContextManager[Any]:
    """An agreement with a failed activation is not made anew."""

    def failed(self: Any, there: Any, token: Any, _kiwi: Any, error: Any) -> Any:
        return self._problem(there, token, Problem.ACCESS_FAILED, error.words)

    return pretending(access_steps.AccessSteps, failed=failed)


def refused_on_the_first_race() -> AbstractContextManager[Any]:
    """A unit counts as refused once it has lost the race for its house's address."""
    return pretending(addresses.NewAddresses, bring=lambda _self, _address, send: send())


def a_failed_withdrawal_counts_as_quiet() -> AbstractContextManager[Any]:
    """A tenant's address changes although a withdrawal under the old one has failed."""
    loss = shared_doors.SharedDoors.loss

    def on_alone(self: Any, *seen: Any) -> Any:
        found = loss(self, *seen)
        return replace(found, open=found.on)

    return pretending(shared_doors.SharedDoors, loss=on_alone)


def marks_wait_for_any_doubt() -> AbstractContextManager[Any]:
    """A marked agreement takes any later doubt of the other one for its withdrawal."""

    def over(table: Any, row: Any) -> frozenset[str]:
        keys = {mark: RowKey.parse(mark.partition("#")[0]) for mark in sorted(row.disturbed)}
        there = read_rows(table, list(dict.fromkeys(keys.values()))) if keys else {}
        doubtful = {key for key, other in there.items() if other.doubt is not None}
        return frozenset(mark for mark, key in keys.items() if key not in doubtful)

    return pretending(situation, _withdrawals_over=over)


def late_ones_are_not_marked() -> AbstractContextManager[Any]:
    """An agreement that arrives during another one's withdrawal is not marked, and keeps no doors."""

    def seen_again(self: Any, there: Any, kiwi: Any) -> Any:
        mark = f"{there.row.key}#"
        others = self._others(there.row.key)
        late = [one for one in others if not any(its.startswith(mark) for its in one.disturbed)]
        self._marks(there.row, late, kiwi)
        return there

    return pretending(shared_doors.SharedDoors, seen_again=seen_again)
