"""Reads `erp-export/1` documents: accepts or refuses each document and record, and interprets the rest."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.oracle_model import Key, Lease, Person, Record, Unit

KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "verwaltungseinheiten": ("mandant", "wirtschaftseinheit", "nummer"),
    "mieter": ("mandant", "nummer"),
    "mietvertraege": ("mandant", "nummer"),
}
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
GERMAN_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
EXPORT_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class RejectedError(Exception):
    """A record, or a whole document, that the format does not allow."""


@dataclass
class Records:
    """The records of one kind in one export; `unreadable` holds Mandanten, `None` for an unreadable one."""

    valid: dict[Key, Record] = field(default_factory=dict)
    rejected: set[Key] = field(default_factory=set)
    unreadable: set[str | None] = field(default_factory=set)
    deleted: set[Key] = field(default_factory=set)


@dataclass(frozen=True)
class Export:
    """An accepted export; `complete_for` is `None` for a delta."""

    version: tuple[datetime, str]
    complete_for: frozenset[str] | None
    records: dict[str, Records]


def text(value: Any) -> str | None:
    """A text field: stripped, an integer as its decimal text, nothing as `None`."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RejectedError(f"not a text: {value!r}")
    found = str(value).strip()
    if len(found) > 1000 or any(char == "\0" or "\ud800" <= char <= "\udfff" for char in found):
        raise RejectedError(f"not a text: {found!r}")
    return found or None


def number(value: Any) -> str:
    found = text(value)
    if found is None:
        raise RejectedError("a number is missing")
    if len(found) > 64 or any(unicodedata.category(char) == "Cc" for char in found):
        raise RejectedError(f"not a number: {found!r}")
    return found


def coordinate(value: Any, limit: int) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        raise RejectedError(f"not a coordinate: {value!r}")
    return float(value)


def day(value: Any) -> date | None:
    found = text(value)
    if found is None:
        return None
    if match := ISO_DATE.fullmatch(found):
        year, month, day_of_month = (int(part) for part in match.groups())
    elif match := GERMAN_DATE.fullmatch(found):
        day_of_month, month, year = (int(part) for part in match.groups())
    else:
        raise RejectedError(f"not a date: {found!r}")
    if year < 1800:
        raise RejectedError(f"a date from before 1800: {found!r}")
    try:
        return date(year, month, day_of_month)
    except ValueError as error:
        raise RejectedError(f"no such day: {found!r}") from error


def _key(raw: Mapping[str, Any], kind: str) -> Key:
    return tuple(number(raw.get(name)) for name in KEY_FIELDS[kind])


def _unit(key: Key, raw: Mapping[str, Any]) -> Unit:
    names = ("bezeichnung", "strasse", "hausnummer", "plz", "ort", "bundesland", "land")
    texts = {name: text(raw.get(name)) for name in names}
    latitude, longitude = coordinate(raw.get("latitude"), 90), coordinate(raw.get("longitude"), 180)
    return Unit(key, **texts, latitude=latitude, longitude=longitude)


def _person(key: Key, raw: Mapping[str, Any]) -> Person:
    return Person(key, *(text(raw.get(name)) for name in ("vorname", "nachname", "firma", "email")))


def _lease(key: Key, raw: Mapping[str, Any]) -> Lease:
    unit, tenants = raw.get("verwaltungseinheit"), raw.get("mieter")
    if not isinstance(unit, Mapping) or not isinstance(tenants, list) or not 1 <= len(tenants) <= 100:
        raise RejectedError("a lease needs a unit, and one to a hundred tenants")
    beginn, ende = day(raw.get("beginn")), day(raw.get("ende"))
    if ende is not None and ende.year == 9999:
        ende = None
    if beginn is None or (ende is not None and ende < beginn):
        raise RejectedError("a lease needs a beginning that is not after its end")
    return Lease(
        key=key,
        unit=(key[0], number(unit.get("wirtschaftseinheit")), number(unit.get("nummer"))),
        tenants=tuple(dict.fromkeys((key[0], number(tenant)) for tenant in tenants)),
        beginn=beginn,
        ende=ende,
    )


READERS: dict[str, Callable[[Key, Mapping[str, Any]], Record]] = {
    "verwaltungseinheiten": _unit,
    "mieter": _person,
    "mietvertraege": _lease,
}


def _mandant(raw: Any) -> str | None:
    """The Mandant of a record, or `None` if it cannot be read."""
    if not isinstance(raw, Mapping):
        return None
    try:
        return number(raw.get("mandant"))
    except RejectedError:
        return None


def _read_keys(raws: list[Any], kind: str, selected: Collection[str], into: Records) -> list[tuple[Key, Any]]:
    """The keys of the selected Mandanten's records; notes in `into` where a key cannot be read."""
    found = []
    for raw in raws:
        mandant = _mandant(raw)
        if mandant is not None and mandant not in selected:
            continue
        try:
            if mandant is None:
                raise RejectedError("the Mandant cannot be read")
            found.append((_key(raw, kind), raw))
        except RejectedError:
            into.unreadable.add(mandant)
    return found


def _read_records(
    raws: list[Any], kind: str, selected: Collection[str], complete_for: frozenset[str] | None
) -> Records:
    records = Records()
    keyed = _read_keys(raws, kind, selected, records)
    times = Counter(key for key, _ in keyed)
    for key, raw in keyed:
        try:
            if times[key] > 1 or (complete_for is not None and key[0] not in complete_for):
                raise RejectedError("twice, or of a Mandant that the export does not list")
            records.valid[key] = READERS[kind](key, raw)
        except RejectedError:
            records.rejected.add(key)
    return records


def _list(document: Mapping[str, Any], name: str, *, required: bool) -> list[Any]:
    found = document.get(name)
    if found in (None, "") and not required:
        return []
    if not isinstance(found, list):
        raise RejectedError(f"{name} is not a list")
    return found


def _object(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    if found is None or (isinstance(found, str) and not found.strip()):
        return {}
    if not isinstance(found, Mapping):
        raise RejectedError(f"{name} is not an object")
    return found


def _version(document: Mapping[str, Any], now: datetime | None) -> tuple[datetime, str]:
    export_id = text(document.get("export_id"))
    if export_id is None or not EXPORT_ID.fullmatch(export_id):
        raise RejectedError("no export id")
    try:
        exported_at = datetime.fromisoformat(text(document.get("exported_at")) or "")
        if exported_at.tzinfo is None:
            raise RejectedError("no time zone")
        exported_at = exported_at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RejectedError("no such instant") from error
    if now is not None and not now - timedelta(days=60) <= exported_at <= now + timedelta(hours=1):
        raise RejectedError("too old, or in the future")
    return exported_at, export_id


def _complete_for(document: Mapping[str, Any]) -> frozenset[str] | None:
    if document.get("scope") == "delta":
        return None
    if document.get("scope") != "full":
        raise RejectedError("no scope")
    listed = frozenset(number(mandant) for mandant in _list(document, "mandanten", required=True))
    if not listed:
        raise RejectedError("a full export that is complete for nothing")
    return listed


def _check_counts(document: Mapping[str, Any], lists: Mapping[str, list[Any]]) -> None:
    counts = _object(document, "anzahl")
    for kind, raws in lists.items():
        count = counts.get(kind)
        if count is not None and (isinstance(count, bool) or count != len(raws)):
            raise RejectedError(f"{kind}: {count!r} promised, {len(raws)} there")


def _read(document: Mapping[str, Any], mandanten: Collection[str], now: datetime | None) -> Export:
    if document.get("format") != "erp-export/1" or text(document.get("connection")) is None:
        raise RejectedError("not an export of a connection")
    version, complete_for = _version(document, now), _complete_for(document)
    lists = {kind: _list(document, kind, required=False) for kind in KEY_FIELDS}
    _check_counts(document, lists)
    deletions = _object(document, "geloescht") if complete_for is None else {}
    export = Export(version, complete_for, {})
    for kind, raws in lists.items():
        records = _read_records(raws, kind, mandanten, complete_for)
        for key, _ in _read_keys(_list(deletions, kind, required=False), kind, mandanten, records):
            records.deleted.add(key)
        export.records[kind] = records
    return export


def read_export(document: Any, mandanten: Collection[str], now: datetime | None) -> Export | None:
    """The export as far as the selected Mandanten go, or `None` if the document is refused whole."""
    try:
        return _read(document, mandanten, now) if isinstance(document, Mapping) else None
    except RejectedError:
        return None
