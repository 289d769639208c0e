"""Collects the parts of exports in several objects, and sends a complete export on as one."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from kiwi_sync.erp.envelope import EXPORT_ID, MAX_PARTS, Envelope
from kiwi_sync.keys import split_pk
from kiwi_sync.messages import Parts, Pointer
from kiwi_sync.observability import logger
from kiwi_sync.queues import Outgoing, Queue
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, Item, ItemKey, Table, Value, equals
from kiwi_sync.times import read_stamp, stamp

from kiwi_extract.bookkeeping import runs
from kiwi_extract.bookkeeping.expected_exports import PART, WITHIN
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.opened_export import export_id_of
from kiwi_extract.reading.side_file import FILES, SIDE_FILE

_LONG = 512
_CLASH = "clash"
_NAMED = re.compile(r"teil[-_ ]*([0-9]+)[-_ ]*von[-_ ]*([0-9]+)", re.IGNORECASE)
"""Matches generously: an unrecognized part would pass for a whole export that lacks the others' records."""


@dataclass(frozen=True)
class SplitExport:
    """An export in several objects, and the position of one part in it.

    `name`: the parts' common name. `export_id`: of its run while it waits. `dated`: the name is unique to
    this export, so that parts may arrive at any time. `called`: the beginning of the id that a complete
    export gets, if it has none.
    """

    connection: str
    name: str
    export_id: str
    number: int
    of: int
    dated: bool = False
    called: str = ""

    @property
    def key(self) -> ItemKey:
        """The key of the collected parts in the table."""
        name = self.name if len(self.name.encode()) <= _LONG else _digest(self.name)
        return (split_pk(self.connection), name)


def split_of_envelope(envelope: Envelope) -> SplitExport | None:
    """The part described by a document's envelope."""
    if not envelope.is_part or envelope.teil is None:
        return None
    name = f"{envelope.version} von {envelope.teil.von}"
    return SplitExport(
        envelope.connection, name, envelope.export_id, envelope.teil.nummer, envelope.teil.von, dated=True
    )


def split_of_place(place: Place, side: Mapping[str, Any]) -> SplitExport | None:
    """The part described by an object's side file, or by its name.

    Raises:
        RejectedExportError: the description is impossible.
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
        told, called = side.get("export_id"), place.folder
        export_id = export_id_of(called, name)
        if isinstance(told, str) and re.fullmatch(EXPORT_ID, told):
            called = export_id = told
        return SplitExport(
            place.connection, name, export_id, files.index(file) + 1, len(files), called=called
        )
    named = _NAMED.search(file)
    if named is None:
        return None
    number, of = int(named[1]), int(named[2])
    if not 1 <= number <= of <= MAX_PARTS:
        detail = f"name of the object: part {number} of {of}; at most {MAX_PARTS} parts"
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, detail)
    name = f"{place.folder}/{file[: named.start()]} von {of}"
    called = file[: named.start()].rstrip("-_. ") or place.folder
    export_id = export_id_of(called, name)
    return SplitExport(place.connection, name, export_id, number, of, called=called) if of > 1 else None


def files_of(side: Mapping[str, Any]) -> list[str]:
    """The files of an export, as listed in its side file.

    Raises:
        RejectedExportError: the list is malformed.
    """
    files = side.get(FILES) or []
    names = isinstance(files, list) and all(isinstance(name, str) and name for name in files)
    if not names or len(set(files)) != len(files) or len(files) > MAX_PARTS:
        detail = f"{FILES}: must be a list of at most {MAX_PARTS} names, each once"
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, detail)
    return list(files)


def register(
    table: Table, exports: Queue, split: SplitExport, pointer: Pointer, modified: datetime, now: datetime
) -> None:
    """Note the arrival of a part; once all have arrived, send the export on. Repeating it does no harm.

    Raises:
        RejectedExportError: another object has the same number.
    """
    is_noted = False
    while not is_noted:
        # False if another part arrived at the same time: try again with that one in mind.
        is_noted = _noted(table, split, _Part(pointer, modified), now)
    item = table.get(split.key) or {}
    there = _parts(item)
    if len(there) < split.of:
        missing = sorted(set(range(1, split.of + 1)) - there.keys())
        detail = f"parts received: {_listed(there)} of {split.of}; missing: {_listed(missing)}"
        runs.wait(table, split.connection, split.export_id, detail, now)
        logger.info("part of an export", connection=split.connection, export_id=split.export_id)
        return
    _send_on(table, exports, split, item, [there[number] for number in sorted(there)])


def _noted(table: Table, split: SplitExport, mine: "_Part", now: datetime) -> bool:
    """Note a part beside the others of its export, unless it is too old. False: try again."""
    item = table.get(split.key) or {}
    before = _parts(item)
    dropped = set[int]() if split.dated else _dropped(split, item, before, mine)
    known = before.get(split.number)
    if dropped is None or (known is not None and known.modified > mine.modified):
        logger.info("older part ignored", connection=split.connection, export_id=split.export_id)
        return True
    if not split.dated:
        _check_name(table, split, item, None if split.number in dropped else known, mine)
    begins = before.keys() <= dropped | {split.number}
    put: dict[str, Value] = {
        f"{PART}{split.number}": mine.text,
        "of": split.of,
        "export_id": split.export_id,
        "first_at": stamp(now) if begins else str(item["first_at"]),
    }
    if dropped:
        put["after"] = stamp(max(before[number].modified for number in dropped))
    gone = [f"{PART}{number}" for number in dropped - {split.number}]
    change = Change(put=put | tombstone(now), remove=[*gone, *([_CLASH] if begins else [])])
    # Otherwise two parts that begin an export together would each take the other for an old one.
    as_read = [f"{PART}{split.number}", *gone]
    return table.update(split.key, change, *(equals(name, item.get(name)) for name in as_read))


def _dropped(split: SplitExport, item: Item, before: Mapping[int, "_Part"], mine: "_Part") -> set[int] | None:
    """The noted parts of an earlier export with the same name; None: the new part itself is too old.

    A newer part after a complete set begins the next export: mixed with the others it would be neither the
    old export nor the new one, and a record that moved between parts would be in neither.
    """
    times = {number: part.modified for number, part in before.items()}
    is_late = stamp(mine.modified) <= str(item.get("after", ""))
    if is_late or any(time - mine.modified > WITHIN for time in times.values()):
        return None
    if len(before) == split.of and mine.modified > max(times.values()):
        return set(before)
    return {number for number, time in times.items() if mine.modified - time > WITHIN}


def _check_name(table: Table, split: SplitExport, item: Item, known: "_Part | None", mine: "_Part") -> None:
    """Refuse two objects that have the same number in one export: nobody knows the right one."""
    clash = item.get(_CLASH)
    if known is not None and known.pointer.key != mine.pointer.key:
        clash = stamp(mine.modified)
        table.update(split.key, Change(put={_CLASH: clash}))
    if clash is not None and mine.modified - read_stamp(str(clash)) <= WITHIN:
        detail = f"name of the object: part {split.number}; two objects of different names have one number"
        raise RejectedExportError(RejectedExport.PARTS_DIFFER, detail)


def _send_on(table: Table, exports: Queue, split: SplitExport, item: Item, parts: Sequence["_Part"]) -> None:
    whole = _digest("\n".join(part.text for part in parts))
    if item.get("sent") == whole:
        return
    moment = max(part.modified for part in parts)
    called = split.called or split.export_id
    message = Parts(
        parts=tuple(part.pointer for part in parts),
        connection=split.connection,
        export_id=split.export_id if split.dated else export_id_of(called, whole, modified=moment),
        exported_at=moment,
    )
    exports.send([Outgoing(message.message())])
    # Last: a crash before it sends the export again, which does no harm.
    table.update(split.key, Change(put={"sent": whole}))
    runs.end_wait(table, split.connection, split.export_id)


@dataclass(frozen=True)
class _Part:
    """A part that has arrived, and its time."""

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
