"""One export, worked by extract and looked at by check: refusals and rejections of both, to be compared."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.report import Report, Where
from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.stage import Stage
from kiwi_sync.state.table import Item

from tests.fakes.memory import MemoryQueue
from tests.fuzz.samples import BUCKET
from tests.fuzz.strict import StrictS3
from tests.unit.cli.check.looking import CONNECTION, NOW, look
from tests.unit.extract.rig import Rig, TurnedClock

MISPLACED = {Defect.HEADING_AS_RECORD, Defect.SUMMARY_AS_RECORD}


class Upload(NamedTuple):
    """Files of one export in the order in which they come, and what is known of them from outside."""

    files: Mapping[str, bytes]
    scope: str
    mandanten: Sequence[str]
    mapping: bytes | None = None


class Rejection(NamedTuple):
    """A rejected record: its place within its file or sheet, its field and the reason."""

    place: str
    field: str
    reason: str


@dataclass
class Verdict:
    """A refusal of the whole, or the rejected records with their keys, and how many there are.

    `misplaced`: the places of headings and totals, which check tells of by names of their own.
    """

    refusal: str | None
    rejected: dict[Rejection, str | None]
    count: int
    misplaced: set[str] = field(default_factory=set)


def by_extract(upload: Upload, feldmapping: Feldmapping | None = None) -> Verdict:
    """The result of an upload in extract."""
    rig, exports = Rig(clock=TurnedClock(NOW)), MemoryQueue()
    rig.settings.store(*upload.mandanten, connection=CONNECTION)
    objects = {
        f"exports/{CONNECTION}/{upload.scope}/{name}": content for name, content in upload.files.items()
    }
    bucket = ExportBucket(cast("Any", StrictS3(BUCKET, dict(objects), NOW)), BUCKET)
    stage = Stage(rig.tools, bucket, exports, lambda _connection: feldmapping)
    bodies = [_notice(key) for key in objects]
    while bodies:
        stage.handle(f"m{len(bodies)}", bodies.pop(0), rig.deadline())
        bodies += [message.body for message in exports.take()]
    runs = [run for pk, of_pk in rig.table.items.items() if pk.startswith("%run#") for run in of_pk.values()]
    refused = sorted(str(run["reason"]) for run in runs if run["status"] == "rejected")
    if refused:
        return Verdict(refused[0], {}, 0)
    (run,) = runs
    return Verdict(None, _listed(run), json.loads(str(run["counts"]))["rejected"])


def _notice(key: str) -> str:
    place = {"bucket": {"name": BUCKET}, "object": {"key": key, "versionId": "v1"}}
    return json.dumps({"Records": [{"eventSource": "aws:s3", "s3": place}]})


def _listed(run: Item) -> dict[Rejection, str | None]:
    listed = json.loads(str(run["rejected"]))
    return {
        Rejection(one["place"].rpartition(", ")[2], one["field"] or "", one["reason"]): one["key"]
        for one in listed
    }


def by_check(upload: Upload) -> Verdict:
    """The result of check on the same files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in upload.files]
        for path, content in zip(paths, upload.files.values(), strict=True):
            path.write_bytes(content)
        mapping = Path(folder) / "mapping.yaml" if upload.mapping else None
        if mapping and upload.mapping:
            mapping.write_bytes(upload.mapping)
        report = look(
            *paths, scope=upload.scope, mandanten=list(upload.mandanten), mapping=mapping, show_values=True
        )
    rejected: dict[Rejection, str | None] = {
        Rejection(_place(where), where.field, found.code): where.key
        for found in report.findings
        if found.code not in set(Defect)
        for where in found.examples
    }
    misplaced = {
        _place(where) for found in report.findings if found.code in MISPLACED for where in found.examples
    }
    count = sum(sum(row.rejected.values()) for row in report.outcome)
    return Verdict(_refusal(report), rejected, count, misplaced)


def _place(where: Where) -> str:
    return f"line {where.line}" if where.line is not None else where.place or ""


def _refusal(report: Report) -> str | None:
    if report.unreadable:
        return report.unreadable[0].reason
    details = [
        where.detail.en
        for found in report.findings
        if found.code == Defect.EXPORT_REFUSED
        for where in found.examples
        if where.detail
    ]
    return details[0].partition(":")[0] if details else None
