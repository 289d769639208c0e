"""Whether an export may be used at all: its envelope, its count, its age."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kiwi_sync.connections import (
    Connection,
    Connections,
    SettingsInvalidError,
    UnknownConnectionError,
)
from kiwi_sync.erp.envelope import Envelope
from kiwi_sync.rules.reasons import RejectedExport
from pydantic import ValidationError

from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export

FUTURE = timedelta(hours=1)
"""How far an ERP's clock may be ahead."""
PAST = timedelta(days=60)
"""Tombstones live 90 days: an older export could bring to life what is long gone."""


def admit(document: Export, now: datetime) -> Envelope:
    """The envelope of a document that has been read to its end.

    Raises:
        RejectedExportError: the envelope is invalid, records are missing, or it is from another time.
    """
    envelope = _envelope(document.envelope)
    for section, told in envelope.anzahl.model_dump(exclude_none=True).items():
        if told != document.counts[section]:
            detail = f"anzahl.{section}: says {told}, but {document.counts[section]} records are there"
            raise RejectedExportError(RejectedExport.COUNT_MISMATCH, detail)
    if envelope.exported_at > now + FUTURE:
        raise RejectedExportError(RejectedExport.IN_FUTURE, "exported_at: over an hour in the future")
    if envelope.exported_at < now - PAST:
        raise RejectedExportError(
            RejectedExport.TOO_OLD, "exported_at: over 60 days old; send a fresh export"
        )
    return envelope


def connection_of(connections: Connections, connection: str) -> Connection:
    """The connection's present settings.

    Raises:
        RejectedExportError: there is no such connection, or its settings are broken.
    """
    try:
        return connections.get(connection)
    except UnknownConnectionError:
        detail = "connection: no settings are stored for it"
        raise RejectedExportError(RejectedExport.UNKNOWN_CONNECTION, detail) from None
    except SettingsInvalidError as error:
        raise RejectedExportError(RejectedExport.SETTINGS_INVALID, str(error)) from None


def identity(raw: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Connection and export id of a refused document, as far as they can be read."""
    known: list[str | None] = []
    for name in ("connection", "export_id"):
        probe = {**_HARMLESS, name: raw.get(name)}
        try:
            known.append(str(getattr(Envelope.model_validate(probe), name)))
        except ValidationError:
            known.append(None)
    return known[0], known[1]


def is_dry_run(raw: Mapping[str, Any]) -> bool:
    """Whether a document, refused or not, is only to be planned."""
    return raw.get("dry_run") is True


_HARMLESS = {
    "format": "erp-export/1",
    "connection": "c",
    "export_id": "e",
    "exported_at": "2000-01-01T00:00:00Z",
    "scope": "delta",
}


def _envelope(raw: dict[str, Any]) -> Envelope:
    if not raw.get("format"):
        detail = "format: missing; must be erp-export/1, unless the object's place in the bucket says it"
        raise RejectedExportError(RejectedExport.NOT_AN_EXPORT, detail)
    try:
        return Envelope.model_validate(raw)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'mandanten'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_context=False, include_url=False)
        ]
        raise RejectedExportError(RejectedExport.ENVELOPE_INVALID, "; ".join(faults)) from None
