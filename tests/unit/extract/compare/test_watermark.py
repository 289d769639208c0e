"""The watermark: which version it gives a key, and how it is remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.compare.watermark import (
    NEVER,
    Watermark,
    watermark_key,
    watermark_of,
    write_watermark,
)
from kiwi_sync.keys import escape

from tests.fakes.memory import MemoryTable
from tests.unit.extract.exports import CONNECTION
from tests.unit.extract.rig import key

PARTITION = key("1").partition
VERSIONS = st.sampled_from([NEVER, "1", "2", "3"])


@pytest.mark.parametrize(
    ("watermark", "own", "effective"),
    [
        (Watermark(), None, NEVER),
        (Watermark(), "1", "1"),
        (Watermark("2", "2"), "1", "2"),
        (Watermark("2", "2"), "3", "3"),
        (Watermark("2", "2"), None, "2"),
        (Watermark("2", "1"), None, "1"),
        (Watermark("2", "2", {"k": "1"}), None, "1"),
        (Watermark("3", "3", {"k": "1"}), "2", "2"),
        (Watermark("3", "3", {"other": "1"}), "2", "3"),
    ],
)
def test_the_effective_version(watermark: Watermark, own: str | None, effective: str) -> None:
    assert watermark.effective("k", own) == effective


@given(VERSIONS, VERSIONS, st.dictionaries(st.text(max_size=3), VERSIONS))
def test_what_is_remembered_comes_back(version: str, unseen: str, exempt: dict[str, str]) -> None:
    table = MemoryTable()
    watermark = Watermark(version, unseen, exempt)
    write_watermark(table, PARTITION, watermark)
    assert watermark_of(table.get(watermark_key(PARTITION))) == watermark


@pytest.mark.parametrize(("second", "stays"), [("1", "2"), ("2", "2"), ("3", "3")])
def test_a_newer_one_stays(second: str, stays: str) -> None:
    table = MemoryTable()
    write_watermark(table, PARTITION, Watermark("2", "2"))
    write_watermark(table, PARTITION, Watermark(second, second, {"k": "1"}))
    kept = watermark_of(table.get(watermark_key(PARTITION)))
    assert (kept.version, kept.exempt) == (stays, {} if second == "1" else {"k": "1"})


def test_without_an_item_there_is_none_yet() -> None:
    assert watermark_of(None) == Watermark()


def test_exempting_adds_to_what_is_exempt() -> None:
    more = Watermark("2", "1", {"a": "1"}).exempting({"b": ""})
    assert more == Watermark("2", "1", {"a": "1", "b": ""})


@given(st.text(min_size=1))
def test_no_number_of_the_erp_takes_its_place(nummer: str) -> None:
    pk, sk = watermark_key(PARTITION)
    assert pk == PARTITION.pk
    assert key(nummer).sk != sk
    assert PARTITION.pk.startswith(escape(CONNECTION))
