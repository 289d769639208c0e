"""The facts about an export in its object's place, also for a copy that lies elsewhere."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.bookkeeping.connection_lock import connection_lock
from kiwi_extract.inbox.place import Place, place_of
from kiwi_extract.reading.opened_export import export_id_of
from kiwi_sync.erp.envelope import EXPORT_ID

from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.brake.houses import approve, houses, numbers, synchronize
from tests.unit.extract.exports import CONNECTION, NOW, full, tenant
from tests.unit.extract.inbox.uploads import notice, runs, upload
from tests.unit.extract.test_stage import Desk
from tests.written import as_csv, as_zip_of_csv

FOLDER = f"exports/{CONNECTION}/full/nacht"
KEY = f"{FOLDER}/Mieter ä.csv"


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    made = Desk(stack)
    made.rig.clock.now = datetime.now(UTC) + timedelta(minutes=5)
    return made


@pytest.mark.parametrize(
    ("key", "connection", "scope"),
    [
        ("exports/c1/full/a", "c1", "full"),
        ("exports/c-1.x/delta/2026/11/a b.csv", "c-1.x", "delta"),
        ("exports/c1/full", None, None),
        ("exports/c1/full/", None, None),
        ("exports/c1/voll/a", None, None),
        ("exports/-c/full/a", None, None),
        ("held/c1/full/a", None, None),
        ("exports/a.json", None, None),
    ],
)
def test_places(key: str, connection: str | None, scope: str | None) -> None:
    place = Place(key=key, modified=NOW, version="v")
    envelope = place.origin({}).envelope
    assert (envelope.get("connection"), envelope.get("scope")) == (connection, scope)
    assert (place.connection, place.folder is None) == (connection, connection is None)


def test_a_side_file_overrides_the_place() -> None:
    envelope = Place(key="exports/c1/full/a").origin({"export_id": "e", "scope": "delta"}).envelope
    assert envelope == {"connection": "c1", "scope": "delta", "export_id": "e"}


@given(st.text(), st.text())
def test_an_id_is_valid_and_the_same_for_the_same_object(name: str, version: str) -> None:
    made = export_id_of(name, name, version)
    assert made == export_id_of(name, name, version) != export_id_of(name, name, f"{version}.")
    assert Place(key=f"exports/c/full/{name}x", version=version).origin({}).envelope.keys() >= {"export_id"}
    assert re.fullmatch(EXPORT_ID, made)
    times = [NOW + timedelta(hours=hours) for hours in range(9)]
    later = [export_id_of(name, f"{version}{time}", modified=time) for time in times]
    assert all(re.fullmatch(EXPORT_ID, one) for one in later)
    assert sorted(later) == later


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=341),
    st.none() | st.text(max_size=9),
)
def test_a_copy_carries_its_place_along(key: str, side: str | None) -> None:
    place = Place(key=key, modified=NOW, version="v", side=side)
    metadata = place.metadata()
    assert sum(len(name) + len(value) for name, value in metadata.items()) <= 2048
    assert all(value.isascii() for value in metadata.values())
    assert place_of("held/x", None, "w", None, metadata) == place


@pytest.mark.parametrize("metadata", [{}, {"place": ""}, {"place": "???"}, {"place": "e30="}, {"other": "x"}])
def test_other_metadata_says_nothing(metadata: dict[str, str]) -> None:
    assert place_of("a", NOW, "v", None, metadata) == Place(key="a", modified=NOW, version="v")


def held(desk: Desk, stack: Cloud, content: bytes) -> None:
    desk.rig.settings.store("0001", brake_agreements=0, brake_percent=0)
    desk.handle({**full(0, **houses(numbers(2))), "exported_at": "2026-11-20T00:00:00Z"} | _now())
    synchronize(desk.rig)
    upload(stack, desk, KEY, content)


def _now() -> dict[str, str]:
    return {"exported_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}


def test_a_held_table_comes_again_with_all_that_its_place_said(stack: Cloud, desk: Desk) -> None:
    stack.upload(f"{FOLDER}/export.json", b'{"mandanten": ["0001"], "export_id": "e7"}')
    held(desk, stack, as_zip_of_csv(houses(numbers(1))))
    assert runs(desk)["e7"]["status"] == "held"
    assert stack.keys("held/") == [f"held/{CONNECTION}/e7.csv"]
    stack.upload(f"{FOLDER}/export.json", b'{"mandanten": ["0002"]}')
    approve(desk.rig, 7)
    document = desk.rig.table.items[f"%hold#{CONNECTION}"]["e7"]["document"]
    desk.handle(str(document))
    assert runs(desk)["e7"]["status"] == "done"
    assert desk.rig.tenants() == set(numbers(1))


def test_a_refused_table_can_be_sent_again_from_where_it_is_kept(stack: Cloud, desk: Desk) -> None:
    desk.rig.settings.stored.clear()
    upload(stack, desk, KEY, as_csv("mieter", [tenant("1")], "cp1252"))
    ((_, run),) = runs(desk).items()
    assert (run["reason"], run["kept"]) == ("unknown_connection", f"rejected/{CONNECTION}/m1.csv")
    desk.rig.settings.store("0001")
    desk.handle({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": str(run["kept"])})
    assert desk.rig.tenants() == {"1"}


@pytest.mark.parametrize("is_there", [True, False])
def test_an_export_that_waits_keeps_its_side_file(stack: Cloud, desk: Desk, *, is_there: bool) -> None:
    side = stack.upload(f"{FOLDER}/export.json", b'{"export_id": "first"}') if is_there else ""
    version = stack.upload(KEY, as_csv("mieter", [tenant("1")]))
    with connection_lock(desk.rig.table, CONNECTION, desk.rig.deadline()):
        desk.handle(notice(KEY.replace(" ", "+"), version))
    ((again, _),) = desk.sent()
    pointer: dict[str, Any] = {"format": "erp-export-pointer/1", "bucket": BUCKET, "key": KEY}
    assert again == {**pointer, "version": version, "side": side}
    stack.upload(f"{FOLDER}/export.json", b'{"export_id": "second"}')
    desk.handle(again)
    assert ("first" in runs(desk)) is is_there
    assert "second" not in runs(desk)


def test_a_side_file_that_cannot_be_read_refuses_the_export(stack: Cloud, desk: Desk) -> None:
    stack.upload(f"{FOLDER}/export.json", b"[]")
    upload(stack, desk, KEY, as_csv("mieter", [tenant("1")]))
    ((_, run),) = runs(desk).items()
    assert (run["reason"], run["detail"]) == ("envelope_invalid", "export.json: not a JSON object")
