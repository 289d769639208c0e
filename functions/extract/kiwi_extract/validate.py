"""From a raw record to an entry: validated, or rejected with its field and a reason."""

from typing import Any

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.erp.models import RECORDS, MieterKey, MietvertragKey, Record, VerwaltungseinheitKey
from kiwi_sync.keys import RowKind
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kiwi_extract.document import RawRecord
from kiwi_extract.spool import Entry

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
    """The entry that a record is. No exception: a bad record is an entry that says why."""
    kind = SECTIONS[raw.section]
    if raw.reason is not None:
        return _refused(raw, kind, raw.field, raw.reason)
    model: type[Record] = KEYS[kind] if raw.deleted else RECORDS[kind]
    try:
        record = model.model_validate(raw.value)
    except ValidationError as error:
        return _rejected(raw, kind, error)
    text = None if raw.deleted else record.model_dump_json(exclude_none=True)
    return _entry(raw, record, text)


def _entry(raw: RawRecord, named: Record, record: str | None) -> Entry:
    key = named.key("")
    numbers = "/".join((named.mandant, *named.numbers))
    return Entry(
        raw.section,
        raw.place,
        raw.deleted,
        key.kind,
        named.mandant,
        key.sk,
        numbers,
        record,
        place_text=_where(raw),
    )


def _rejected(raw: RawRecord, kind: RowKind, error: ValidationError) -> Entry:
    fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
    field = ".".join(map(str, fault["loc"])) or _field_of(fault)
    return _refused(raw, kind, field, _CODES.get(fault["type"], fault["type"]))


def _refused(raw: RawRecord, kind: RowKind, field: str | None, reason: str) -> Entry:
    mandant, sk, numbers = _key(raw.value, kind)
    where = _where(raw)
    return Entry(raw.section, raw.place, raw.deleted, kind, mandant, sk, numbers, None, field, reason, where)


def _where(raw: RawRecord) -> str | None:
    """Where the record stands, for people; None in a JSON document, where section and place say it."""
    if raw.line is None:
        # In a part of an export.
        return f"{raw.source}, {raw.section}[{raw.place}]" if raw.source else None
    return f"{raw.source}, line {raw.line}" if raw.source else f"line {raw.line}"


def _field_of(fault: ErrorDetails) -> str:
    return "ende" if fault["type"] == "ende_before_beginn" else ""


def _key(value: Any, kind: RowKind) -> tuple[str | None, str | None, str | None]:
    """What can be read of the key: (Mandant, sort key, numbers for people)."""
    try:
        named = KEYS[kind].model_validate(value)
    except ValidationError:
        return _mandant(value), None, None
    return named.mandant, named.key("").sk, "/".join((named.mandant, *named.numbers))


def _mandant(value: Any) -> str | None:
    """The Mandant alone: any valid numbers will do to read it."""
    if not isinstance(value, dict):
        return None
    try:
        return MieterKey.model_validate({"mandant": value.get("mandant"), "nummer": "0"}).mandant
    except ValidationError:
        return None
