"""A lease: links first, then its agreements' rows, and once more if it moves on meanwhile."""

from collections.abc import Callable

import pytest
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import Change, Check, ItemKey
from kiwi_transform.stage import RowKeepsMovingError

from tests.fakes.memory import MemoryTable
from tests.unit.transform.conftest import Transforming
from tests.unit.transform.world import (
    CONNECTION,
    agreement_key,
    lease,
    lease_key,
    settings,
    tenant_key,
    unit_key,
)

A7, A8 = agreement_key(tenant="7"), agreement_key(tenant="8")


def writes(transforming: Transforming) -> list[str]:
    """The writes since the last call, in order: links, agreements, leases."""
    kinds = {"%link": "link", "rental_agreement": "agreement", "mietvertrag": "lease"}
    written = [
        next(kind for part, kind in kinds.items() if part in pk) for pk, _ in transforming.table.writes
    ]
    transforming.table.writes.clear()
    return written


def test_links_come_before_agreements_and_the_debt_goes_last(transforming: Transforming) -> None:
    transforming.erp.write(lease(tenants=["7", "8"]))
    writes(transforming)
    assert transforming.transform(lease_key()) == [A7, A8]
    assert writes(transforming) == ["link"] * 4 + ["agreement"] * 2 + ["lease"]
    assert transforming.linked(unit_key()) == [A7, A8]
    assert transforming.linked(tenant_key("8")) == [A8]
    assert transforming.desired(A7)["tenant"] == tenant_key("7")
    assert transforming.row(A7).parents == {tenant_key("7"), unit_key()}
    assert transforming.row(A7).todo is not None, "load has yet to settle it"
    assert transforming.row(lease_key()).todo is None


def test_a_lease_that_says_the_same_writes_and_sends_no_agreement(transforming: Transforming) -> None:
    transforming.settle(lease())
    transforming.erp.write(lease())
    writes(transforming)
    assert transforming.transform(lease_key()) == []
    assert "agreement" not in writes(transforming)


def test_an_agreement_that_is_still_owed_is_sent_again(transforming: Transforming) -> None:
    transforming.erp.write(lease())
    assert transforming.transform(lease_key()) == [A7]
    assert transforming.transform(lease_key()) == [A7]


def test_a_pair_that_the_lease_no_longer_names_is_no_longer_desired(transforming: Transforming) -> None:
    transforming.settle(lease(tenants=["7", "8"]))
    transforming.erp.write(lease(tenants=["8"]))
    assert transforming.transform(lease_key()) == [A7]
    row = transforming.row(A7)
    assert (row.desired, row.reason) == (None, Reason.GONE)
    assert row.parents == {tenant_key("7"), unit_key()}, "debts until load has paid them"
    assert transforming.desired(A8) is not None


def test_settled_pairs_of_the_past_are_left_alone(transforming: Transforming) -> None:
    transforming.settle(lease(tenants=["7", "8"]))
    transforming.settle(lease(tenants=["8"]))
    transforming.erp.write(lease(tenants=["8"], ende="2030-12-31"))
    assert transforming.transform(lease_key()) == [A8]


def test_a_lease_that_is_gone_takes_its_agreements_along_and_may_expire(transforming: Transforming) -> None:
    transforming.settle(lease(tenants=["7", "8"]))
    transforming.erp.write(lease_key())
    assert transforming.transform(lease_key()) == [A7, A8]
    assert transforming.row(A7).reason == Reason.GONE
    assert transforming.row(lease_key()).expires is not None
    transforming.erp.write(lease())
    transforming.transform(lease_key())
    assert transforming.row(lease_key()).expires is None
    assert transforming.desired(A7) is not None


def test_a_moved_lease_keeps_its_former_parent_as_a_debt(transforming: Transforming) -> None:
    transforming.settle(lease())
    transforming.settle(lease(unit="2"))
    assert transforming.desired(A7)["rental_unit"] == unit_key("2")
    assert transforming.row(A7).parents == {tenant_key(), unit_key("1"), unit_key("2")}
    assert transforming.linked(unit_key("2")) == [A7]


def test_other_leases_that_begin_alike_are_other_leases(transforming: Transforming) -> None:
    transforming.settle(lease("L"), lease("L1"), lease("L#7"))
    transforming.settle(lease_key("L"))
    assert transforming.desired(agreement_key("L1")) is not None
    assert transforming.desired(agreement_key("L%237")) is not None


def test_another_separator_writes_the_agreements_anew(transforming: Transforming) -> None:
    transforming.settle(lease())
    transforming.ssm.put(CONNECTION, settings(separator="|"))
    transforming.erp.write(lease())
    assert transforming.transform(lease_key()) == [A7]
    assert transforming.row(A7).external_id == "0001|L|7"


class ActingTable(MemoryTable):
    """A table before whose n-th write something happens."""

    def __init__(self) -> None:
        super().__init__()
        self.countdown = 0
        self.action: Callable[[], object] = lambda: None

    def before(self, nth: int, action: Callable[[], object]) -> None:
        """From now on."""
        self.countdown, self.action = nth, action

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self.countdown -= 1
        if self.countdown == 0:
            self.action()
        return super().update(key, change, *checks)


@pytest.fixture
def table() -> ActingTable:
    return ActingTable()


@pytest.fixture
def acting(table: ActingTable) -> Transforming:
    return Transforming(table)


WRITES = range(1, 5)
"""A lease with one tenant: two links, the agreement, the lease."""


@pytest.mark.parametrize("nth", WRITES)
def test_a_lease_that_moves_on_is_transformed_once_more(
    acting: Transforming, table: ActingTable, nth: int
) -> None:
    acting.erp.write(lease())
    table.before(nth, lambda: acting.erp.write(lease(unit="2", tenants=["8"])))
    sent = acting.transform(lease_key())
    assert acting.desired(A8)["rental_unit"] == unit_key("2")
    assert acting.row(lease_key()).todo is None
    assert A8 in sent
    if nth > 3:
        assert (acting.row(A7).reason, A7 in sent) == (Reason.GONE, True)


@pytest.mark.parametrize("nth", WRITES)
def test_a_stale_transform_does_not_overwrite_a_newer_one(
    acting: Transforming, table: ActingTable, nth: int
) -> None:
    acting.settle(lease())
    acting.erp.write(lease(ende="2026-12-31"))
    sent: list[str] = []

    def newer() -> None:
        acting.erp.write(lease(ende="2030-12-31"))
        sent.extend(acting.transform(lease_key()))

    table.before(nth, newer)
    acting.transform(lease_key())
    if table.countdown <= 0:
        assert acting.desired(A7)["end_at"] == "2030-12-31T22:59:59Z"
        assert set(sent) == {A7}
    assert acting.row(lease_key()).todo is None


@pytest.mark.parametrize("nth", WRITES)
def test_two_transforms_of_the_same_lease_end_where_one_does(
    acting: Transforming, table: ActingTable, nth: int
) -> None:
    acting.erp.write(lease())
    table.before(nth, lambda: acting.container().transform(acting.row(lease_key()).key))
    acting.transform(lease_key())
    assert acting.desired(A7)["rental_unit"] == unit_key()
    assert acting.row(lease_key()).todo is None


def test_the_debt_stays_if_the_lease_moves_on_at_the_last_moment(
    acting: Transforming, table: ActingTable
) -> None:
    acting.erp.write(lease())
    debts: list[bool] = []

    def move() -> None:
        acting.erp.write(lease(ende="2030-12-31"))
        table.before(2, lambda: debts.append(acting.row(lease_key()).todo is not None))

    table.before(4, move)
    acting.transform(lease_key())
    assert debts == [True]
    assert acting.desired(A7)["end_at"] == "2030-12-31T22:59:59Z"
    assert acting.row(lease_key()).todo is None


def test_a_lease_that_keeps_moving_is_tried_later_and_stays_owed(
    acting: Transforming, table: ActingTable
) -> None:
    acting.erp.write(lease())

    def move() -> None:
        acting.erp.write(lease())
        table.before(1, move)

    table.before(1, move)
    with pytest.raises(RowKeepsMovingError):
        acting.transform(lease_key())
    assert acting.row(lease_key()).todo is not None


def test_a_lease_that_vanished_meanwhile_is_done(acting: Transforming, table: ActingTable) -> None:
    acting.erp.write(lease())
    table.before(3, table.items[acting.row(lease_key()).key.pk].clear)
    assert acting.transform(lease_key()) == [A7]
