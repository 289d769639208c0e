"""Reads the file that stands in for an envelope: beside an object, or in a ZIP."""

import json
from typing import Any

from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.reading.erp_json import ENVELOPE_KEYS
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.streams import Peekable, Readable

SIDE_FILE = "export.json"
"""The name of the substitute for the envelope, in a ZIP as well as beside an object."""

FILES = "dateien"

MAX_SIDE_FILE = 2**18

_SIDE_KEYS = ENVELOPE_KEYS | {FILES}


def side_file(stream: Readable, *, strict: bool = False) -> dict[str, Any]:
    """The content of a side file, in place of an envelope; also lists the export's files (`dateien`).

    Raises:
        RejectedExportError: it is no JSON object; or, if `strict`, it has keys that only an export has.
    """
    content = Peekable(stream).peek(MAX_SIDE_FILE + 1)
    try:
        value = json.loads(content) if len(content) <= MAX_SIDE_FILE else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, f"{SIDE_FILE}: not a JSON object")
    if strict and value.keys() - _SIDE_KEYS:
        # Its lists would be left out, and be gone.
        detail = f"{SIDE_FILE}: in a ZIP with other files it may have a side file's keys only"
        raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, detail)
    known = _SIDE_KEYS - {"format"}
    return {name: value[name] for name in known & value.keys()}


def is_side_file(stream: Peekable) -> bool:
    """Whether a document called `export.json` has only a side file's keys, and is no export itself."""
    try:
        value = json.loads(stream.peek(MAX_SIDE_FILE + 1))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and bool(value) and value.keys() <= _SIDE_KEYS
