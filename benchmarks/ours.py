"""Our contenders: extract's path from the bytes of an export to its changes, against pages of DynamoDB."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.awsrequest import AWSResponse
from kiwi_extract.compare.compare import PartitionScope
from kiwi_extract.compare.partition_reader import PartitionReader
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export
from kiwi_extract.records.spool import Spool
from kiwi_extract.records.validate import validate
from kiwi_extract.run.admission import admit
from kiwi_sync.aws import CONFIG
from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.keys import SHARDS, Partition
from kiwi_sync.state.dynamo import DynamoTable

from benchmarks.data import CONNECTION, ENVELOPE, MANDANTEN

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Contender = Callable[[Path], dict[str, int]]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Body:
    """A body from which botocore reads an answer."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        """The whole body."""
        return [self._content]


class Pages:
    """Answers a real DynamoDB client's queries with the pages of a file: only the network is left out."""

    def __init__(self, folder: Path) -> None:
        self._index: dict[str, list[tuple[int, int]]] = json.loads((folder / "pages.json").read_text())
        self._file = (folder / "pages.bin").open("rb")
        self._next: dict[str, int] = {}

    @contextmanager
    def client(self) -> Iterator["DynamoDBClient"]:
        """A client that these pages answer."""
        session = boto3.Session("benchmark", "benchmark", "benchmark", "eu-central-1")
        client = session.client("dynamodb", config=CONFIG)
        # The return value becomes the answer; the stubs do not know that.
        answer: Any = self._answer
        client.meta.events.register("before-send.dynamodb.Query", answer)
        with self._file, closing(client):
            yield client

    def _answer(self, request: Any, **_: Any) -> AWSResponse:
        asked = json.loads(request.body)
        (pk,) = [value["S"] for value in asked["ExpressionAttributeValues"].values()]
        number = self._next.get(pk, 0) + 1 if "ExclusiveStartKey" in asked else 0
        self._next[pk] = number
        body = b'{"Count":0,"Items":[],"ScannedCount":0}'
        if pk in self._index:
            place, length = self._index[pk][number]
            self._file.seek(place)
            body = self._file.read(length)
        headers = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(body))}
        # Body has what botocore uses of a response, and no more.
        return AWSResponse(request.url, 200, headers, Body(body))  # type: ignore[arg-type]


def run(folder: Path, name: str) -> dict[str, int]:
    """Run the whole path. Returns the number of each kind of change."""
    with (
        (folder / name).open("rb") as stream,
        Pages(folder).client() as client,
        Spool() as spool,
    ):
        table = DynamoTable(client, "state")
        export = open_export(stream, Origin(name, NOW, ENVELOPE), lambda _: None)
        spool.add(map(validate, export.records()))
        envelope = admit(export, NOW)
        spool.seal(CONNECTION.settings.mandanten, envelope.mandanten)
        found = _compare(
            PartitionReader(table), spool, PartitionScope(envelope.version, True, CONNECTION.shape)
        )
        return {**found, "rejected": spool.rejected_count(), "records": sum(export.counts.values())}


def _compare(reader: PartitionReader, spool: Spool, scope: PartitionScope) -> dict[str, int]:
    """Compare every partition as extract's assessment does; nothing is written."""
    found = {"unchanged": 0, "changed": 0}
    for kind in SECTIONS.values():
        for mandant in MANDANTEN:
            for shard in range(SHARDS):
                at = Partition(CONNECTION.id, mandant, kind, format(shard, "x"))
                comparison = reader.compare(at, scope, spool.entries(at)).comparison
                found["unchanged"] += comparison.unchanged
                found["changed"] += len(comparison.changes)
    return found


def ours_json(folder: Path) -> dict[str, int]:
    """An `erp-export/1` document."""
    return run(folder, "export.json")


def ours_ndjson(folder: Path) -> dict[str, int]:
    """One record a line."""
    return run(folder, "export.ndjson")


def ours_csv(folder: Path) -> dict[str, int]:
    """A ZIP with one CSV for each section."""
    return run(folder, "export.zip")
