"""The sample events: whole, and of keys that the sample export has."""

import hashlib
import json
from collections.abc import Container
from pathlib import Path
from typing import Any

import pytest
from kiwi_sync.keys import RowKey

from tests.oracle import expected_content
from tests.oracle_reading import KEY_FIELDS, read_export

EVENTS = Path(__file__).parents[3] / "events"
KINDS = {"verwaltungseinheit": "verwaltungseinheiten", "mieter": "mieter", "mietvertrag": "mietvertraege"}
MANDANTEN = ("0001", "0002")


def _load(name: str) -> Any:
    return json.loads((EVENTS / name).read_text(encoding="utf-8"))


def _bodies(name: str) -> list[Any]:
    return [json.loads(record["body"]) for record in _load(name)["Records"]]


@pytest.mark.parametrize("path", sorted(EVENTS.glob("*.json")), ids=lambda path: path.name)
def test_records_are_as_sqs_sends_them(path: Path) -> None:
    records = _load(path.name)["Records"]
    assert len({record["messageId"] for record in records}) == len(records) > 0
    for record in records:
        assert record["md5OfBody"] == hashlib.md5(record["body"].encode(), usedforsecurity=False).hexdigest()
        assert record["eventSource"] == "aws:sqs"
        assert record["attributes"]["ApproximateReceiveCount"] == "1"
        stage = path.name.split("-")[0].split(".")[0].replace("extract", "export")
        assert record["eventSourceARN"].split(":")[-1].removesuffix(".fifo").endswith(stage)


@pytest.mark.parametrize("path", sorted(EVENTS.rglob("*.json")), ids=lambda path: path.name)
def test_files_are_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


@pytest.mark.parametrize("name", ["full", "delta"])
def test_the_counts_of_the_exports_are_right(name: str) -> None:
    document = _load(f"exports/{name}.json")
    assert document["anzahl"] == {kind: len(document[kind]) for kind in KEY_FIELDS}
    assert read_export(document, MANDANTEN, None) is not None


def test_the_inline_export_is_a_good_one() -> None:
    (document,) = _bodies("extract-inline.json")
    expected = expected_content([document], separator="-", mandanten=MANDANTEN)
    assert set(expected.rental_agreements) == {"0001-130-0001-01-4751"}
    export = read_export(document, MANDANTEN, None)
    assert export is not None
    assert not any(records.rejected or records.unreadable for records in export.records.values())


def test_pointer_and_notification_name_the_same_object() -> None:
    (pointer,) = _bodies("extract-pointer.json")
    (notification,) = _bodies("extract-s3-notification.json")
    s3 = notification["Records"][0]["s3"]
    assert (pointer["bucket"], pointer["key"]) == (s3["bucket"]["name"], s3["object"]["key"])
    assert s3["object"]["size"] == (EVENTS / "exports" / "full.json").stat().st_size


def test_transform_names_rows_of_the_full_export() -> None:
    export = read_export(_load("exports/full.json"), MANDANTEN, None)
    assert export is not None
    for key in [key for body in _bodies("transform.json") for key in body["keys"]]:
        connection, kind, *numbers = key.split("/")
        assert connection == "muster-wohnbau"
        assert tuple(numbers) in export.records[KINDS[kind]].valid


def test_load_names_rows_of_the_full_export() -> None:
    expected = expected_content([_load("exports/full.json")], separator="-", mandanten=MANDANTEN)
    content: dict[str, Container[str]] = {
        "verwaltungseinheit": expected.rental_units,
        "mieter": expected.tenants,
        "rental_agreement": expected.rental_agreements,
    }
    for record, body in zip(_load("load.json")["Records"], _bodies("load.json"), strict=True):
        connection, kind, *numbers = body["key"].split("/")
        assert connection == "muster-wohnbau"
        assert "-".join(numbers) in content[kind]
        assert body["wake"] is False
        assert record["attributes"]["MessageGroupId"] == RowKey.parse(body["key"]).group
        assert {"MessageDeduplicationId", "SequenceNumber"} <= record["attributes"].keys()
