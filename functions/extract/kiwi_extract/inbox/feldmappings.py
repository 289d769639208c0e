"""Fetches mappings from the export bucket: `mappings/<connection>.yaml`, anew for every export."""

import re
from typing import Protocol

from kiwi_sync.connections import CONNECTION_ID
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.faults import Fault, FeldmappingError
from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.feldmapping.lines import MAX_CHARACTERS
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.reading.errors import RejectedExportError

PREFIX = "mappings/"
_MAX_BYTES = 4 * MAX_CHARACTERS
"""The most bytes: a character has at most four in UTF-8."""


class MappingFiles(Protocol):
    """The port to the place of mappings."""

    def small(self, key: str, most: int) -> tuple[bytes, str] | None:
        """Content and version of the object at a key; None if there is none. At most one byte over `most`."""
        ...


class Feldmappings:
    """The mappings of all connections."""

    def __init__(self, files: MappingFiles) -> None:
        self._files = files

    def of(self, connection: str) -> Feldmapping | None:
        """The connection's present mapping; None if it has none.

        Raises:
            RejectedExportError: the mapping is broken. It refuses exports of this connection only.
        """
        if not re.fullmatch(CONNECTION_ID, connection):
            return None
        key = f"{PREFIX}{connection}.yaml"
        found = self._files.small(key, _MAX_BYTES)
        if found is None:
            return None
        try:
            mapping = parse_file(*found)
        except FeldmappingError as error:
            raise RejectedExportError(RejectedExport.MAPPING_INVALID, f"{key}, {error}") from None
        mapping.file = key
        return mapping


def parse_file(content: bytes, version: str | None = None) -> Feldmapping:
    """The mapping in a file.

    Raises:
        FeldmappingError: carries all faults.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fault = Fault(line, "", f"byte {content[error.start]:02X} is no UTF-8; save the file in UTF-8")
        raise FeldmappingError([fault]) from None
    return parse_feldmapping(text, version)
