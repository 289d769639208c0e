"""The meaning of messages on the export queue."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.inbox.messages import SMALL, Ignored, Inline, understand
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.messages import Pointer, SweepOrder
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import full, tenant

POINTER = {"format": "erp-export-pointer/1", "bucket": "b", "key": "exports/ä+ b.json"}


def notice(key: Any = "exports/a.json", bucket: Any = "b", **more: Any) -> dict[str, Any]:
    return {"eventSource": "aws:s3", "s3": {"bucket": {"name": bucket}, "object": {"key": key, **more}}}


def refused(message: Any) -> RejectedExportError:
    with pytest.raises(RejectedExportError) as caught:
        understand(json.dumps(message))
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        "5",
        "[" * 60_000,
        '{"format": "other"}',
        '{"Records": []}',
        "\ud800",
        "NaN",
    ],
)
def test_whatever_else_it_is_it_is_meant_as_a_document(body: str) -> None:
    assert understand(body) == [Inline(body.encode("utf-8", errors="surrogatepass"))]


def test_a_document() -> None:
    body = json.dumps(full(1, [tenant("1", vorname="Jürgen")]), ensure_ascii=False)
    assert understand(body) == [Inline(body.encode())]
    large = body + " " * SMALL
    assert understand(large) == [Inline(large.encode())]


@pytest.mark.parametrize("version", [None, "v1"])
def test_a_pointer(version: str | None) -> None:
    body = json.dumps(POINTER | {"more": 1} | ({"version": version} if version else {}))
    assert understand(body) == [Pointer(bucket="b", key="exports/ä+ b.json", version=version)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bucket": ""}, "bucket"),
        ({"bucket": None}, "bucket"),
        ({"key": ""}, "key"),
        ({"key": "k" * 1025}, "key"),
        ({"key": "ä" * 513}, "key"),
        ({"key": "\ud800"}, "key"),
        ({"key": 5}, "key"),
        ({"version": 5}, "version"),
        ({"version": ""}, "version"),
        ({"version": "a\r\nb"}, "version"),
        ({"version": "ä"}, "version"),
    ],
)
def test_a_bad_pointer(change: dict[str, Any], field: str) -> None:
    error = refused(POINTER | change)
    assert (error.reason, error.detail) == (
        RejectedExport.ENVELOPE_INVALID,
        f"{field}: missing or malformed",
    )


def test_a_pointer_without_its_parts_names_them_all() -> None:
    assert refused({"format": "erp-export-pointer/1"}).detail == "bucket, key: missing or malformed"


def test_a_notification_s_key_is_decoded() -> None:
    body = json.dumps({"Records": [notice("exports/%C3%A4%2B+b.json", versionId="v1")]})
    assert understand(body) == [Pointer(bucket="b", key="exports/ä+ b.json", version="v1")]


def test_a_notification_of_several_objects() -> None:
    body = json.dumps({"Records": [notice("a"), notice("b")]})
    assert understand(body) == [Pointer(bucket="b", key="a"), Pointer(bucket="b", key="b")]


@pytest.mark.parametrize(
    "record",
    [
        {"eventSource": "aws:s3"},
        {"eventSource": "aws:s3", "s3": {"bucket": {}, "object": {}}},
        notice(None),
        notice(""),
        notice(bucket=""),
        notice("k" * 1025),
        notice(versionId=7),
    ],
)
def test_a_bad_notification(record: dict[str, Any]) -> None:
    assert refused({"Records": [notice(), record]}).reason is RejectedExport.ENVELOPE_INVALID


def test_records_of_something_else_are_not_notifications() -> None:
    for records in ([{"eventSource": "aws:sqs"}], [notice(), 5], "x", {"a": 1}):
        body = json.dumps({"Records": records})
        assert understand(body) == [Inline(body.encode())]


def test_the_test_event_wants_nothing() -> None:
    assert understand('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}') == [Ignored()]


UNTIL = {"until": "2026-11-22T12:14:59.999999Z"}


@pytest.mark.parametrize("more", [{}, UNTIL, {"connection": "c1"}, {"connection": "c1", "resume": True}])
def test_a_sweep(more: dict[str, Any]) -> None:
    expected = SweepOrder(**more)
    assert understand(json.dumps({"format": "kiwi-sweep/1", **more})) == [expected]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"conection": "c1", "erika@example.org": 1}, "an unknown key"),
        ({"\ud800": 1}, "an unknown key"),
        ({"connection": ""}, "connection"),
        ({"connection": "c" * 3000}, "connection"),
        ({"connection": "c#1"}, "connection"),
        ({"resume": "soon"}, "resume"),
        ({"until": "~"}, "until"),
        ({"until": ""}, "until"),
        ({"until": 5, "x": 5}, "until, an unknown key"),
    ],
)
def test_a_bad_sweep(change: dict[str, Any], shown: str) -> None:
    error = refused({"format": "kiwi-sweep/1", **change})
    assert (error.reason, error.detail) == (
        RejectedExport.ENVELOPE_INVALID,
        f"{shown}: missing or malformed",
    )


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.sampled_from(["aws:s3", "erp-export-pointer/1", "kiwi-sweep/1", "b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Records", "eventSource", "s3", "bucket", "object", "name", "key", "format", "Event"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(JSON)
def test_whatever_the_message_is_it_is_understood_or_refused(message: Any) -> None:
    try:
        told = len(understand(json.dumps(message)))
    except RejectedExportError as error:
        told = error.reason is RejectedExport.ENVELOPE_INVALID
    assert told >= 1
