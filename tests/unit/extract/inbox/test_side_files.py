"""Side files that list the files of an export."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.extract.aws import BUCKET, Cloud
from tests.unit.extract.exports import CONNECTION, encoded, full, tenant
from tests.unit.extract.inbox.uploads import SIDE, csvs, lay, runs, todays_desk, upload, work_on
from tests.unit.extract.test_stage import Desk
from tests.written import as_csv


@pytest.fixture
def desk(stack: Cloud) -> Desk:
    return todays_desk(stack)


@pytest.mark.parametrize(("hours", "sent"), [(13, 0), (1, 1), (-1, 0)])
def test_what_lies_beside_a_side_file_belongs_to_it_if_it_came_shortly_before(
    stack: Cloud, desk: Desk, hours: float, sent: int
) -> None:
    folder = f"exports/{CONNECTION}/full"
    for place, (name, content) in enumerate(csvs().items()):
        lay(stack, f"{folder}/{name}", content, hours if place == 2 else 2)
    upload(stack, desk, f"{folder}/export.json", SIDE)
    assert work_on(desk) == sent
    assert len(desk.rig.live()) == 3 * sent


def test_newer_files_of_the_same_names_are_newer_though_a_side_file_says_when(
    stack: Cloud, desk: Desk
) -> None:
    folder = f"exports/{CONNECTION}/full"
    said = {"exported_at": datetime.now(UTC).isoformat(), "dateien": ["mieter.csv", "einheiten.csv"]}
    side = json.dumps(said).encode()
    for hours in range(20, 0, -2):
        stack.upload(f"{folder}/export.json", side)
        for name in said["dateien"]:
            content = csvs()[name]
            if name == "mieter.csv":
                content = as_csv("mieter", [tenant(str(hours))], "cp1252")
            lay(stack, f"{folder}/{name}", content, hours)
            desk.handle({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": f"{folder}/{name}"})
        work_on(desk)
        assert desk.rig.tenants() == {str(hours)}


@pytest.mark.parametrize("first", [True, False])
def test_files_of_a_side_file(stack: Cloud, desk: Desk, *, first: bool) -> None:
    """If it does not come first, each file has been worked as an export of its own before."""
    folder = f"exports/{CONNECTION}/full/2026-11-24"
    files = {f"{folder}/{name}": content for name, content in csvs().items()}
    if first:
        upload(stack, desk, f"{folder}/export.json", SIDE)
        for key, content in files.items():
            assert desk.rig.live() == {}
            upload(stack, desk, key, content)
    else:
        for key, content in files.items():
            upload(stack, desk, key, content)
        assert len(runs(desk)) == len(files)
        upload(stack, desk, f"{folder}/export.json", SIDE)
    assert work_on(desk) == 1
    assert len(desk.rig.live()) == 3
    [run] = [run for name, run in runs(desk).items() if name.startswith("exports-c1-full-2026-11-24-")]
    assert run["status"] in ({"done"} if first else {"done", "superseded"})


def test_without_the_side_file_that_a_folder_had_no_file_of_it_is_an_export(stack: Cloud, desk: Desk) -> None:
    base = f"exports/{CONNECTION}/full"

    def drop(hours: float, number: str, folder: str = base) -> None:
        key = f"{folder}/mieter.csv"
        lay(stack, key, as_csv("mieter", [tenant(number)], "cp1252"), hours)
        desk.handle({"format": "erp-export-pointer/1", "bucket": BUCKET, "key": key})
        work_on(desk)

    stack.upload(f"{base}/export.json", b'{"dateien": ["mieter.csv"]}')
    drop(9, "1")
    stack.s3.delete_object(Bucket=BUCKET, Key=f"{base}/export.json")
    drop(8, "2")
    assert desk.rig.tenants() == {"1"}
    [run] = [run for run in runs(desk).values() if run["status"] == "rejected"]
    assert (run["reason"], "upload it first" in str(run["detail"])) == ("parts_differ", True)
    drop(7, "3", f"{base}/elsewhere")
    assert desk.rig.tenants() == {"3"}
    stack.upload(f"{base}/export.json", b'{"mandanten": ["0001"]}')
    drop(6, "4")
    stack.s3.delete_object(Bucket=BUCKET, Key=f"{base}/export.json")
    drop(5, "5")
    assert desk.rig.tenants() == {"5"}


def test_a_side_file_alone_is_no_export(stack: Cloud, desk: Desk) -> None:
    upload(stack, desk, f"exports/{CONNECTION}/full/export.json", b'{"mandanten": ["0001"]}')
    assert (desk.sent(), desk.rig.table.items) == ([], {})


def test_an_export_may_be_called_like_a_side_file(stack: Cloud, desk: Desk) -> None:
    export = {**full(1, [tenant("1")]), "exported_at": datetime.now(UTC).isoformat()}
    upload(stack, desk, f"exports/{CONNECTION}/full/export.json", encoded(export))
    assert desk.rig.tenants() == {"1"}


@pytest.mark.parametrize("name", ["Mieter.csv", "mieter-2.csv", "mieter.csv.gz"])
def test_a_file_that_the_side_file_does_not_name_is_no_export(stack: Cloud, desk: Desk, name: str) -> None:
    folder = f"exports/{CONNECTION}/full"
    upload(stack, desk, f"{folder}/anfang.csv", as_csv("mieter", [tenant("1")], "cp1252"))
    upload(stack, desk, f"{folder}/export.json", SIDE)
    upload(stack, desk, f"{folder}/{name}", csvs()["mieter.csv"])
    assert work_on(desk) == 0
    assert desk.rig.tenants() == {"1"}
    [run] = [run for run in runs(desk).values() if run["status"] == "rejected"]
    assert (run["reason"], "not among `dateien`" in str(run["detail"])) == ("parts_differ", True)


@pytest.mark.parametrize("files", [["a", "a"], [1], "a", [""], [f"{number}" for number in range(51)]])
def test_a_list_of_files_that_cannot_be(stack: Cloud, desk: Desk, files: Any) -> None:
    folder = f"exports/{CONNECTION}/full"
    stack.upload(f"{folder}/export.json", json.dumps({"dateien": files}).encode())
    upload(stack, desk, f"{folder}/mieter.csv", csvs()["mieter.csv"])
    assert [run["reason"] for run in runs(desk).values()] == ["envelope_invalid"]
