"""One unit or tenant: `desired` is brought up to `source`, and load hears of it."""

import pytest
from kiwi_sync.connections import SettingsInvalidError
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.reasons import Notice, Reason
from kiwi_sync.state.table import Change, Check, ItemKey
from kiwi_transform.stage import ATTEMPTS, RowKeepsMovingError

from tests.fakes.memory import MemoryTable
from tests.unit.transform.conftest import Transforming
from tests.unit.transform.world import (
    CONNECTION,
    agreement_key,
    lease,
    lease_key,
    settings,
    tenant,
    tenant_key,
    unit,
    unit_key,
)


def test_what_the_erp_says_is_written_as_what_kiwi_should_hold(transforming: Transforming) -> None:
    transforming.erp.say(unit(strasse="Lindenstraße"), tenant())
    assert transforming.transform(unit_key()) == [unit_key()]
    assert transforming.transform(tenant_key()) == [tenant_key()]
    assert transforming.desired(unit_key())["external_id"] == "0001-100-1"
    assert transforming.desired(tenant_key())["email_address"] == "anna@kiwi.example.com"
    row = transforming.row(unit_key())
    assert (row.external_id, row.notice) == ("0001-100-1", Notice.ADDRESS_INCOMPLETE)
    assert row.desired_from == row.source_rev < row.rev
    assert row.todo is not None, "load has yet to settle it"


def test_what_is_no_longer_desired_says_why(transforming: Transforming) -> None:
    transforming.settle(unit(strasse="Lindenstraße"), tenant())
    transforming.settle(tenant(email=None), unit_key())
    row = transforming.row(tenant_key())
    assert (row.desired, row.reason) == (None, Reason.NO_EMAIL)
    row = transforming.row(unit_key())
    assert (row.desired, row.reason, row.notice) == (None, Reason.GONE, None)
    transforming.settle(tenant())
    assert transforming.row(tenant_key()).reason is None


def test_an_unchanged_desire_still_reaches_load_which_settles_it(transforming: Transforming) -> None:
    transforming.settle(tenant())
    before = transforming.row(tenant_key())
    transforming.erp.say(tenant())
    assert transforming.transform(tenant_key()) == [tenant_key()]
    after = transforming.row(tenant_key())
    assert after.desired == before.desired
    assert after.desired_from == after.source_rev > before.desired_from


def test_a_message_that_comes_again_writes_nothing(transforming: Transforming) -> None:
    transforming.settle(unit())
    transforming.table.writes.clear()
    assert transforming.transform(unit_key()) == [unit_key()]
    assert transforming.table.writes == []


def test_a_row_that_comes_back_does_not_expire(transforming: Transforming) -> None:
    transforming.settle(unit_key())
    assert transforming.row(unit_key()).expires is None, "load has yet to look at it"


def test_an_agreement_s_key_goes_straight_to_load(transforming: Transforming) -> None:
    assert transforming.transform(agreement_key()) == [agreement_key()]
    assert transforming.table.writes == []


def test_a_key_without_a_row_is_nothing(transforming: Transforming) -> None:
    assert transforming.transform(unit_key()) == []
    assert transforming.transform(lease_key()) == []


@pytest.mark.parametrize("broken", ["{}", "no JSON", None])
def test_settings_that_cannot_be_used_leave_the_row_owed(
    transforming: Transforming, broken: str | None
) -> None:
    transforming.erp.say(unit())
    transforming.ssm.parameters.clear()
    if broken is not None:
        transforming.ssm.put(CONNECTION, broken)
        with pytest.raises(SettingsInvalidError):
            transforming.ssm.connections().get(CONNECTION)
    assert transforming.transform(unit_key()) == []
    row = transforming.row(unit_key())
    assert (row.todo is not None, row.desired) == (True, None)


def test_settings_older_than_the_source_are_read_again(transforming: Transforming) -> None:
    transforming.settle(unit())
    transforming.ssm.put(CONNECTION, settings(separator="/"))
    transforming.settle(unit())
    assert transforming.desired(unit_key())["external_id"] == "0001/100/1"
    reads = transforming.ssm.reads
    transforming.transform(unit_key())
    assert transforming.ssm.reads == reads, "those remembered are new enough"


class MovingTable(MemoryTable):
    """A table in which a row's source moves on just before it is written, `moves` times."""

    def __init__(self, moves: int) -> None:
        super().__init__()
        self.moves = 0
        self.left = moves
        self.armed = False
        self.transforming: Transforming

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        if self.armed and self.left:
            self.left -= 1
            self.moves += 1
            self.armed = False
            self.transforming.erp.write(unit(name=f"Moved {self.moves}"))
            self.armed = True
        return super().update(key, change, *checks)


def moving(moves: int) -> Transforming:
    table = MovingTable(moves)
    table.transforming = Transforming(table)
    table.transforming.erp.write(unit())
    table.armed = True
    return table.transforming


def test_a_row_that_moves_on_is_read_again() -> None:
    transforming = moving(ATTEMPTS - 1)
    assert transforming.transform(unit_key()) == [unit_key()]
    assert transforming.desired(unit_key())["name"] == f"Moved {ATTEMPTS - 1}"
    row = transforming.row(unit_key())
    assert row.desired_from == row.source_rev


def test_a_row_that_keeps_moving_is_tried_later() -> None:
    transforming = moving(ATTEMPTS)
    with pytest.raises(RowKeepsMovingError):
        transforming.stage.transform(RowKey.parse(unit_key()))
    assert transforming.load.keys() == []
    assert transforming.row(unit_key()).desired is None


def test_a_lease_that_goes_from_the_table_meanwhile_is_nothing_more(transforming: Transforming) -> None:
    transforming.settle(lease())
    transforming.table.items[transforming.row(lease_key()).key.pk].clear()
    assert transforming.transform(lease_key()) == []


def test_a_message_that_finds_newer_settings_owes_a_settled_row_something(transforming: Transforming) -> None:
    transforming.settle(unit())
    transforming.table.update(transforming.row(unit_key()).at, Change(remove=["todo", "todo_at"]))
    transforming.transform(unit_key())
    assert transforming.row(unit_key()).todo is None
    transforming.ssm.put(CONNECTION, settings(separator="/"))
    transforming.stage = transforming.container()
    transforming.transform(unit_key())
    row = transforming.row(unit_key())
    assert (row.external_id, row.todo is not None) == ("0001/100/1", True)
