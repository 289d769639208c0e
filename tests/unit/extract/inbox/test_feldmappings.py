"""Mappings are fetched from the bucket, and a broken one refuses its own connection's exports."""

import pytest
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.inbox.feldmappings import Feldmappings
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.aws import BUCKET, Cloud

KEY = "mappings/muster.yaml"
GOOD = "version: 1\nmieter: [{fields: {mandant: Mandant, nummer: 'Straße'}}]\n"


@pytest.fixture
def mappings(stack: Cloud) -> Feldmappings:
    return Feldmappings(ExportBucket(stack.s3, BUCKET))


def test_a_connection_may_have_none(mappings: Feldmappings) -> None:
    assert mappings.of("muster") is None


def test_the_present_mapping_with_its_version(stack: Cloud, mappings: Feldmappings) -> None:
    first = stack.upload(KEY, GOOD.encode())
    one = mappings.of("muster")
    second = stack.upload(KEY, GOOD.encode() + b"# changed")
    other = mappings.of("muster")
    assert one is not None
    assert other is not None
    assert (one.version, other.version) == (first, second)
    assert one.tables_for("x", None)[0].record({"Mandant": "1", "Straße": "2"}) == {
        "mandant": "1",
        "nummer": "2",
    }


def test_a_byte_order_mark_does_no_harm(stack: Cloud, mappings: Feldmappings) -> None:
    stack.upload(KEY, GOOD.encode("utf-8-sig"))
    assert mappings.of("muster") is not None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            b"version: 1\nmietr: []",
            "mappings/muster.yaml, line 2, mietr: not known here; allowed are version",
        ),
        ("version: 1\n# Straße".encode("cp1252"), "mappings/muster.yaml, line 2: byte DF is no UTF-8; save"),
        (b"#" * 600_000, "mappings/muster.yaml, line 1: longer than 131072 characters"),
    ],
)
def test_a_broken_one_refuses_the_export_and_says_where(
    stack: Cloud, mappings: Feldmappings, content: bytes, told: str
) -> None:
    stack.upload(KEY, content)
    with pytest.raises(RejectedExportError) as caught:
        mappings.of("muster")
    assert caught.value.reason is RejectedExport.MAPPING_INVALID
    assert told in caught.value.detail
    assert mappings.of("other") is None


@pytest.mark.parametrize("connection", ["", "../x", "a/b", "a" * 64, "ä"])
def test_what_is_no_connection_has_none(stack: Cloud, mappings: Feldmappings, connection: str) -> None:
    stack.upload(f"mappings/{connection}.yaml", b"broken: [")
    assert mappings.of(connection) is None


def test_other_troubles_with_the_bucket_are_no_answer(stack: Cloud) -> None:
    with pytest.raises(stack.s3.exceptions.ClientError):
        Feldmappings(ExportBucket(stack.s3, "another-bucket")).of("muster")
