"""The embedded KIWI as tests and local runs handle it: by hand, from outside."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from kiwi_sandbox.kiwi import ApiError, EmbeddedKiwi, Faults

from tests.contract.kiwi.client import PASSWORD, Kiwi, over_http
from tests.contract.kiwi.objects import AGREEMENT, TENANT, UNIT, without

HAND_MADE = {
    "rental_unit": {"id": "u1"} | without(UNIT, "rental_unit_id"),
    "tenant": {"id": "t1"} | without(TENANT, "tenant_id"),
    "rental_agreement": {"id": "a1"} | without(AGREEMENT, "rental_agreement_id"),
}


@pytest.fixture
def filled(kiwi: EmbeddedKiwi) -> EmbeddedKiwi:
    for kind, item in HAND_MADE.items():
        kiwi.put_object(kind, item)
    return kiwi


def test_nothing_is_slow_or_wrong_unless_asked_for() -> None:
    kiwi = EmbeddedKiwi()
    shared = kiwi.shared
    assert (kiwi.token_lifetime, kiwi.faults) == (3600, Faults())
    assert (shared.reconcile_failures, shared.reconcile_away, shared.failing) == (0, 0, [])
    assert (shared.reconcile_moves_doors, shared.auto_doors, shared.one_unit_per_sensor) == (
        True,
        False,
        False,
    )


def test_content_is_what_get_shows(filled: EmbeddedKiwi, erp: Kiwi) -> None:
    content = filled.content()
    assert content["rental_unit"]["u1"] == erp.ok("GET", "rental_units/u1")
    assert content["tenant"]["t1"] == erp.ok("GET", "tenants/t1")
    assert content["rental_agreement"]["a1"] == erp.ok("GET", "rental_agreements/a1")


def test_content_is_a_deep_copy(filled: EmbeddedKiwi) -> None:
    before = filled.content()
    filled.content()["rental_unit"]["u1"]["address"]["city"] = "elsewhere"
    filled.content()["rental_agreement"]["a1"]["state"]["actual"] = "Activated"
    assert filled.content() == before


def test_an_unknown_organization_is_empty(kiwi: EmbeddedKiwi) -> None:
    assert kiwi.content(7) == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    assert kiwi.active(7) == set()
    assert kiwi.access_points("u1", 7) == []


@pytest.mark.parametrize(
    ("kind", "change", "name"),
    [
        ("rental_unit", {"id": "u2"}, "RENTAL_UNIT_ALREADY_EXISTS"),
        ("tenant", {"id": "t2", "external_id": None}, "TENANT_ALREADY_EXISTS"),
        ("rental_agreement", {"id": "a2"}, "RENTAL_AGREEMENT_CREATE_ERROR"),
        ("rental_agreement", {}, "RENTAL_AGREEMENT_ALREADY_EXISTS"),
    ],
)
def test_hand_made_objects_collide_too(
    filled: EmbeddedKiwi, kind: str, change: dict[str, Any], name: str
) -> None:
    with pytest.raises(ApiError) as caught:
        filled.put_object(kind, HAND_MADE[kind] | change)
    assert caught.value.name == name


def test_hand_made_objects_may_lack_what_is_unique(kiwi: EmbeddedKiwi) -> None:
    kiwi.put_object("tenant", {"id": "x"})
    kiwi.put_object("tenant", {"id": "y"})
    assert kiwi.content()["tenant"]["y"]["external_id"] is None


def test_a_hand_made_agreement_can_have_access(filled: EmbeddedKiwi) -> None:
    agreement = {"id": "a2", "external_id": "a2", "state": {"actual": "Activated"}}
    filled.assign_door("u1", "front")
    filled.put_object("rental_agreement", HAND_MADE["rental_agreement"] | agreement)
    assert filled.content()["rental_agreement"]["a2"]["state"]["desired"] == "Active"
    assert filled.active() == {"a2"}
    assert filled.permissions() == {(TENANT["email_address"], "front")}


def test_objects_are_removed_by_hand(filled: EmbeddedKiwi) -> None:
    filled.assign_door("u1", "front")
    filled.set_access("a1", True)
    filled.take_door("u1", "front")
    with pytest.raises(ApiError):
        filled.remove_object("tenant", "t1")
    for kind, item in reversed(HAND_MADE.items()):
        filled.remove_object(kind, item["id"])
    assert filled.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    assert filled.deleted_with_access == []
    assert filled.permissions() == {(TENANT["email_address"], "front")}


def test_what_is_removed_by_hand_is_gone_for_a_second_hand(filled: EmbeddedKiwi) -> None:
    for kind, item in reversed(HAND_MADE.items()):
        filled.remove_object(kind, item["id"])
        with pytest.raises(ApiError) as caught:
            filled.remove_object(kind, item["id"])
        assert caught.value.status == 404


def test_a_hand_made_unit_keeps_its_address_for_all(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    kiwi.shared.addresses.race = 1
    kiwi.put_object("rental_unit", HAND_MADE["rental_unit"])
    moved = UNIT["address"] | {"lat": 1, "lng": 2}
    second = UNIT | {"rental_unit_id": "u2", "external_id": "u2", "address": moved}
    assert erp.ok("POST", "rental_units", second)["address"] == UNIT["address"]
    kiwi.put_object("rental_unit", {"id": "u3", "external_id": "u3", "name": "", "address": moved})
    assert kiwi.content()["rental_unit"]["u3"]["address"] == UNIT["address"]


def test_requests_are_noted_without_bodies(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    erp.new_token()
    erp("POST", "tenants", TENANT)
    erp("GET", "rental-agreements/a1/state?x=1")
    erp("GET", "tenants")
    noted = [(one.method, one.kind, one.id, one.status, one.organization_id) for one in kiwi.requests]
    assert noted == [
        ("POST", None, None, 200, None),
        ("POST", None, None, 200, None),
        ("POST", "tenant", "t1", 200, 42),
        ("GET", "rental_agreement", "a1", 404, 42),
        ("GET", "tenant", None, 200, 42),
    ]
    assert [one.seq for one in kiwi.requests] == [3, 4, 5, 6, 7]
    assert kiwi.requests[3].path == "/api/pre/organizations/42/rental-agreements/a1/state"
    assert "Anna" not in repr(kiwi.requests)
    assert "anna" not in repr(kiwi.requests)
    kiwi.clear_requests()
    assert kiwi.requests == []
    erp("GET", "tenants")
    assert [one.seq for one in kiwi.requests] == [8]


def test_concurrent_creations_have_one_winner_each(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    def create(number: int) -> int:
        key = f"u{number % 25}"
        body = UNIT | {"rental_unit_id": key, "external_id": key, "address": None}
        return erp("POST", "rental_units", body).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(create, range(100)))
    assert (statuses.count(200), statuses.count(400)) == (25, 75)
    assert len(kiwi.content()["rental_unit"]) == 25
    assert [one.seq for one in kiwi.requests] == list(range(3, 103))


def test_it_stops_with_connections_open_and_starts_again(http: httpx.Client) -> None:
    kiwi = EmbeddedKiwi()
    kiwi.add_account("user-42", PASSWORD)
    kiwi.put_object("tenant", HAND_MADE["tenant"])
    kiwi.start()
    with over_http(kiwi) as erp:
        assert erp("GET", "tenants/t1").status_code == 200
        kiwi.stop()
    with pytest.raises(httpx.TransportError):
        http.post(f"{erp.core}/v1/session")
    assert "t1" in kiwi.content()["tenant"]
    with kiwi.start(), over_http(kiwi) as erp:
        assert erp("GET", "tenants/t1").status_code == 200
    kiwi.stop()
