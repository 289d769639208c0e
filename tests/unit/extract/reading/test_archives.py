"""Packed exports: unpacked in bounded memory, or refused with their fault."""

import gzip
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.reading import archives
from kiwi_extract.reading.archives import Budget, Gunzipped
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.own_columns import IdentityTable
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import encoded, full, tenant
from tests.unit.extract.reading.helpers import ORIGIN, Dripping, FakeMapping, opened, refused, values
from tests.written import as_csv, as_zip, as_zip_of_csv

EXPORT = encoded(full(1, [tenant("1"), tenant("2")]))
TENANTS = [tenant("1"), tenant("2")]


def unpacked(content: bytes) -> bytes:
    stream = Gunzipped(Dripping(content), Budget())
    return b"".join(iter(lambda: stream.read(5), b""))


@given(
    st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.binary(max_size=1).map(lambda one: one * 0)
)
def test_several_gzips_are_one(contents: list[bytes], padding: bytes) -> None:
    assert unpacked(b"".join(map(gzip.compress, contents)) + b"\0" * 9 + padding) == b"".join(contents)


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_gzip_that_is_cut_off_is_refused(cut: int) -> None:
    content = gzip.compress(b"mandant;nummer;email\n" * 50, mtime=0)
    with pytest.raises(RejectedExportError) as caught:
        unpacked(content[:-cut])
    assert caught.value.reason is RejectedExport.PACKED_BROKEN


@pytest.mark.parametrize("damage", [b"\x1f\x8bxxxxxxxx", gzip.compress(EXPORT)[:-8] + b"12345678"])
def test_a_gzip_that_is_damaged_is_refused(damage: bytes) -> None:
    assert refused(damage).reason is RejectedExport.PACKED_BROKEN


def test_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 10_000)
    bomb = b"mandant;nummer;email\n" + b"1;2;x\n" * 5000
    for content in (gzip.compress(bomb), as_zip({"a.csv": bomb}), gzip.compress(as_zip({"a.csv": bomb}))):
        error = refused(content)
        assert (error.reason, error.detail) == (RejectedExport.TOO_LARGE, "more than 0 MiB when unpacked")


def test_what_lies_about_in_a_zip_is_no_table() -> None:
    files = {
        "__MACOSX/._a": b"\x00",
        "folder/": b"",
        "x/.DS_Store": b"\x01",
        "x/a.csv": as_csv("mieter", TENANTS),
    }
    assert [value["nummer"] for value in values(as_zip(files))] == ["1", "2"]


def test_a_side_file_in_a_zip() -> None:
    side = {"mandanten": ["0001", "0002"], "scope": "full", "anzahl": {"mieter": 2}, "export_id": "e7"}
    export = opened(as_zip_of_csv({"mieter": TENANTS}, side=side))[1]
    assert {name: export.envelope[name] for name in side} == side
    assert export.envelope["connection"] == "c1"
    assert export.spoken == frozenset({("0001", "mieter"), ("0002", "mieter")})


@pytest.mark.parametrize("side", [b"[]", b"x", b'{"a": ' + b" " * 2**18])
def test_a_side_file_that_is_none(side: bytes) -> None:
    content = as_zip({"export.json": side, "a.csv": as_csv("mieter", TENANTS)})
    assert refused(content).detail == "export.json: not a JSON object"


@pytest.mark.parametrize("more", [{"mieter": [tenant("3")]}, {"geloescht": {}}, {"personen": []}])
def test_an_export_beside_tables_is_no_side_file(more: dict[str, Any]) -> None:
    for side in (more, {"scope": "full", **more}):
        content = as_zip({"export.json": encoded(side), "a.csv": as_csv("mieter", TENANTS)})
        error = refused(content)
        assert (error.reason, error.detail[:12]) == (RejectedExport.NOT_AN_EXPORT, "export.json:")


CSV = as_csv("mieter", TENANTS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mieter.csv.gz", gzip.compress(CSV)),
        ("folder/mieter.csv.GZ", gzip.compress(CSV)),
        ("nacht.zip", as_zip({"mieter.csv": CSV})),
        ("nacht.zip", as_zip({"x/mieter.csv.gz": gzip.compress(CSV)})),
        ("nacht.zip", as_zip({"mieter.zip": as_zip({"mieter.csv": CSV})})),
        ("nacht.zip", as_zip({"mieter.csv": CSV, "export.json": b"{}"})),
        ("nacht.zip.gz", gzip.compress(as_zip({"x/mieter.csv.gz": gzip.compress(CSV), "b.csv": b"x;y"}))),
    ],
)
def test_a_file_is_called_as_before_it_was_packed(name: str, content: bytes) -> None:
    mapping = FakeMapping({"mieter.csv": [IdentityTable("mieter")]})
    records = opened(content, replace(ORIGIN, name=f"exports/c1/full/{name}"), mapping)[0]
    assert [raw.value["nummer"] for raw in records] == ["1", "2"]
    assert {raw.source for raw in records} == {"mieter.csv"}


@pytest.mark.parametrize("cut", [1, 10, 22, 60, 100])
def test_a_zip_that_is_cut_off_is_refused(cut: int) -> None:
    assert refused(as_zip_of_csv({"mieter": TENANTS})[:-cut]).reason is RejectedExport.PACKED_BROKEN


def test_a_zip_that_is_damaged_is_refused() -> None:
    content = bytearray(as_zip({"a.csv": as_csv("mieter", TENANTS), "b.csv": b"x"}))
    content[40] ^= 0xFF
    assert refused(bytes(content)).reason is RejectedExport.PACKED_BROKEN


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("at", [45, 60, 90])
def test_a_damaged_member_of_a_zip_is_refused(packing: int, at: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        archive.writestr("a.csv", as_csv("mieter", [tenant(str(n)) for n in range(200)]))
        archive.writestr("b.csv", b"x")
    content = bytearray(out.getvalue())
    content[at : at + 4] = bytes(byte ^ 0xFF for byte in content[at : at + 4])
    assert refused(bytes(content)).reason is RejectedExport.PACKED_BROKEN


def test_a_zip_with_a_password_is_refused() -> None:
    content = bytearray(as_zip({"a.csv": as_csv("mieter", TENANTS)}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    error = refused(bytes(content))
    assert error.reason is RejectedExport.PACKED_BROKEN
    assert "password" in error.detail


def test_a_zip_of_too_many_files_is_refused() -> None:
    assert refused(as_zip({f"{n}.csv": b"x" for n in range(101)})).reason is RejectedExport.TOO_COMPLEX
    many = as_zip({f"{n:0200}.csv": b"" for n in range(5000)})
    assert refused(many).reason is RejectedExport.TOO_COMPLEX


def test_packed_too_often() -> None:
    content = EXPORT
    for _ in range(2):
        content = gzip.compress(content)
    assert [value["nummer"] for value in values(content)] == ["1", "2"]
    assert refused(gzip.compress(content)).reason is RejectedExport.TOO_COMPLEX
    for _ in range(3):
        content = as_zip({"x": content})
    assert refused(content).reason is RejectedExport.TOO_COMPLEX


def test_a_large_zip_is_streamed_from_the_disk() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.ndjson", "w") as file:
        for number in range(3000):
            file.write(json.dumps({"typ": "mieter", **tenant(str(number))}).encode() + b"\n")
    numbers: list[Any] = [value["nummer"] for value in values(out.getvalue())]
    assert numbers == [str(number) for number in range(3000)]
