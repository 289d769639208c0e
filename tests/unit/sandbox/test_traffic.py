"""The counts of created, updated and deleted objects in KIWI."""

import httpx
from kiwi_sandbox.traffic import Traffic

BASE = "https://housing.example/api/pre/organizations/42"


def watched(traffic: Traffic, status: int = 200) -> httpx.Client:
    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(status)))
    traffic.watch(client)
    traffic.watch(client)
    return client


def test_successful_writes_count_by_kind() -> None:
    traffic = Traffic()
    with watched(traffic) as client:
        client.post(f"{BASE}/tenants", json={})
        client.put(f"{BASE}/rental_units/a-1", json={})
        client.delete(f"{BASE}/rental_agreements/a-1")
        client.get(f"{BASE}/rental_units?include_access_points=false")
    assert traffic.created == {"tenant": 1}
    assert traffic.updated == {"rental_unit": 1}
    assert traffic.deleted == {"rental_agreement": 1}
    assert traffic.requests == {"POST": 1, "PUT": 1, "DELETE": 1, "GET": 1}


def test_a_change_of_access_is_a_request_and_no_update() -> None:
    traffic = Traffic()
    with watched(traffic) as client:
        client.put(f"{BASE}/rental-agreements/a-1/state?state_id=u", json={})
        client.post(f"{BASE}/rental-agreements/a-1/reconcile")
        client.post("https://api.example/v1/session", json={})
    assert not traffic.created
    assert not traffic.updated
    assert traffic.requests == {"PUT": 1, "POST": 2}


def test_a_refused_write_is_a_request_and_nothing_else() -> None:
    traffic = Traffic()
    with watched(traffic, 400) as client:
        client.post(f"{BASE}/tenants", json={})
    assert not traffic.created
    assert traffic.requests == {"POST": 1}
