"""The benchmark's own contenders do the promised work: the same records in each format, the same changes."""

from pathlib import Path

import pytest

from benchmarks import data, ours

RECORDS = 700


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark")
    with pytest.MonkeyPatch.context() as patched:
        # So that partitions have several pages.
        patched.setattr(data, "PAGE", 3)
        data.make(folder, RECORDS, 0.1, 1)
    return folder


@pytest.mark.parametrize("contender", [ours.ours_json, ours.ours_ndjson, ours.ours_csv])
def test_every_format_finds_the_same_changes(contender: ours.Contender, folder: Path) -> None:
    found = contender(folder)
    assert found == {
        "records": RECORDS,
        "rejected": 0,
        "changed": found["changed"],
        "unchanged": RECORDS - found["changed"],
    }
    assert found["changed"] == pytest.approx(RECORDS / 10, rel=0.4)
    assert found["changed"] == ours.ours_json(folder)["changed"]
