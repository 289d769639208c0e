"""A connection and the records of one small lease."""

from typing import Any

from kiwi_sync.connections import Connection, ConnectionSettings
from kiwi_sync.erp.models import Mieter, Mietvertrag, Verwaltungseinheit

PERSONAL = ("Erika", "Mustermann", "erika@example.org", "Lindenstraße")
"""Texts that must appear in no exception and no log."""

SETTINGS: dict[str, Any] = {
    "mandanten": ["0001"],
    "kiwi_api_url": "https://core.example",
    "kiwi_erp_api_url": "https://erp.example/api",
    "secret": "kiwi/muster",
}
UNIT: dict[str, Any] = {
    "mandant": "0001",
    "wirtschaftseinheit": "100",
    "nummer": "0001",
    "bezeichnung": "Wohnung 1. OG links",
    "strasse": "Lindenstraße",
    "hausnummer": "12a",
    "plz": "10969",
    "ort": "Berlin",
    "bundesland": "Berlin",
    "land": "DE",
    "latitude": 52.5031,
    "longitude": 13.3967,
}
PERSON: dict[str, Any] = {
    "mandant": "0001",
    "nummer": "4711",
    "vorname": "Erika",
    "nachname": "Mustermann",
    "firma": None,
    "email": "erika@example.org",
}
LEASE: dict[str, Any] = {
    "mandant": "0001",
    "nummer": "100-0001-03",
    "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": "0001"},
    "mieter": ["4711", "4712"],
    "beginn": "2024-01-01",
    "ende": None,
}


def connection(**settings: Any) -> Connection:
    return Connection("c", ConnectionSettings.model_validate(SETTINGS | settings), 1)


def unit(**fields: Any) -> Verwaltungseinheit:
    return Verwaltungseinheit.model_validate(UNIT | fields)


def person(**fields: Any) -> Mieter:
    return Mieter.model_validate(PERSON | fields)


def lease(**fields: Any) -> Mietvertrag:
    return Mietvertrag.model_validate(LEASE | fields)
