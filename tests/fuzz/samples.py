"""The material of the cases: valid exports, with a mark in every personal value."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONNECTION = "muster-wohnbau"
MANDANTEN = ("0001", "0002")
BUCKET = "kiwi-sync-exports-123456789012"
MARK = "♥7f3a"
"""Stands where persons stand, and in no key: nothing that is logged or noted may have it."""
Json = dict[str, Any]


def unit(nummer: str, mandant: str = "0001") -> Json:
    return {
        "mandant": mandant,
        "wirtschaftseinheit": "100",
        "nummer": nummer,
        "bezeichnung": f"bei {MARK}",
        "strasse": "Lindenstraße",
        "hausnummer": "12a",
        "plz": "10969",
        "ort": "Berlin",
        "bundesland": "Berlin",
        "land": "DE",
        "latitude": 52.5031,
        "longitude": 13.3967,
    }


def tenant(nummer: str, mandant: str = "0001") -> Json:
    person = {
        "vorname": f"Erika {MARK}",
        "nachname": MARK,
        "firma": None,
        "email": f"{MARK}{nummer}@example.org",
    }
    return {"mandant": mandant, "nummer": nummer, **person}


def lease(nummer: str, mieter: list[str], mandant: str = "0001") -> Json:
    home = {"wirtschaftseinheit": "100", "nummer": "1"}
    rest: Json = {"verwaltungseinheit": home, "mieter": mieter, "beginn": "2024-01-01", "ende": "31.12.2030"}
    return {"mandant": mandant, "nummer": nummer, **rest}


def _export(days: int, scope: str, **lists: Any) -> Json:
    return {
        "format": "erp-export/1",
        "connection": CONNECTION,
        "export_id": f"e{days}",
        "exported_at": (NOW - timedelta(days=days)).isoformat(),
        "scope": scope,
        **lists,
    }


BEFORE = _export(
    2,
    "full",
    mandanten=[*MANDANTEN, "0003"],
    verwaltungseinheiten=[unit("1"), unit("2"), unit("1", "0002")],
    mieter=[tenant("1"), tenant("2"), tenant("3"), tenant("1", "0002")],
    mietvertraege=[lease("L1", ["1", "2"]), lease("L2", ["3"])],
)
"""The content of the table before each case."""

FULL = _export(
    1,
    "full",
    mandanten=[*MANDANTEN, "0003"],
    anzahl={"verwaltungseinheiten": 3, "mieter": 4, "mietvertraege": 2},
    verwaltungseinheiten=[unit("1"), unit("3"), unit("1", "0003")],
    mieter=[tenant("1"), tenant("2") | {"email": ""}, tenant("4711"), tenant("9", "0002")],
    mietvertraege=[lease("L1", ["1"]), lease("L3", ["4711"])],
)
DELTA = _export(
    1,
    "delta",
    verwaltungseinheiten=[unit("4")],
    mieter=[tenant("2") | {"firma": f"Firma {MARK}"}, tenant("5")],
    mietvertraege=[lease("L4", ["5", "2"])],
    geloescht={
        "verwaltungseinheiten": [{"mandant": "0001", "wirtschaftseinheit": "100", "nummer": "2"}],
        "mieter": [{"mandant": "0001", "nummer": "3"}],
        "mietvertraege": [{"mandant": "0001", "nummer": "L2"}],
    },
)


def encoded(value: Any, *, ascii_only: bool = False) -> bytes:
    return json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", errors="surrogatepass")


def with_value(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A copy in which `new` stands at `path`."""
    changed = copy.deepcopy(value)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = new
    return changed


def paths(value: Any, base: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all places in a value, except its root."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path for step, inner in items for path in [(*base, step), *paths(inner, (*base, step))]]
