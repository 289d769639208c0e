"""Rows that KIWI has refused are tried again after a full export, if need be by several invocations."""

from datetime import timedelta

from kiwi_extract.bookkeeping.owed import A_SHARD
from kiwi_extract.bookkeeping.runs import Status
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.state.rows import PARKED

from tests.unit.extract.bookkeeping.parked import owe
from tests.unit.extract.exports import CONNECTION, delta, full, tenant
from tests.unit.extract.rig import Rig

MANY = 2 * A_SHARD + 1


def refused(rig: Rig) -> set[str]:
    """Agreements of one shard that KIWI has refused, more than two portions of them."""
    keys = [RowKey(CONNECTION, RowKind.RENTAL_AGREEMENT, "0001", ("L", str(n))) for n in range(MANY)]
    return {owe(rig, key, PARKED).text for key in keys}


def test_a_full_export_tries_all_of_them_a_delta_none() -> None:
    rig = Rig()
    parked = refused(rig)
    rig.extract(delta(1, [tenant("1")]))
    assert rig.load.keys() == []
    rig.extract(full(2, [tenant("1")]))
    assert sorted(rig.load.keys()) == sorted(parked)


def test_one_that_runs_out_of_time_among_them_goes_on_in_the_next_invocation() -> None:
    broken_off = 0
    for minutes in range(45, 75):
        rig = Rig()
        parked = refused(rig)
        rig.clock.tick = timedelta(minutes=1)
        if rig.extract(full(1, [tenant("1")]), minutes) is Status.WORKING:
            broken_off += 0 < len(rig.load.sent) < MANY
            rig.until_done(full(1, [tenant("1")]), minutes)
        assert sorted(rig.load.keys()) == sorted(parked)
        assert rig.run(1)["status"] == "done"
    assert broken_off
