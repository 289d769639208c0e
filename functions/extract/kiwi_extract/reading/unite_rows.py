"""Unites several rows of one key to one record: flat exports, and records spread over several tables.

Works on disk, so that memory stays bounded in any order of the rows.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby
from typing import Any

from kiwi_extract.feldmapping.faults import CellError
from kiwi_extract.feldmapping.steps import as_text
from kiwi_extract.reading.export import RawRecord

ROWS_DISAGREE = "rows_disagree"
MAX_ITEMS = 1000
"""The most items of a united list: more than any lease may have tenants."""
_KEYS = {
    "verwaltungseinheiten": ("mandant", "wirtschaftseinheit", "nummer"),
    "mieter": ("mandant", "nummer"),
    "mietvertraege": ("mandant", "nummer"),
}
_SCHEMA = "CREATE TABLE row (section TEXT, deleted INTEGER, key TEXT, record TEXT)"
_INSERT = "INSERT INTO row VALUES (?, ?, ?, ?)"
_encode = json.JSONEncoder(default=float).encode
_BY_KEY = "SELECT section, deleted, key, record FROM row ORDER BY section, deleted, key, rowid"


def unite(records: Iterable[RawRecord]) -> Iterator[RawRecord]:
    """The united records. Complete records pass at once; united ones come at the end, one for each key.

    A field has the value of all rows that are not blank there; if they differ, the record is rejected. A list
    has the items of all rows. One unusable row makes the record unusable: it may hold a missing tenant. Rows
    that only supplement others make no record by themselves.
    """
    # No name: SQLite's own temporary file, made when the cache overflows and gone with the connection.
    with closing(sqlite3.connect("", isolation_level=None)) as db:
        db.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_SCHEMA}; BEGIN")
        for record in records:
            key = _key(record) if record.is_partial else None
            if key is None:
                # Without its key the row belongs to no record: it will be rejected for that.
                yield record
            else:
                db.execute(_INSERT, (record.section, record.deleted, key, _encode(record)))
        for _, rows in groupby(db.execute(_BY_KEY), key=lambda row: row[:3]):
            united = _united(RawRecord(*json.loads(row[3])) for row in rows)
            if united is not None:
                yield united


def _key(record: RawRecord) -> str | None:
    if not isinstance(record.value, dict):
        return None
    try:
        parts = [as_text(record.value.get(name)) for name in _KEYS[record.section]]
    except CellError:
        return None
    # As JSON: every character that could join the numbers may occur in one.
    return json.dumps(parts) if all(parts) else None


def _united(rows: Iterable[RawRecord]) -> RawRecord | None:
    first, trouble, value = None, None, dict[str, Any]()
    for row in rows:
        if first is None and not row.completes:
            first = row
        disagreement = _merge(value, row.value)
        if trouble is None and row.reason is not None:
            trouble = row
        elif trouble is None and disagreement is not None:
            trouble = row._replace(reason=ROWS_DISAGREE, field=disagreement)
    return None if first is None else (trouble or first)._replace(value=value)


def _merge(value: dict[str, Any], more: Mapping[str, Any]) -> str | None:
    """Fill in missing fields. Returns the first field that differs, if any."""
    disagreement = None
    for name, new in more.items():
        old = value.get(name)
        if old == new:
            continue
        if not _plain(old):
            value[name] = new
        elif isinstance(old, list) and isinstance(new, list):
            value[name] = [*old, *(item for item in new if item not in old)][:MAX_ITEMS]
        elif _plain(new) and _plain(old) != _plain(new):
            disagreement = disagreement or name
    return disagreement


def _plain(value: Any) -> Any:
    """A value in the form for comparison: numbers as texts, every blank as None."""
    if isinstance(value, dict):
        return {name: plain for name, inner in value.items() if (plain := _plain(inner))}
    try:
        return as_text(value)
    except CellError:
        return value
