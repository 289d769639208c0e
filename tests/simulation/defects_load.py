"""Deliberate defects in transform and load."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any

from kiwi_load import actual, claiming, dependents, placeholders, stage, worker
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.access import Access
from kiwi_sync.queues import send_to_load
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.state import rows
from kiwi_sync.state.claims import waiter_at
from kiwi_sync.state.links import write_link
from kiwi_sync.state.table import Change, Check, exists
from kiwi_transform import lease_agreements

from tests.simulation.scheduler import pretending


def no_intent_before_effect() -> AbstractContextManager[Any]:
    """Load writes to KIWI without marking the row in doubt first."""
    none = "none"

    def doubt(self: Any, row: Any, claims: Any, *, restore_access: bool) -> str:
        put = {"restore_access": True} if restore_access else {}
        if put or claims:
            self.table.update(row.at, Change(put=put, add={"claims": claims} if claims else {}))
        return none

    def unmarked(real: Any) -> Any:
        def write(self: Any, row: Any, token: Any, *args: Any, **named: Any) -> Any:
            return real(self, row, None if token == none else token, *args, **named)

        return write

    writer = actual.ActualWriter
    others = {name: unmarked(getattr(writer, name)) for name in ("settle", "note", "refused")}
    return pretending(writer, doubt=doubt, **others)


def doubt_is_not_looked_into() -> AbstractContextManager[Any]:
    """A load that finds a row in doubt believes the row."""
    return pretending(worker, look=lambda situation, _kiwi, _dependents: situation)


@contextmanager
def links_written_after_the_send() -> Iterator[None]:
    """Transform sends an agreement before it links it."""
    late: list[Any] = []

    def send(queue: Any, keys: Iterable[Any], **named: Any) -> None:
        real_send(queue, keys, **named)
        links, late[:] = list(late), []
        for link in links:
            real_link(*link)

    real_send, real_link = send_to_load, write_link
    with pretending(lease_agreements, send_to_load=send, write_link=lambda *link: late.append(link)):
        yield


def todo_cleared_blindly() -> AbstractContextManager[Any]:
    """Load takes `todo` away from a row that has moved on."""

    def settle(self: Any, *args: Any, **named: Any) -> bool:
        return bool(real(replace(self, table=Blind(self.table)), *args, **named))

    class Blind:
        def __init__(self, table: Any) -> None:
            self._table = table

        def update(self, key: Any, change: Change, *checks: Check) -> bool:
            if exists("pk") in checks:
                change = replace(change, remove=[*change.remove, "todo", "todo_at"])
            return bool(self._table.update(key, change, *checks))

    real = actual.ActualWriter.settle
    return pretending(actual.ActualWriter, settle=settle)


def lease_not_read_again() -> AbstractContextManager[Any]:
    """Transform settles a lease without looking whether it has moved on."""

    def settle(table: Any, row: Any, marks: Any) -> bool:
        return bool(table.update(row.at, Change(put=marks, remove=["todo", "todo_at"]), exists("pk")))

    class AsItWas:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]  # compared, never stored

    def read_row(table: Any, key: Any) -> Any:
        row = real(table, key)
        return None if row is None else _With(row, source_rev=AsItWas())

    real = rows.read_row
    return pretending(lease_agreements, read_row=read_row, settle_lease=settle)


def debt_forgotten_in_a_crash() -> AbstractContextManager[Any]:
    """Load crosses a former parent off before it has sent it."""

    def release(self: Any, agreement: Any, parents: Any, *, present: bool) -> None:
        wanted = frozenset[str]()
        if agreement.desired is not None:
            desired = DesiredAgreement.model_validate_json(agreement.desired)
            wanted = frozenset({desired.tenant, desired.rental_unit})
            if not present:
                self.wake([parent for parent in parents if parent.leaving])
        former = agreement.parents - wanted
        if former:
            self.table.update(agreement.at, Change(take={"parents": former}), rows.unchanged(agreement))
            self._pay(agreement, [RowKey.parse(text) for text in sorted(former)])

    return pretending(dependents.Dependents, release_parents=release)


def deletion_with_access_on() -> AbstractContextManager[Any]:
    """Load deletes agreements without withdrawing their access."""
    return pretending(Access, withdraw=lambda *_args: None)


def claim_not_tried_again() -> AbstractContextManager[Any]:
    """A new waiter does not check once more whether the claim is free by now."""

    def take(table: Any, claim: str, key: Any, *, waited: bool) -> bool:
        taken = claiming._take(table, claim, key)
        # Registers twice: as many steps as the real one takes.
        for _ in () if taken else range(2):
            table.update(waiter_at(claim, key), Change(put={"waiter": key.text}))
        if taken and waited:
            table.delete(waiter_at(claim, key))
        return bool(taken)

    return pretending(claiming, take=take)


def waiters_not_woken() -> AbstractContextManager[Any]:
    """Letting go of a claim sends no waiters."""
    return pretending(claiming, send_to_load=lambda *_args, **_named: None)


def wake_up_forgotten_while_away() -> AbstractContextManager[Any]:
    """While KIWI is away, a wake-up is acknowledged without a mark on the row."""
    return pretending(stage.Hint, must_be_remembered=False)


def parent_wakes_nobody() -> AbstractContextManager[Any]:
    """A unit or tenant that comes into KIWI does not send the agreements that wait for it."""
    return pretending(dependents.Dependents, wake_waiting=lambda _self, _parent, **_named: None)


def foreign_objects_adopted() -> AbstractContextManager[Any]:
    """Load takes every colliding object for its own."""
    return pretending(worker, is_ours=lambda _situation, _found: True)


def only_who_has_or_awaits_an_address_counts() -> AbstractContextManager[Any]:
    """The count for placeholders depends on the claim, which its users let go once it is exceeded."""

    def others(self: Any, situation: Any, claim: str) -> list[Any]:
        there = claiming.users(self.table, claim, situation.row.email_limit)
        return [key for key in there if key != situation.row.key]

    return pretending(placeholders.Placeholders, _others=others)


def nobody_is_sent_when_one_more_comes() -> AbstractContextManager[Any]:
    """The tenant that makes an address a placeholder does not send its present users."""
    return pretending(placeholders, users=lambda *_args: [])


def crowd_not_looked_at_again() -> AbstractContextManager[Any]:
    """A tenant does not count the wants once more after it has claimed an address."""
    return pretending(placeholders.Placeholders, is_placeholder=lambda _self, _situation: False)


def leaving_forgotten_in_a_crash() -> AbstractContextManager[Any]:
    """A tenant that leaves a crowd crosses it off before the others are sent."""

    def left(self: Any, situation: Any) -> Any:
        row = situation.row
        former = row.wants - {situation.counted_claim}
        if former:
            self.table.update(row.at, Change(take={"wants": former}), exists("pk"))
        return real(self, situation)

    real = placeholders.Placeholders._left
    return pretending(placeholders.Placeholders, _left=left)


class _With:
    """An object with some of its attributes replaced."""

    def __init__(self, real: Any, **others: Any) -> None:
        self.__dict__.update(others, _real=real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
