"""Turns a raw record into an entry: validated, or rejected with its field and a reason."""

from typing import Any

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.erp.models import RECORDS, MieterKey, MietvertragKey, Record, VerwaltungseinheitKey
from kiwi_sync.keys import RowKind
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kiwi_extract.reading.export import RawRecord
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.validate_fast import plain

KEYS: dict[RowKind, type[VerwaltungseinheitKey] | type[MieterKey] | type[MietvertragKey]] = {
    RowKind.VERWALTUNGSEINHEIT: VerwaltungseinheitKey,
    RowKind.MIETER: MieterKey,
    RowKind.MIETVERTRAG: MietvertragKey,
}
_CODES = {
    "string_too_long": "too_long",
    "string_too_short": "missing",
    "too_short": "missing",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "model_type": "not_an_object",
    "dict_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "tuple_type": "not_a_list",
}
"""Pydantic's error types in the words of our reports; our own types are codes already."""


def validate(raw: RawRecord) -> Entry:
    """The entry of a record. Raises nothing: a bad record becomes an entry with the reason."""
    section, place, deleted, value, source, line, _, reason, field, _ = raw
    kind = SECTIONS[section]
    if reason is not None:
        return _refused(raw, kind, field, reason)
    if not deleted and (found := plain(kind, value)) is not None:
        mandant, sk, text = found
        return Entry(section, place, deleted, mandant, sk, text, None, None, source, line)
    model: type[Record] = KEYS[kind] if deleted else RECORDS[kind]
    try:
        record = model.model_validate(value)
    except ValidationError as error:
        return _rejected(raw, kind, error)
    sk, written = record.key("").sk, None if deleted else record.model_dump_json(exclude_none=True)
    return Entry(section, place, deleted, record.mandant, sk, written, None, None, source, line)


def _rejected(raw: RawRecord, kind: RowKind, error: ValidationError) -> Entry:
    fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
    field = ".".join(map(str, fault["loc"])) or _field_of(fault)
    return _refused(raw, kind, field, _CODES.get(fault["type"], fault["type"]))


def _refused(raw: RawRecord, kind: RowKind, field: str | None, reason: str) -> Entry:
    section, place, deleted, value, source, line = raw[:6]
    mandant, sk = _key(value, kind)
    return Entry(section, place, deleted, mandant, sk, None, field, reason, source, line)


def _field_of(fault: ErrorDetails) -> str:
    return "ende" if fault["type"] == "ende_before_beginn" else ""


def _key(value: Any, kind: RowKind) -> tuple[str | None, str | None]:
    """The readable part of the key: (Mandant, sort key)."""
    try:
        named = KEYS[kind].model_validate(value)
    except ValidationError:
        return _mandant(value), None
    return named.mandant, named.key("").sk


def _mandant(value: Any) -> str | None:
    """The Mandant alone, read with any valid numbers in place of the others."""
    if not isinstance(value, dict):
        return None
    try:
        return MieterKey.model_validate({"mandant": value.get("mandant"), "nummer": "0"}).mandant
    except ValidationError:
        return None
