"""The expected rows after an export, by the oracle's own reading of the document."""

import gzip
import json
from datetime import datetime
from typing import Any

from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.state.rows import Row

from tests.fuzz.samples import BEFORE, CONNECTION, MANDANTEN, NOW
from tests.oracle_model import Key, Lease, Person, Record
from tests.oracle_reading import KEY_FIELDS, Export, Records, read_export

KINDS = {
    "verwaltungseinheiten": RowKind.VERWALTUNGSEINHEIT,
    "mieter": RowKind.MIETER,
    "mietvertraege": RowKind.MIETVERTRAG,
}
Rows = dict[str, Row]
State = dict[str, Any]


def read(document: bytes) -> Export | None:
    """The export that the document is, or None."""
    packed = document.startswith(b"\x1f\x8b")
    try:
        value = json.loads(gzip.decompress(document) if packed else document, parse_constant=_no_constant)
    except (ValueError, RecursionError, OSError, EOFError):
        return None
    return read_export(value, MANDANTEN, NOW) if isinstance(value, dict) else None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def state(rows: Rows) -> State:
    """The content of each live row, by its key's text."""
    return {text: json.loads(row.record) for text, row in rows.items() if row.record is not None}


def expected(before: State, export: Export) -> State:
    """The expected content of the live rows after the export."""
    came = datetime.fromisoformat(str(BEFORE["exported_at"]))
    if export.version[0] < came:
        return before
    after = dict(before)
    for section, records in export.records.items():
        for text in list(after):
            if _leaves(RowKey.parse(text), section, records, export):
                del after[text]
        for key, record in records.valid.items():
            if key not in records.deleted:
                after[_text(section, key)] = _fields(record)
    return after


def _leaves(key: RowKey, section: str, records: Records, export: Export) -> bool:
    """Whether the export ends a row that exists."""
    named = (key.mandant, *key.numbers)
    if key.kind is not KINDS[section]:
        return False
    if named in records.deleted:
        return True
    if export.complete_for is None or key.mandant not in export.complete_for:
        return False
    said = named in records.valid or named in records.rejected
    return not said and not {None, key.mandant} & records.unreadable


def _text(section: str, key: Key) -> str:
    return RowKey(CONNECTION, KINDS[section], key[0], key[1:]).text


def _fields(record: Record) -> dict[str, Any]:
    """The record as a row has it."""
    if isinstance(record, Lease):
        home = dict(zip(("wirtschaftseinheit", "nummer"), record.unit[1:], strict=True))
        fields: dict[str, Any] = {
            "verwaltungseinheit": home,
            "mieter": [tenant[1] for tenant in record.tenants],
            "beginn": record.beginn.isoformat(),
            "ende": record.ende.isoformat() if record.ende else None,
        }
        section = "mietvertraege"
    else:
        fields = {name: value for name, value in vars(record).items() if name != "key"}
        section = "mieter" if isinstance(record, Person) else "verwaltungseinheiten"
    numbers = dict(zip(KEY_FIELDS[section], record.key, strict=True))
    return numbers | {name: value for name, value in fields.items() if value is not None}
