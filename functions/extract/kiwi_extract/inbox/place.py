"""The original place of an export in the bucket, and the facts it implies."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiwi_sync.connections import CONNECTION_ID
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.opened_export import export_id_of
from kiwi_extract.reading.side_file import SIDE_FILE

UTF_8 = "utf-8"
_PLACE = re.compile(
    rf"exports/(?P<connection>{CONNECTION_ID[1:-1]})/(?P<scope>full|delta)/(?P<name>.+)", re.DOTALL
)


class Place(BaseModel):
    """An object's original place, which tells connection, scope and time. Copies carry it along.

    `version`: distinguishes objects of the same key. `side`: version of the side file, "" if there was none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    key: str
    modified: AwareDatetime | None = None
    version: str = ""
    side: str | None = None

    @property
    def folder(self) -> str | None:
        """The folder of a side file; None if the place does not tell connection and scope."""
        return self.key.rpartition("/")[0] if _PLACE.fullmatch(self.key) else None

    @property
    def connection(self) -> str | None:
        """The connection told by the place."""
        place = _PLACE.fullmatch(self.key)
        return place["connection"] if place else None

    @property
    def is_side_file(self) -> bool:
        """Whether the object is named like a side file, in a place for one."""
        return self.folder is not None and self.key.endswith(f"/{SIDE_FILE}")

    def origin(self, side: Mapping[str, Any]) -> Origin:
        """The known facts about the export. `side`: the content of its side file."""
        place = _PLACE.fullmatch(self.key)
        if place is None:
            return Origin(self.key, self.modified)
        envelope = {
            "connection": place["connection"],
            "scope": place["scope"],
            "export_id": export_id_of(place["name"], self.key, self.version, modified=self.modified),
            **side,
        }
        return Origin(self.key, self.modified, envelope)

    def metadata(self) -> dict[str, str]:
        """The metadata that a copy of the object carries: S3 takes ASCII only."""
        return {"place": base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()}


def place_of(
    key: str, modified: datetime | None, version: str, side: str | None, metadata: Mapping[str, str]
) -> Place:
    """An object's original place: from the metadata of a copy of ours, else its own place."""
    try:
        return Place.model_validate_json(base64.urlsafe_b64decode(metadata["place"]))
    except (KeyError, ValidationError, ValueError):
        return Place(key=key, modified=modified, version=version, side=side)


def origin_of_message(body: bytes) -> Origin:
    """The facts about an export inside a message: only that it is UTF-8."""
    return Origin(encoding="utf-8-sig" if body.startswith(b"\xef\xbb\xbf") else UTF_8)
