"""Small exports, and KIWI content as the embedded KIWI shows it."""

from typing import Any

from tests.oracle_model import AgreementContent, Expected, TenantContent, UnitContent

Json = dict[str, Any]
Content = dict[str, dict[str, Json]]
MANDANTEN = ("0001", "0002")


def unit(number: str = "1", **fields: Any) -> Json:
    return {"mandant": "0001", "wirtschaftseinheit": "100", "nummer": number, "bezeichnung": "Laden"} | fields


def person(number: str = "1", **fields: Any) -> Json:
    own = {"mandant": "0001", "nummer": number, "nachname": "Weiß", "email": f"m{number}@example.org"}
    return own | fields


def lease(number: str = "1", **fields: Any) -> Json:
    at = {"wirtschaftseinheit": "100", "nummer": "1"}
    own = {
        "mandant": "0001",
        "nummer": number,
        "verwaltungseinheit": at,
        "mieter": ["1"],
        "beginn": "2026-01-01",
    }
    return own | fields


def delta(day: int, **lists: Any) -> Json:
    """The delta of a day in November 2026; `u`, `m`, `v` are short for the three lists."""
    names = {"u": "verwaltungseinheiten", "m": "mieter", "v": "mietvertraege"}
    head = {
        "format": "erp-export/1",
        "connection": "muster-wohnbau",
        "export_id": f"e{day}",
        "exported_at": f"2026-11-{day:02}T02:00:00+01:00",
        "scope": "delta",
        "verwaltungseinheiten": [],
        "mieter": [],
        "mietvertraege": [],
    }
    return head | {names.get(name, name): value for name, value in lists.items()}


def full(day: int, **lists: Any) -> Json:
    return delta(day, **({"scope": "full", "mandanten": ["0001", "0002"]} | lists))


def content_of(expected: Expected) -> Content:
    """KIWI's content where everything certain is there, and nothing contested."""
    content: Content = {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    for name, unit_content in expected.rental_units.items():
        put_unit(content, name, unit_content)
    for name, tenant in expected.tenants.items():
        put_tenant(content, name, tenant)
    for name, agreement in expected.rental_agreements.items():
        put_agreement(content, name, agreement)
    return content


def put_unit(content: Content, name: str, unit_content: UnitContent) -> None:
    content["rental_unit"][f"u {name}"] = {"id": f"u {name}", "external_id": name, **unit_content}


def put_tenant(content: Content, name: str, tenant: TenantContent) -> None:
    content["tenant"][f"t {name}"] = {"id": f"t {name}", "external_id": name, **tenant}


def put_agreement(content: Content, name: str, agreement: AgreementContent) -> None:
    content["rental_agreement"][f"a {name}"] = {
        "id": f"a {name}",
        "external_id": name,
        "tenant_id": f"t {agreement['tenant']}",
        "rental_unit_id": f"u {agreement['rental_unit']}",
        "start_at": agreement["start_at"].isoformat(),
        "end_at": agreement["end_at"].isoformat().replace("+00:00", "Z"),
    }
