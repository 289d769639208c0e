"""A whole export against the table: full and delta, and what the run's row says of it."""

import pytest
from kiwi_extract.bookkeeping.connection_lock import ConnectionBusyError, connection_lock
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.run.admission import PAST
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.rows import PARKED, item_key
from kiwi_sync.state.table import Change

from tests.unit.extract.exports import (
    CONNECTION,
    DAY_ONE,
    Export,
    delta,
    full,
    gone,
    lease,
    tenant,
    unit,
)
from tests.unit.extract.rig import Rig, key, text


def test_a_full_export() -> None:
    rig = Rig()
    export = full(
        1,
        [tenant("1"), tenant("2", firma=[]), tenant("3", "0009")],
        ["0001", "0009"],
        verwaltungseinheiten=[unit("7")],
        mietvertraege=[lease("L")],
        anzahl={"mieter": 3, "verwaltungseinheiten": 1},
    )
    assert rig.extract(export) is Status.DONE
    units, leases = f"{CONNECTION}/verwaltungseinheit/0001/100/7", f"{CONNECTION}/mietvertrag/0001/L"
    assert rig.live().keys() == {text("1"), units, leases}
    assert sorted(rig.transform.keys()) == sorted(rig.live())
    read = {"verwaltungseinheiten": 1, "mieter": 3, "mietvertraege": 1}
    tally = {"unchanged": 0, "changed": 3, "gone": 0, "outdated": 0, "accepted": 3, "held": 0}
    assert rig.counts(1) == {"read": read, "rejected": 1, **tally}
    place = {"kind": "mieter", "key": "0001/2", "place": "mieter[1]"}
    assert rig.rejected(1) == [{**place, "field": "firma", "reason": "not_text"}]
    assert rig.run(1)["status"] == "done"


def test_what_a_full_export_leaves_out_is_gone_and_a_delta_says_what_is() -> None:
    rig = Rig()
    rig.extract(full(1, [tenant("1"), tenant("2"), tenant("3")]))
    rig.extract(full(2, [tenant("1"), tenant("2")]))
    assert rig.tenants() == {"1", "2"}
    rig.extract(delta(3, [tenant("4")], [gone("1")]))
    assert rig.tenants() == {"2", "4"}
    counts = rig.counts(3)
    assert (counts["changed"], counts["gone"], counts["unchanged"]) == (1, 1, 0)


def test_a_full_export_says_nothing_about_other_mandanten() -> None:
    rig = Rig()
    rig.settings.store("0001", "0002")
    rig.extract(full(1, [tenant("1"), tenant("2", "0002")], ["0001", "0002"]))
    rig.extract(full(2, [], ["0001"]))
    assert rig.live().keys() == {text("2", "0002")}


def test_nothing_newer_is_superseded() -> None:
    rig = Rig()
    rig.extract(full(5, [tenant("1")]))
    rig.transform.take()
    for export in (full(2, [tenant("2")]), delta(3, [tenant("1", firma="x")]), delta(4, [], [gone("1")])):
        assert rig.extract(export) is Status.SUPERSEDED
    assert rig.tenants() == {"1"}
    assert rig.transform.sent == []
    assert rig.run(2)["status"] == "superseded"


def test_one_newer_thing_is_enough_to_be_done() -> None:
    rig = Rig()
    rig.extract(delta(5, [tenant("1")]))
    assert rig.extract(delta(2, [tenant("1", firma="x"), tenant("2")])) is Status.DONE
    assert (rig.counts(2)["outdated"], rig.counts(2)["accepted"]) == (1, 1)
    assert rig.extract(delta(6)) is Status.DONE


def test_a_redelivery_is_accepted_and_sends_what_is_still_owed() -> None:
    rig = Rig()
    export = delta(1, [tenant("1"), tenant("2")])
    rig.extract(export)
    rig.table.update(item_key(key("1")), Change(remove=["todo", "todo_at"]))
    rig.transform.take()
    assert rig.extract(export) is Status.DONE
    assert rig.transform.keys() == [text("2")]


def test_a_second_identical_full_export_costs_nothing() -> None:
    rig = Rig()
    rig.settings.store("0001", "0002")
    records = [tenant(str(number), mandant) for number in range(50) for mandant in ("0001", "0002")]
    sections = {"verwaltungseinheiten": [unit("1")], "mietvertraege": [lease("1"), lease("2", ende=5)]}
    rig.extract(full(1, records, ["0001", "0002"], **sections))
    for row in rig.rows().values():
        rig.table.update(row.at, Change(remove=["todo", "todo_at"]))
    before = rig.rows()
    rig.table.writes.clear()
    rig.transform.take()
    assert rig.extract(full(2, records, ["0001", "0002"], **sections)) is Status.DONE
    touched = {pk if pk.startswith("%") else sk for pk, sk in rig.table.writes}
    assert touched == {"%watermark", f"%connection#{CONNECTION}", f"%run#{CONNECTION}"}
    assert (rig.transform.sent, rig.load.sent) == ([], [])
    assert rig.rows() == before
    assert rig.counts(2)["unchanged"] == 102


@pytest.mark.parametrize("change", [{"separator": "_"}, {"time_zone": "UTC"}])
def test_changed_settings_synchronize_anew(change: dict[str, str]) -> None:
    rig = Rig()
    rig.extract(full(1, [tenant("1")]))
    rig.transform.take()
    rig.settings.store(**change)
    rig.extract(full(2, [tenant("1")]))
    assert rig.transform.keys() == [text("1")]
    assert rig.table.row(text("1")).settings_version == 2


def test_settings_that_shape_nothing_synchronize_nothing() -> None:
    rig = Rig()
    rig.extract(full(1, [tenant("1")]))
    rig.transform.take()
    rig.settings.store(kiwi_api_url="https://other.example")
    rig.extract(full(2, [tenant("1")]))
    assert rig.transform.keys() == []


REFUSED = [
    (full(1, [tenant("1")], anzahl={"mieter": 2}), RejectedExport.COUNT_MISMATCH),
    ({**full(1, [tenant("1")]), "connection": "c2"}, RejectedExport.UNKNOWN_CONNECTION),
    ({**full(1, [tenant("1")]), "mandanten": []}, RejectedExport.ENVELOPE_INVALID),
    ({**full(1, [tenant("1")]), "exported_at": (DAY_ONE - PAST).isoformat()}, RejectedExport.TOO_OLD),
]


@pytest.mark.parametrize(("export", "reason"), REFUSED)
def test_a_refused_export_changes_nothing(export: Export, reason: RejectedExport) -> None:
    rig = Rig()
    with pytest.raises(RejectedExportError) as caught:
        rig.extract(export)
    assert caught.value.reason is reason
    assert {pk for pk, rows in rig.table.items.items() if rows} == set()
    assert rig.transform.sent == []


def test_two_at_once() -> None:
    rig = Rig()
    with connection_lock(rig.table, CONNECTION, rig.deadline()), pytest.raises(ConnectionBusyError):
        rig.extract(full(1, [tenant("1")]))
    assert rig.rows() == {}
    assert rig.extract(full(1, [tenant("1")])) is Status.DONE


def test_the_lease_is_free_again_after_a_refusal() -> None:
    rig = Rig()
    with pytest.raises(RejectedExportError):
        rig.extract({**full(1), "connection": "c2"})
    rig.settings.store(connection="c2")
    assert rig.extract({**full(1), "connection": "c2"}) is Status.DONE


@pytest.mark.parametrize(
    ("export", "sent"), [(full(2, [tenant("1")]), True), (delta(2, [tenant("2")]), False)]
)
def test_only_a_full_export_tries_again_what_kiwi_refused(export: Export, sent: bool) -> None:
    rig = Rig()
    rig.extract(full(1, [tenant("1")]))
    rig.table.update(item_key(key("1")), Change(put={"todo_at": PARKED}))
    rig.transform.take()
    rig.extract(export)
    assert ({text("1")} <= set(rig.transform.keys())) is sent
    assert (rig.table.row(text("1")).todo_at == PARKED) is not sent
