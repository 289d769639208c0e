"""A client without any cleverness, and objects that KIWI takes."""

from typing import Any

import httpx
from kiwi_local.kiwi import EmbeddedKiwi

AUDIENCE = "https://housing.kiwi.ki"
PASSWORD = "correct horse"

ADDRESS = {
    "street": "Müllerstraße 1",
    "postal_code": "10115",
    "city": "Berlin",
    "state": "Berlin",
    "country": "DE",
    "lat": 52.5,
    "lng": 13.4,
}
UNIT = {"rental_unit_id": "u1", "external_id": "0001-1", "name": "Flat 1", "address": ADDRESS}
TENANT = {
    "tenant_id": "t1",
    "external_id": "0001-T1",
    "email_address": "anna@kiwi.example.com",
    "first_name": "Anna",
    "last_name": "Müller",
}
AGREEMENT = {
    "rental_agreement_id": "a1",
    "external_id": "0001-A1",
    "tenant_id": "t1",
    "rental_unit_id": "u1",
    "start_at": "2026-01-01T00:00:00+01:00",
    "end_at": "9999-12-31T23:59:59Z",
}
BODIES: dict[str, dict[str, Any]] = {"rental_units": UNIT, "tenants": TENANT, "rental_agreements": AGREEMENT}
KINDS = {"rental_units": "rental_unit", "tenants": "tenant", "rental_agreements": "rental_agreement"}


def without(body: dict[str, Any], field: str) -> dict[str, Any]:
    """The body without one of its fields."""
    return {key: value for key, value in body.items() if key != field}


def token(kiwi: EmbeddedKiwi, http: httpx.Client, username: str) -> str:
    """An access token, by way of a session."""
    session = http.post(
        f"{kiwi.api_url}/v1/session", json={"username": username, "password": PASSWORD}
    ).json()["result"]
    answer = http.post(
        f"{kiwi.api_url}/v1/access_token",
        headers={"session-key": session["session_key"]},
        json={"audience": AUDIENCE},
    )
    return str(answer.json()["result"]["access_token"])


class Erp:
    """The ERP API of one organization, over a kept-alive connection."""

    def __init__(self, kiwi: EmbeddedKiwi, http: httpx.Client, organization_id: int) -> None:
        self.kiwi = kiwi
        self.organization_id = organization_id
        self._http = http
        self._root = f"{kiwi.erp_api_url}/organizations/{organization_id}"
        self._headers = {"Authorization": f"Bearer {token(kiwi, http, f'user-{organization_id}')}"}

    def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self._http.request(method, f"{self._root}/{path}", headers=self._headers, json=body)

    def error(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and name of the error that this request meets."""
        answer = self(method, path, body)
        error = answer.json()
        expected = {"name", "message"} | ({"details"} if answer.status_code == 422 else set())
        assert set(error) == expected
        return answer.status_code, error["name"]

    def content(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What the organization holds."""
        return self.kiwi.content(self.organization_id)

    def state(self) -> dict[str, Any]:
        """The state of the one agreement that tests use."""
        state: dict[str, Any] = self("GET", "rental-agreements/a1/state").json()
        return state

    def wish(self, desired: str) -> httpx.Response:
        """Record what is desired of it."""
        path = f"rental-agreements/a1/state?state_id={self.state()['id']}"
        return self("PUT", path, {"desired": desired})

    def switch(self, desired: str) -> None:
        """Record what is desired of it and make it so."""
        assert self.wish(desired).status_code == 200
        assert self("POST", "rental-agreements/a1/reconcile").status_code == 200
