"""Export files: what the local run must know of them beforehand. Judging them is extract's business."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export
from kiwi_sandbox.stack import TEMPLATE

SAMPLES = TEMPLATE.parent / "events"
"""The project's own sample exports and events."""

_EXPORTED_AT = re.compile(rb'("exported_at"\s*:\s*)"[^"]*"')
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class LocalExport:
    """An export as it lies in a file. Parts that cannot be read are empty."""

    path: Path
    content: bytes
    connection: str = ""
    export_id: str = ""
    mandanten: tuple[str, ...] = ()
    exported_at: datetime | None = None
    key: str | None = None
    """Where in the bucket it says whose it is and how complete, since it does not say so itself."""


def read_export(path: Path, place: str = "", mapping: Feldmapping | None = None) -> LocalExport:
    """The export at `path`, whatever is wrong with it. Raises OSError if the file cannot be read.

    `place`: connection and scope of one that does not say them, `muster-wohnbau/full`. `mapping`: its
    Feldmapping.
    """
    return parse_export(path, path.read_bytes(), place, mapping)


def parse_export(
    path: Path, content: bytes, place: str = "", mapping: Feldmapping | None = None
) -> LocalExport:
    """The export that `content` is, whatever is wrong with it."""
    connection, _, scope = place.partition("/")
    known = {"connection": connection, "scope": scope} if connection else {}
    export = open_export(BytesIO(content), Origin(path.name, None, known), lambda _: mapping)
    with suppress(RejectedExportError):
        # To its end: keys may come in any order, and the Mandanten may stand in the records alone.
        for _ in export.records():
            pass
    envelope = export.envelope
    mandanten = envelope.get("mandanten")
    # One that does not say so itself gets its id and its time from the bucket.
    placed = bool(connection) and export.spoken is not None
    dated = not placed and _EXPORTED_AT.search(content)
    return LocalExport(
        path,
        content,
        connection=_text(envelope.get("connection")),
        export_id="" if placed else _text(envelope.get("export_id")),
        mandanten=tuple(map(str, mandanten)) if isinstance(mandanten, list) else (),
        exported_at=_moment(envelope.get("exported_at")) if dated else None,
        key=f"exports/{place}/{path.name}" if placed else None,
    )


def is_sample(path: Path) -> bool:
    """Whether a file is one of the project's own samples."""
    return path.resolve().is_relative_to(SAMPLES)


def redate(exports: Sequence[LocalExport], now: datetime) -> list[LocalExport]:
    """The same exports at the same distances in time, the newest a minute before `now`."""
    dates = [export.exported_at for export in exports if export.exported_at]
    if not dates:
        return list(exports)
    shift = now - _MINUTE - max(dates)
    return [_shifted(export, shift) for export in exports]


def _shifted(export: LocalExport, shift: timedelta) -> LocalExport:
    if export.exported_at is None:
        return export
    moment = export.exported_at + shift
    # Only this one text changes: what is odd in the rest of a file must stay odd.
    value = rf'\g<1>"{moment.isoformat()}"'.encode()
    return replace(export, content=_EXPORTED_AT.sub(value, export.content, count=1), exported_at=moment)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
