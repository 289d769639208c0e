"""Exports that do not say what they are complete for: what they are silent about stays."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export
from kiwi_sync.rules.reasons import HoldStatus

from tests.extent import extent
from tests.unit.extract.brake.houses import houses, numbers, status, synchronize
from tests.unit.extract.exports import CONNECTION, DAY_ONE, delta, full, lease, tenant, unit
from tests.unit.extract.reading.test_alike import ENVELOPE, SECTIONS
from tests.unit.extract.rig import Rig
from tests.written import Sections, as_csv, as_json, as_ndjson, as_xlsx, as_zip_of_csv

ALL = full(
    1,
    [tenant("1"), tenant("1", "0002")],
    ["0001", "0002"],
    verwaltungseinheiten=[unit("0001"), unit("0001", "0002")],
    mietvertraege=[lease("L1"), lease("L1", "0002")],
)


@pytest.fixture
def rig() -> Rig:
    made = Rig()
    made.settings.store("0001", "0002")
    return made


def bring(rig: Rig, content: bytes, hour: int = 2, scope: str = "full", **side: Any) -> Status:
    envelope = {"connection": CONNECTION, "scope": scope, "export_id": f"e{hour}", **side}
    origin = Origin("a.csv", DAY_ONE + timedelta(hours=hour), envelope)
    export = open_export(io.BytesIO(content), origin, lambda _: None)
    return rig.work(export)


def test_tenants_alone_take_no_units_and_no_leases_away(rig: Rig) -> None:
    rig.extract(ALL)
    before = set(rig.live())
    assert bring(rig, as_csv("mieter", [tenant("2"), tenant("1", "0002")])) is Status.DONE
    gone = {f"{CONNECTION}/mieter/0001/1"}
    assert set(rig.live()) == before - gone | {f"{CONNECTION}/mieter/0001/2"}


def test_a_mandant_that_is_missing_stays(rig: Rig) -> None:
    rig.extract(ALL)
    sections = {"mieter": [tenant("1")], "verwaltungseinheiten": [unit("0001")]}
    bring(rig, as_zip_of_csv(sections))
    assert len(rig.live()) == 6
    bring(rig, as_zip_of_csv(sections), 3, mandanten=["0001", "0002"])
    assert {text for text in rig.live() if "/0002/" in text} == {f"{CONNECTION}/mietvertrag/0002/L1"}


def test_a_table_that_is_empty_is_complete_if_its_mandanten_are_listed(rig: Rig) -> None:
    rig.extract(ALL)
    empty = as_zip_of_csv({"mieter": [], "verwaltungseinheiten": [unit("0001")]})
    bring(rig, empty)
    assert rig.tenants() == {"1"}
    bring(rig, empty, 3, mandanten=["0001", "0002"])
    assert rig.tenants() == set()


def test_a_repetition_writes_and_sends_nothing(rig: Rig) -> None:
    rig.extract(ALL)
    content = as_csv("mieter", ALL["mieter"])
    bring(rig, content)
    rig.transform.take()
    before = json.dumps(rig.rows(), default=str)
    bring(rig, content, 3)
    assert (json.dumps(rig.rows(), default=str), rig.transform.take()) == (before, [])


def test_a_line_that_cannot_be_read_takes_nothing_of_its_kind_away(rig: Rig) -> None:
    rig.extract(ALL)
    bring(rig, as_csv("mieter", [tenant("2"), tenant("3", "0002")]) + b"0001;4\r\n")
    assert rig.tenants() == {"1", "2", "3"}
    assert rig.rejected(2) == [
        {"kind": "mieter", "key": None, "field": None, "reason": "ragged_line", "place": "a.csv, line 4"}
    ]


def test_what_it_is_silent_about_ends_no_hold(rig: Rig) -> None:
    rig.settings.store("0001", brake_agreements=0, brake_percent=0)
    there = houses(numbers(2))
    rig.extract(full(0, **there))
    synchronize(rig)
    rig.extract(delta(1, deleted=[{"mandant": "0001", "nummer": "002"}]))
    assert status(rig, 1) is HoldStatus.STANDING
    bring(rig, as_csv("mieter", there["mieter"]))
    assert status(rig, 1) is HoldStatus.STANDING
    bring(rig, as_zip_of_csv(there), 3)
    assert status(rig, 1) is HoldStatus.ENDED


def test_a_delta_in_a_table(rig: Rig) -> None:
    rig.extract(ALL)
    content = as_csv("mieter", [tenant("9")]).replace(b"email", b"email;geloescht").replace(b"org", b"org;")
    bring(rig, content + b"0001;1;;;;;ja\r\n", scope="delta")
    assert {text.partition("/mieter/")[2] for text in rig.live() if "/mieter/" in text} == {
        "0001/9",
        "0002/1",
    }


@settings(
    max_examples=extent(15, 40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(SECTIONS)
def test_every_format_leaves_the_same_rows(sections: Sections) -> None:
    side: dict[str, Any] = {"mandanten": ["0001", "2"]}
    documents = [
        as_json(ENVELOPE, sections),
        as_ndjson(ENVELOPE, sections, "utf-16"),
        as_zip_of_csv(sections, "cp1252", side=side),
        as_xlsx(sections),
    ]
    outcomes = []
    for content in documents:
        rig = Rig()
        rig.settings.store("0001", "2")
        bring(rig, content, 0, **side)
        ((_, run),) = rig.table.items[f"%run#{CONNECTION}"].items()
        outcomes.append((rig.live(), run["counts"], len(json.loads(str(run["rejected"])))))
    assert outcomes == [outcomes[0]] * len(documents)
