"""Exports for the tests of extract, small and readable."""

import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from kiwi_extract.reading.erp_json import ErpJson
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.validate import validate
from kiwi_sync.times import stamp

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY_ONE = NOW - timedelta(days=20)
CONNECTION = "c1"
MANDANT = "0001"
Export = dict[str, Any]
Json = dict[str, Any]


def unit(nummer: str, mandant: str = MANDANT, **fields: Any) -> Json:
    return {"mandant": mandant, "wirtschaftseinheit": "100", "nummer": nummer, **fields}


def tenant(nummer: str, mandant: str = MANDANT, **fields: Any) -> Json:
    return {"mandant": mandant, "nummer": nummer, "email": f"t{nummer}@example.org", **fields}


def lease(nummer: str, mandant: str = MANDANT, **fields: Any) -> Json:
    home = {"wirtschaftseinheit": "100", "nummer": "0001"}
    rest = {"verwaltungseinheit": home, "mieter": ["4711"], "beginn": "2024-01-01"}
    return {"mandant": mandant, "nummer": nummer, **rest, **fields}


def gone(nummer: str, mandant: str = MANDANT) -> Json:
    return {"mandant": mandant, "nummer": nummer}


def version(hour: int, name: str | None = None) -> str:
    """The version of the export that was made at this hour."""
    return f"{stamp(DAY_ONE + timedelta(hours=hour))} {name or f'e{hour}'}"


def _export(hour: int, scope: str, **sections: Any) -> Export:
    moment = (DAY_ONE + timedelta(hours=hour)).isoformat()
    head = {"format": "erp-export/1", "connection": CONNECTION, "export_id": f"e{hour}", "scope": scope}
    return {**head, "exported_at": moment, **sections}


def full(hour: int, mieter: Sequence[Any] = (), mandanten: Sequence[str] = (MANDANT,), **more: Any) -> Export:
    return _export(hour, "full", mandanten=list(mandanten), mieter=list(mieter), **more)


def delta(hour: int, mieter: Sequence[Any] = (), deleted: Sequence[Any] = (), **more: Any) -> Export:
    return _export(hour, "delta", mieter=list(mieter), geloescht={"mieter": list(deleted)}, **more)


def encoded(export: Export) -> bytes:
    return json.dumps(export).encode()


def document(export: Export | bytes) -> ErpJson:
    return ErpJson(io.BytesIO(export if isinstance(export, bytes) else encoded(export)))


def entries(export: Export) -> Iterator[Entry]:
    return map(validate, document(export).records())
