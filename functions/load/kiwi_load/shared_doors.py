"""Doors that several agreements of one tenant share.

KIWI keeps one permission for a person and a door, from any number of agreements (KIWI API, as observed):
withdrawing the garage also closes the shared front door of the flat. So before access is withdrawn, the
tenant's other agreements are marked, and each restores its own doors after the withdrawal.

A mark is the key of the withdrawn agreement, `#`, and a door; without a door it says that the marked
agreement renews the other: same tenant, same unit.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.queues import Queue, send_to_load
from kiwi_sync.rules.action import Action
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.state.rows import Row, owe, read_row, read_rows
from kiwi_sync.state.table import Change, Table, exists
from kiwi_sync.times import Clock

from kiwi_load.dependents import Dependents
from kiwi_load.situation import Situation

Marks = dict[RowKey, frozenset[str]]


@dataclass(frozen=True)
class DoorLoss:
    """The doors that an agreement's step takes away, and the marks for others.

    `open`: doors may be open, perhaps after a failed withdrawal; `on`: access is on, and not stuck.
    """

    open: bool = False
    on: bool = False
    marks: Marks = field(default_factory=dict)


NO_LOSS = DoorLoss()
LEAVING = 25
"""Agreements of a tenant that may leave together and still are marked: each marks all others. More leave at
once only with a company, whose marks would outgrow the rows."""
_LOSING = frozenset({Action.DELETE, Action.DELETE_TO_CREATE, Action.WITHDRAW})


@dataclass(frozen=True)
class SharedDoors:
    """Marks other agreements and sends them. Every step may be repeated at will."""

    table: Table
    load: Queue
    dependents: Dependents
    clock: Clock

    def loss(self, action: Action, situation: Situation, kiwi: KiwiClient) -> DoorLoss:
        """The loss that a step brings. Asks KIWI nothing if no door is shared."""
        if situation.is_parent or action not in _LOSING:
            return NO_LOSS
        # While the tenant's address changes, all of its agreements are withdrawn and given again.
        others = [] if action is Action.WITHDRAW else self._others(situation.row.key)
        if action is Action.DELETE and not others:
            return NO_LOSS
        state = kiwi.state(situation.kiwi_id)
        if state is None:
            return NO_LOSS
        if state.withdrawn:
            # An earlier load may have died between the withdrawal and its second look.
            crashed = situation.row.doubt is not None
            return DoorLoss(marks=self._marks(situation.row, others, kiwi)) if crashed else NO_LOSS
        return DoorLoss(True, state.access_is_on, self._marks(situation.row, others, kiwi))

    def seen_again(self, situation: Situation, kiwi: KiwiClient) -> Situation:
        """Mark agreements that have come to the tenant since the withdrawal began; otherwise as `marked`."""
        key = situation.row.key
        late = [
            one for one in self._others(key) if not any(mark.startswith(f"{key}#") for mark in one.disturbed)
        ]
        return self.marked(situation, self._marks(situation.row, late, kiwi)) if late else situation

    def of_failed(self, row: Row, kiwi: KiwiClient) -> Marks:
        """The marks for an agreement that was withdrawn and cannot be given again."""
        return self._marks(row, self._others(row.key), kiwi)

    def marked(self, situation: Situation, marks: Marks) -> Situation:
        """Mark rows before any door is taken. Returns the situation that knows to send them."""
        if not marks:
            return situation
        self.table.update(situation.row.at, Change(put={"disturbs": True}), exists("pk"))
        for row in read_rows(self.table, list(marks)).values():
            self.table.update(row.at, Change(add={"disturbed": marks[row.key]}), exists("pk"))
        return replace(situation, row=replace(situation.row, disturbs=True))

    def wake(self, row: Row) -> None:
        """Send the rows marked by this one, after its withdrawal.

        Rows that are to go are not sent: two that KIWI cannot withdraw would wake each other for ever.
        """
        marked = [
            other
            for other in self.dependents.agreements_of(row.key.tenant)
            if any(mark.startswith(f"{row.key}#") for mark in other.disturbed)
        ]
        send_to_load(self.load, [other.key for other in self._wanted(row.key, marked)], wake=True)
        self.table.update(row.at, Change(remove=["disturbs"]), exists("pk"))

    def awaits_renewal(self, row: Row) -> bool:
        """Whether an agreement about to go waits for its renewal: that one is sent, and sends it in turn."""
        others = [other for other in self.dependents.agreements_of(row.key.tenant) if other.key != row.key]
        for other in self._wanted(row.key, others):
            blank = other.outcome is None and other.problem is None and not other.in_kiwi
            if blank and _renews(other, row):
                waiting = Change(add={"awaited_by": frozenset({row.key.text})})
                self.table.update(other.at, waiting, exists("pk"))
                present = read_row(self.table, other.key)
                if present is not None:
                    owe(self.table, present, self.clock())
                send_to_load(self.load, [other.key], wake=True)
                return True
        return False

    def wake_awaiting(self, row: Row) -> None:
        """Send the agreements that wait for this one to come, or to stay away."""
        if row.awaited_by:
            send_to_load(self.load, map(RowKey.parse, sorted(row.awaited_by)), wake=True)
            self.table.update(row.at, Change(take={"awaited_by": row.awaited_by}), exists("pk"))

    def lost_doors(self, situation: Situation, kiwi: KiwiClient) -> bool:
        """Whether finished withdrawals took doors from this agreement, which is on."""
        unit = situation.unit_id
        doors = {mark.partition("#")[2] for mark in situation.wish.regive}
        if unit is None or not any(doors):
            return False
        return any(point.id in doors for point in kiwi.access_points(unit))

    def _marks(self, row: Row, others: Collection[Row], kiwi: KiwiClient) -> Marks:
        """The marks for a tenant's other agreements, by the doors of their units."""
        if not others:
            return {}
        parents = map(RowKey.parse, sorted(row.parents))
        units = read_rows(self.table, [parent for parent in parents if parent != row.key.tenant])
        doors = {
            point.id
            for unit in units.values()
            if unit.kiwi_id is not None
            for point in kiwi.access_points(unit.kiwi_id)
        }
        found = {}
        for other in others:
            shared = {f"{row.key}#{door}" for door in doors}
            renews = {f"{row.key}#"} if _renews(other, row) else set()
            found[other.key] = frozenset(shared | renews)
        return {key: marks for key, marks in found.items() if marks}

    def _others(self, key: RowKey) -> list[Row]:
        """The tenant's other agreements that should be in KIWI, and the few that are to go as well.

        One that is to go counts as long as it is there: it may be wanted again before its own withdrawal.
        """
        others = [row for row in self.dependents.agreements_of(key.tenant) if row.key != key]
        wanted = self._wanted(key, others)
        leaving = [row for row in others if row.perhaps_in_kiwi and row not in wanted]
        return [*wanted, *(leaving if len(leaving) <= LEAVING else [])]

    def _wanted(self, key: RowKey, others: Collection[Row]) -> list[Row]:
        """Those of a tenant's agreements that should be in KIWI; none if the tenant should not."""
        desired = [row for row in others if row.desired is not None]
        if not desired:
            return []
        tenant = read_row(self.table, key.tenant)
        return desired if tenant is not None and tenant.eligible else []


def _renews(other: Row, row: Row) -> bool:
    """Whether an agreement has the same tenant and unit as another one, which is about to go."""
    if other.desired is None:
        return False
    desired = DesiredAgreement.model_validate_json(other.desired)
    return row.desired is None and {desired.tenant, desired.rental_unit} <= row.parents
