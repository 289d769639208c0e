"""Small exports, built by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.stack.running import CONNECTION

Json = dict[str, Any]
_BEGAN = datetime.now(UTC) - timedelta(hours=1)


def export(number: int, scope: str = "full", **lists: Any) -> Json:
    """The export of the given number: a greater one is newer."""
    head: Json = {
        "format": "erp-export/1",
        "connection": CONNECTION,
        "export_id": f"test-{number:03}",
        "exported_at": (_BEGAN + timedelta(minutes=number)).isoformat(),
        "scope": scope,
    }
    if scope == "full":
        head["mandanten"] = ["0001", "0002", "0003"]
    return head | lists


def unit(number: str = "1", mandant: str = "0001", **fields: Any) -> Json:
    """A Verwaltungseinheit with a whole address."""
    return {
        "mandant": mandant,
        "wirtschaftseinheit": "100",
        "nummer": number,
        "bezeichnung": f"Wohnung {number}",
        "strasse": "Lindenstraße",
        "hausnummer": "12a",
        "plz": "10969",
        "ort": "Berlin",
        "bundesland": "Berlin",
        "latitude": 52.5031,
        "longitude": 13.3967,
    } | fields


def tenant(number: str = "4711", mandant: str = "0001", **fields: Any) -> Json:
    """A Mieter with an address of his own."""
    email = f"mieter-{mandant}-{number}@example.org"
    person = {"vorname": "Erika", "nachname": f"Muster-{number}", "email": email}
    return {"mandant": mandant, "nummer": number} | person | fields


def lease(
    number: str = "100-1-01",
    *,
    of: str = "1",
    by: list[str] | None = None,
    mandant: str = "0001",
    **fields: Any,
) -> Json:
    """A Mietvertrag of a unit by tenants."""
    return {
        "mandant": mandant,
        "nummer": number,
        "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": of},
        "mieter": by or ["4711"],
        "beginn": "2024-01-01",
        "ende": None,
    } | fields


def estate(units: int) -> Json:
    """Units, each let to two tenants; in every fifth one tenant has no e-mail address."""
    numbers = [f"{number:04}" for number in range(units)]
    tenants = [tenant(f"{number}a") for number in numbers]
    tenants += [
        tenant(f"{number}b") | ({} if place % 5 else {"email": None}) for place, number in enumerate(numbers)
    ]
    return {
        "verwaltungseinheiten": [unit(number) for number in numbers],
        "mieter": tenants,
        "mietvertraege": [lease(f"V{n}", of=n, by=[f"{n}a", f"{n}b"]) for n in numbers],
    }


def letting(**changes: Any) -> Json:
    """One unit, one tenant, one lease."""
    return {"verwaltungseinheiten": [unit()], "mieter": [tenant()], "mietvertraege": [lease()]} | changes
