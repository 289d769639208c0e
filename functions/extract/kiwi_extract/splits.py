"""Exports in several objects: which of their parts are there. What is whole is sent on as one export."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from kiwi_sync.erp.envelope import EXPORT_ID, MAX_PARTS, Envelope
from kiwi_sync.observability import logger
from kiwi_sync.queues import Outgoing, Queue
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, Item, ItemKey, Table, Value
from kiwi_sync.times import read_stamp, stamp

from kiwi_extract import runs
from kiwi_extract.arrivals import PART, WITHIN, split_key
from kiwi_extract.document import RejectedExportError
from kiwi_extract.formats.completed import export_id_of
from kiwi_extract.formats.reading import FILES, SIDE_FILE
from kiwi_extract.intake import Parts, Pointer
from kiwi_extract.origins import Place

_LONG = 512
_NAMED = re.compile(r"teil[-_ ]*([0-9]+)[-_ ]*von[-_ ]*([0-9]+)", re.IGNORECASE)
"""Read generously: a part that is not taken for one would be a whole export, and the others' records gone."""


@dataclass(frozen=True)
class Split:
    """An export in several objects, and which of them one is.

    `name`: what its parts have in common. `export_id`: of its run while it waits. `dated`: the name tells
    this export from all others, so that its parts may come as late as they like.
    """

    connection: str
    name: str
    export_id: str
    number: int
    of: int
    dated: bool = False

    @property
    def key(self) -> ItemKey:
        """Where the state has what is there of it."""
        name = self.name if len(self.name.encode()) <= _LONG else _digest(self.name)
        return (split_key(self.connection), name)


def split_of_envelope(envelope: Envelope) -> Split | None:
    """Which part a document is, as its envelope says."""
    if not envelope.is_part or envelope.teil is None:
        return None
    name = f"{envelope.version} von {envelope.teil.von}"
    return Split(
        envelope.connection, name, envelope.export_id, envelope.teil.nummer, envelope.teil.von, dated=True
    )


def split_of_place(place: Place, side: Mapping[str, Any]) -> Split | None:
    """Which part an object is, as its side file says, or its name.

    Raises:
        RejectedExportError: neither can be.
    """
    if place.folder is None or place.connection is None:
        return None
    files = files_of(side)
    file = place.key.rpartition("/")[2]
    if files and file not in files:
        detail = f"{SIDE_FILE}: this file is not among `{FILES}`"
        raise RejectedExportError(RejectedExport.PARTS_DIFFER, detail)
    if files:
        name = f"{place.folder}/ {place.side or ''}"
        told = side.get("export_id")
        known = isinstance(told, str) and re.fullmatch(EXPORT_ID, told)
        export_id = str(told) if known else export_id_of(place.folder, name)
        return Split(place.connection, name, export_id, files.index(file) + 1, len(files))
    named = _NAMED.search(file)
    if named is None:
        return None
    number, of = int(named[1]), int(named[2])
    if not 1 <= number <= of <= MAX_PARTS:
        detail = f"name of the object: part {number} of {of}; at most {MAX_PARTS} parts"
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, detail)
    name = f"{place.folder}/{file[: named.start()]} von {of}"
    export_id = export_id_of(file[: named.start()].rstrip("-_. ") or place.folder, name)
    return Split(place.connection, name, export_id, number, of) if of > 1 else None


def files_of(side: Mapping[str, Any]) -> list[str]:
    """The files of which an export consists, as its side file says.

    Raises:
        RejectedExportError: it says so in a way that cannot be.
    """
    files = side.get(FILES) or []
    names = isinstance(files, list) and all(isinstance(name, str) and name for name in files)
    if not names or len(set(files)) != len(files) or len(files) > MAX_PARTS:
        detail = f"{FILES}: must be a list of at most {MAX_PARTS} names, each once"
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, detail)
    return list(files)


def register(
    table: Table, exports: Queue, split: Split, pointer: Pointer, modified: datetime, now: datetime
) -> None:
    """Note that a part is there; once all are, send the export on. Twice does no harm."""
    item = table.get(split.key) or {}
    before = _parts(item)
    mine = _Part(pointer, modified)
    known = before.get(split.number)
    if known is None or known.modified <= modified:
        stale = {
            number
            for number, part in before.items()
            if not split.dated and number != split.number and modified - part.modified > WITHIN
        }
        begun = stamp(now) if before.keys() <= stale | {split.number} else str(item["first_at"])
        put: dict[str, Value] = {
            f"{PART}{split.number}": mine.text,
            "of": split.of,
            "export_id": split.export_id,
            "first_at": begun,
        }
        remove = [f"{PART}{number}" for number in stale]
        table.update(split.key, Change(put=put | tombstone(now), remove=remove))
        # Another part may have come meanwhile.
        item = table.get(split.key) or {}
    there = _parts(item)
    if len(there) < split.of:
        missing = sorted(set(range(1, split.of + 1)) - there.keys())
        detail = f"parts that are there: {_listed(there)} of {split.of}; missing: {_listed(missing)}"
        runs.wait(table, split.connection, split.export_id, detail, now)
        logger.info("part of an export", connection=split.connection, export_id=split.export_id)
        return
    _send_on(table, exports, split, item, [there[number] for number in sorted(there)])


def _send_on(table: Table, exports: Queue, split: Split, item: Item, parts: Sequence["_Part"]) -> None:
    whole = _digest("\n".join(part.text for part in parts))
    if item.get("sent") == whole:
        return
    moment = max(part.modified for part in parts)
    message = Parts(
        parts=tuple(part.pointer for part in parts),
        connection=split.connection,
        export_id=split.export_id if split.dated else export_id_of(split.export_id, whole),
        exported_at=moment,
    )
    exports.send([Outgoing(message.message())])
    # Last: who dies before sends it again, which does no harm.
    table.update(split.key, Change(put={"sent": whole}))
    runs.end_wait(table, split.connection, split.export_id)


@dataclass(frozen=True)
class _Part:
    """A part that is there, and since when."""

    pointer: Pointer
    modified: datetime

    @property
    def text(self) -> str:
        return json.dumps({**self.pointer.model_dump(exclude_none=True), "modified": stamp(self.modified)})


def _parts(item: Item) -> dict[int, _Part]:
    parts: dict[int, _Part] = {}
    for name, value in item.items():
        if name.startswith(PART):
            known = json.loads(str(value))
            part = _Part(Pointer.model_validate(known), read_stamp(known["modified"]))
            parts[int(name.removeprefix(PART))] = part
    return parts


def _listed(numbers: Sequence[int] | Mapping[int, Any]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
