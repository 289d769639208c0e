"""The causes of a lost agreement: records in, causes out."""

import json
from typing import Any

import pytest
from kiwi_extract.brake.losses import SHOWN, LossCount, PossibleLosses, may_lose
from kiwi_extract.compare.compare import SourceChange, Write
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.reasons import Loss
from kiwi_sync.state.table import Item

from tests.unit.extract.exports import CONNECTION, lease, tenant

MIETER, LEASE, UNIT = RowKind.MIETER, RowKind.MIETVERTRAG, RowKind.VERWALTUNGSEINHEIT
HOME = RowKey(CONNECTION, UNIT, "0001", ("100", "7/a"))
NAMES = "a#1", "b/2"


def losing() -> PossibleLosses:
    return PossibleLosses(CONNECTION, "0001")


def recorded(record: dict[str, Any], row: Item | None = None) -> SourceChange:
    nummer = RowKey(CONNECTION, LEASE, "0001", (record["nummer"],)).sk
    return SourceChange(Write.RECORD, nummer, {"rev": 1} if row is None else row, json.dumps(record))


def agreement(lease: str = "L", tenant: str = NAMES[0], **more: Any) -> Item:
    key = RowKey(CONNECTION, RowKind.RENTAL_AGREEMENT, "0001", (lease, tenant))
    parents = frozenset({HOME.text, f"{CONNECTION}/mieter/0001/4711"})
    return {"sk": key.sk, "kiwi_id": "k", "parents": parents, **more}


def after(kind: RowKind, old: dict[str, Any], new: dict[str, Any]) -> PossibleLosses:
    found = losing()
    found.add_changed(kind, recorded(new), json.dumps(old))
    return found


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("a@example.org", None, Loss.NO_EMAIL),
        ("a@example.org", "nobody", Loss.INVALID_EMAIL),
        ("a@example.org", "b@example.org", None),
        (None, "nobody", None),
        ("nobody", None, None),
        (None, "a@example.org", None),
    ],
)
def test_a_tenant_loses_by_the_last_valid_address(
    old: str | None, new: str | None, reason: Loss | None
) -> None:
    found = after(MIETER, tenant("1", email=old), tenant("1", email=new))
    assert found.records.get(MIETER, {}).get("1") == reason
    assert bool(found) is (reason is not None)


def test_a_lease_loses_whom_it_no_longer_names() -> None:
    found = after(LEASE, lease("L", mieter=["c", *NAMES]), lease("L", mieter=["c", "new"]))
    causes = {name: list(found.causes(agreement(tenant=name))) for name in (*NAMES, "c", "new")}
    dropped = [(LEASE, "L", Loss.TENANT_DROPPED)]
    assert causes == {NAMES[0]: dropped, NAMES[1]: dropped, "c": [], "new": []}
    assert list(found.causes(agreement("M"))) == []


def test_a_lease_that_stays_where_it_is_moves_nowhere_whatever_else_changes() -> None:
    assert not after(LEASE, lease("L"), lease("L", ende="2030-01-01", beginn="2025-01-01")).moved
    at = {"wirtschaftseinheit": "100", "nummer": "7/a"}
    assert after(LEASE, lease("L"), lease("L", verwaltungseinheit=at)).moved == {"L": HOME}


def test_every_record_that_it_hangs_on_is_a_cause() -> None:
    found = losing()
    for kind, sk in ((LEASE, "L"), (MIETER, "a%231"), (UNIT, HOME.sk), (UNIT, "other")):
        found.add(kind, sk, Loss.REMOVED)
    assert {(kind, sk) for kind, sk, _ in found.causes(agreement())} == {
        (LEASE, "L"),
        (MIETER, "a%231"),
        (UNIT, HOME.sk),
    }
    toll = LossCount()
    toll.add(found, [agreement(), agreement("M", "c")])
    assert (toll.lost, toll.count.records) == (2, 3)
    assert toll.shown[0].agreement == f"{CONNECTION}/rental_agreement/0001/L/a%231"
    assert toll.shown[1].record == HOME.text


@pytest.mark.parametrize(
    ("kind", "record", "row", "expected"),
    [
        (MIETER, tenant("1", email=None), {"rev": 1}, True),
        (MIETER, tenant("1"), {"rev": 1}, False),
        (MIETER, tenant("1", email=None), {"rev": 1, "gone": True}, False),
        (LEASE, lease("1"), {"rev": 1}, True),
        (LEASE, lease("1"), {"rev": 1, "gone": True}, False),
        (UNIT, {"nummer": "1"}, {"rev": 1}, False),
    ],
)
def test_old_records_are_read_only_where_something_may_be_lost(
    kind: RowKind, record: dict[str, Any], row: Item, expected: bool
) -> None:
    assert may_lose(kind, recorded(record, row)) is expected
    assert not may_lose(kind, SourceChange(Write.RECORD, "1", None, json.dumps(record)))
    assert not may_lose(kind, SourceChange(Write.VERSION, "1", row))


def test_all_are_counted_and_some_are_shown() -> None:
    found, toll = losing(), LossCount()
    found.add(LEASE, "L", Loss.REMOVED)
    many = [agreement(tenant=str(number)) for number in range(SHOWN + 50)]
    toll.add(found, [*many, agreement("M"), agreement(reason="gone"), {"sk": "L#x"}])
    assert (toll.total, toll.lost, len(toll.shown)) == (SHOWN + 51, SHOWN + 50, SHOWN)
