"""Opens the document of a message: a whole export, its joined parts, or a part that has to wait."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kiwi_sync.messages import Parts, Pointer
from kiwi_sync.observability import logger
from kiwi_sync.queues import Queue
from kiwi_sync.rules.reasons import RejectedExport
from kiwi_sync.state.table import Table

from kiwi_extract.bookkeeping.expected_exports import (
    WITHIN,
    expect_no_side_file,
    expect_side_file,
    is_side_file_missing,
)
from kiwi_extract.inbox.bucket import ExportBucket, OpenedObject
from kiwi_extract.inbox.joined_export import Assembled, OpenedPart
from kiwi_extract.inbox.messages import Inline, Source
from kiwi_extract.inbox.parts import SplitExport, files_of, register, split_of_place
from kiwi_extract.inbox.place import Place, origin_of_message
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export
from kiwi_extract.reading.open_export import FeldmappingOf, open_export
from kiwi_extract.reading.side_file import FILES, SIDE_FILE, is_side_file, side_file
from kiwi_extract.reading.streams import Peekable

_NO_SIDE_FILE = (
    f"{SIDE_FILE}: not there, but lately it said for this folder of which `{FILES}` an export consists; "
    f"upload it first, with every export (or one without `{FILES}`, if that has ended)"
)


@dataclass
class Delivery:
    """A message's export. `source`: pinned to one version. `document`: None if there is nothing to read."""

    source: Source
    document: Export | None = None
    place: Place | None = None

    @property
    def known(self) -> Mapping[str, Any]:
        """The known envelope, even if the document has not been read to its end."""
        if isinstance(self.source, Parts):
            told = {"connection": self.source.connection, "export_id": self.source.export_id}
            return told | (self.document.envelope if self.document else {})
        if self.document is not None:
            return self.document.envelope
        return self.place.origin({}).envelope if self.place else {}


@dataclass(frozen=True)
class Deliveries:
    """Opens the exports that messages point to."""

    table: Table
    exports: Queue
    bucket: ExportBucket
    feldmapping_of: FeldmappingOf

    def receive(self, delivery: Delivery, now: datetime) -> None:
        """Open the delivery's source, and complete the delivery with what was found.

        Raises:
            RejectedExportError: the export does not exist, or cannot be used.
        """
        source = delivery.source
        if isinstance(source, Inline):
            origin = origin_of_message(source.body)
            delivery.document = open_export(io.BytesIO(source.body), origin, self.feldmapping_of)
        elif isinstance(source, Parts):
            parts = [partial(self._part, source, pointer) for pointer in source.parts]
            delivery.document = Assembled(parts)
        else:
            self._object(delivery, source, now)

    def wait(self, delivery: Delivery, split: SplitExport, now: datetime) -> None:
        """Make a part wait for the others. A part in a message is first put into the bucket."""
        pointer, modified = delivery.source, now
        if isinstance(pointer, Inline):
            name = f"{split.connection}/{split.export_id}-teil-{split.number}-von-{split.of}"
            pointer = self.bucket.keep_held(pointer, name) or pointer
        if delivery.place and delivery.place.modified:
            modified = delivery.place.modified
        if isinstance(pointer, Pointer):
            register(self.table, self.exports, split, pointer, modified, now)

    def _object(self, delivery: Delivery, pointer: Pointer, now: datetime) -> None:
        found = self.bucket.open(pointer)
        delivery.source, delivery.place = found.pointer, found.place
        stream = Peekable(found.stream)
        if found.place.is_side_file and is_side_file(stream):
            self._side_file(found, stream, now)
            return
        side = self._complete(delivery, found)
        self._check_side_file(found.place, side, delivery.place, now)
        split = split_of_place(delivery.place, side)
        if split is not None:
            self.wait(delivery, split, now)
            return
        delivery.document = open_export(stream, delivery.place.origin(side), self.feldmapping_of)

    def _complete(self, delivery: Delivery, found: OpenedObject) -> Mapping[str, Any]:
        """Read the side file, and pin its version in the delivery."""
        if found.place.folder is None or found.place.is_side_file:
            return {}
        side, version = self.bucket.side(found.place)
        delivery.place = found.place.model_copy(update={"side": version})
        delivery.source = found.pointer.model_copy(update={"side": version})
        return side

    def _check_side_file(self, place: Place, side: Mapping[str, Any], read: Place, now: datetime) -> None:
        """Refuse a file whose side file is overdue: it would count as a whole export.

        The side file may have expired, or may arrive last. `read`: as `place`, with the version of the side
        file.
        """
        connection, folder = place.connection, place.folder
        if connection is None or folder is None or place.side is not None or place.is_side_file:
            return
        if files_of(side):
            expect_side_file(self.table, connection, folder, now)
        elif read.side:
            expect_no_side_file(self.table, connection, folder)
        elif is_side_file_missing(self.table, connection, folder):
            raise RejectedExportError(RejectedExport.PARTS_DIFFER, _NO_SIDE_FILE)

    def _side_file(self, found: OpenedObject, stream: Peekable, now: datetime) -> None:
        """Read a side file that arrives by itself: its export's files may have been waiting for it.

        A file newer than the side file means that the side file came first: older files may belong to the
        export before.
        """
        side = side_file(stream)
        told = found.place.modified or now
        beside = [there for file in files_of(side) if (there := self._beside(found, file)) is not None]
        ages = [told - (there.place.modified or now) for there in beside]
        if all(timedelta() <= age <= WITHIN for age in ages):
            for there in beside:
                self._register(there, side, found.pointer.version or "null", now)
        logger.info("side file read", connection=found.place.connection)

    def _register(self, there: OpenedObject, side: Mapping[str, Any], version: str, now: datetime) -> None:
        place = there.place.model_copy(update={"side": version})
        split = split_of_place(place, side)
        if split is not None:
            pointer = there.pointer.model_copy(update={"side": version})
            register(self.table, self.exports, split, pointer, place.modified or now, now)

    def _beside(self, found: OpenedObject, file: str) -> OpenedObject | None:
        pointer = Pointer(bucket=found.pointer.bucket, key=f"{found.place.folder}/{file}")
        try:
            there = self.bucket.open(pointer)
        except RejectedExportError:
            # It has yet to arrive, or will be refused on arrival.
            return None
        there.stream.close()
        return there

    def _part(self, whole: Parts, pointer: Pointer) -> OpenedPart:
        found = self.bucket.open(pointer)
        side, _ = self.bucket.side(found.place)
        anzahl = side.pop("anzahl", None)
        origin = found.place.origin(side)
        if origin.envelope:
            moment = whole.exported_at.isoformat() if whole.exported_at else None
            told = {"export_id": whole.export_id, "exported_at": moment}
            derived = {name: value for name, value in told.items() if value and not side.get(name)}
            origin = replace(origin, envelope={**origin.envelope, **derived})
        export = open_export(found.stream, origin, self.feldmapping_of, whole=False)
        return OpenedPart(export, found.place.key.rpartition("/")[2], anzahl)
