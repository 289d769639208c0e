"""The front door: brings any message to the real stage of extract, and judges the result."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO, StringIO
from typing import Any, cast

from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.reading.side_file import is_side_file
from kiwi_extract.reading.streams import Peekable
from kiwi_extract.stage import Stage
from kiwi_sync.observability import logger
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Item

from tests.fuzz.expected import Rows, expected, read, state
from tests.fuzz.samples import BEFORE, BUCKET, CONNECTION, MANDANTEN, MARK, NOW, encoded
from tests.fuzz.strict import CopiedTable, StrictQueue, StrictS3
from tests.unit.extract.rig import Rig, StoredSettings, TurnedClock

MESSAGES = 2000
"""More messages than one can cause: a chain that is longer never ends."""
UNKEPT = {RejectedExport.OBJECT_NOT_FOUND, RejectedExport.FOREIGN_BUCKET}
MARKS = (MARK, json.dumps(MARK)[1:-1])


@dataclass(frozen=True)
class Case:
    """A message, and the content of the bucket. `document`: the export that the message points to, if any."""

    body: str
    objects: dict[str, bytes] = field(default_factory=dict)
    document: bytes | None = None
    judged: bool = True
    """Whether the oracle can read the document and predict the result."""


def inline(document: bytes | str) -> Case:
    """The document is the message."""
    body = document if isinstance(document, str) else document.decode("utf-8", errors="replace")
    return Case(body, document=body.encode("utf-8", errors="surrogatepass"))


def in_bucket(document: bytes, key: str = "exports/a.json") -> Case:
    """The document lies in the bucket, and S3 says so."""
    place = {"bucket": {"name": BUCKET}, "object": {"key": key}}
    message = {"Records": [{"eventSource": "aws:s3", "s3": place}]}
    return Case(json.dumps(message), {key: document}, document)


class Door:
    """Extract behind its front door, with an export brought in before."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        settings = StoredSettings()
        settings.store(*MANDANTEN, connection=CONNECTION)
        self.rig = Rig(_table().copied(), settings, StrictQueue(), StrictQueue(), TurnedClock(NOW))
        self.exports = StrictQueue()
        self.s3 = StrictS3(BUCKET, dict(objects), NOW)
        self._stage = Stage(self.rig.tools, ExportBucket(cast("Any", self.s3), BUCKET), self.exports)

    def bring(self, body: str) -> int:
        """Handle a message and all that it turns into; how many were handled."""
        bodies, handled = [body], 0
        while bodies:
            handled += 1
            assert handled < MESSAGES, "never ends"
            self._stage.handle(f"m{handled}", bodies.pop(), self.rig.deadline())
            bodies += [message.body for message in self.exports.take()]
        return handled

    def rows(self) -> Rows:
        return self.rig.rows()

    def runs(self) -> dict[tuple[str, str], Item]:
        """The runs, but that of the export that was brought in before."""
        items = self.rig.table.items
        found = {(pk, sk): item for pk in items if pk.startswith("%run#") for sk, item in items[pk].items()}
        return {key: item for key, item in found.items() if item != _run_before()}

    def entities(self) -> dict[str, dict[str, Item]]:
        """All items except the door's own bookkeeping, without the times for the sweep."""
        return {
            pk: {sk: {**item, "todo_at": ""} for sk, item in rows.items()}
            for pk, rows in self.rig.table.items.items()
            if not pk.startswith(("%run#", "%connection#"))
        }


@cache
def _table() -> CopiedTable:
    settings = StoredSettings()
    settings.store(*MANDANTEN, connection=CONNECTION)
    table = CopiedTable()
    Rig(table, settings, clock=TurnedClock(NOW)).extract(encoded(BEFORE))
    return table


def _run_before() -> Item:
    return _table().items[f"%run#{CONNECTION}"][str(BEFORE["export_id"])]


def check(case: Case) -> set[str]:
    """Bring a case, and raise AssertionError unless the result is right. Returns the status of its runs."""
    door = Door(case.objects)
    before, entities = state(door.rows()), door.entities()
    with _logged() as lines:
        handled = door.bring(case.body)
    assert not any(mark in lines.getvalue() for mark in MARKS), "a person in the log"
    runs = door.runs()
    for run in runs.values():
        _check_run(door, case, run)
    statuses = {str(run["status"]) for run in runs.values()}
    if statuses <= {"rejected"}:
        assert door.entities() == entities, "refused, but not without a trace"
        said = runs or handled > 1 or _is_side_file(case.objects) or _wants_nothing(case.body)
        assert said, "gone without a word"
    elif case.judged:
        export = read(case.document or b"")
        assert export is not None, "worked, but no export"
        assert state(door.rows()) == expected(before, export), "rows that are wrong"
    return statuses


def _check_run(door: Door, case: Case, run: Item) -> None:
    assert run["status"] in {"rejected", "done", "superseded", "incomplete"}
    if run["status"] != "rejected":
        return
    reason, detail = RejectedExport(str(run["reason"])), str(run["detail"])
    assert len(detail) <= 1000
    assert not any(mark in detail for mark in MARKS), "a person in the run"
    if reason in UNKEPT:
        assert run["kept"] == ""
    else:
        came = {case.body.encode("utf-8", errors="surrogatepass"), *case.objects.values()}
        assert door.s3.objects[str(run["kept"])] in came, "not kept"


def _wants_nothing(body: str) -> bool:
    """A sweep, or S3's test event: by design without a run."""
    value: Any = json.loads(body)
    return bool(value.get("format") == "kiwi-sweep/1" or value.get("Event") == "s3:TestEvent")


def _is_side_file(objects: dict[str, bytes]) -> bool:
    """Whether the case is a side file, which is no export."""
    return any(
        key.endswith("/export.json") and is_side_file(Peekable(BytesIO(content)))
        for key, content in objects.items()
    )


@contextmanager
def _logged() -> Iterator[StringIO]:
    """Collect all log lines of the block, and show them nowhere else."""
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(logger.registered_formatter)
    inner = logging.getLogger(logger.name)
    kept, inner.handlers = inner.handlers, [handler]
    try:
        yield lines
    finally:
        inner.handlers = kept
