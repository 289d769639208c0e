"""Requests, answers and repetitions."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from kiwi_sync.kiwi.client import KiwiClient, new_http_client
from kiwi_sync.kiwi.errors import KiwiAway, KiwiBroken
from kiwi_sync.kiwi.models import FoundObject, Kind, Payload

from tests.unit.layer.kiwi.scripted import (
    AGREEMENT,
    TENANT,
    UNIT,
    Kiwi,
    Rig,
    below,
    body_of,
    complains,
    fails,
    says,
    says_text,
)

STORED = {"id": "t7", "organization_id": 42, **TENANT.model_dump()}
PATHS = {
    Kind.RENTAL_UNIT: "rental_units",
    Kind.TENANT: "tenants",
    Kind.RENTAL_AGREEMENT: "rental_agreements",
}
EXAMPLES: list[tuple[Kind, Payload]] = [
    (Kind.RENTAL_UNIT, UNIT),
    (Kind.TENANT, TENANT),
    (Kind.RENTAL_AGREEMENT, AGREEMENT),
]


@pytest.mark.parametrize(("kind", "payload"), EXAMPLES)
def test_every_kind_is_created_read_and_deleted(kind: Kind, payload: Payload) -> None:
    kiwi = Kiwi(says(200, {"id": "x1", **payload.model_dump()}))
    client = Rig(kiwi).client
    client.create(kind, "x1", payload)
    assert client.get(kind, "x1") == FoundObject(kind=kind, id="x1", payload=payload)
    path, state = PATHS[kind], []
    if kind is Kind.RENTAL_AGREEMENT:
        state = ["GET rental-agreements/x1/state"]
        withdrawn = {"id": "s", "desired": "Inactive", "actual": "Created", "status": "OK"}
        kiwi.answers = [says(200, withdrawn), says(200, {})]
    assert client.delete(kind, "x1") is True
    assert kiwi.seen == [f"POST {path}", f"GET {path}/x1", *state, f"DELETE {path}/x1"]
    assert body_of(kiwi.requests[0]) == {f"{kind}_id": "x1", **payload.model_dump()}
    assert {request.content for request in kiwi.requests[1:]} == {b""}


@pytest.mark.parametrize(("kind", "payload"), EXAMPLES)
def test_an_update_sends_what_kiwi_can_change(kind: Kind, payload: Payload) -> None:
    kiwi = Kiwi(says(200, {}))
    Rig(kiwi).client.update(kind, "x1", payload)
    assert kiwi.seen == [f"PUT {PATHS[kind]}/x1"]
    expected = payload.model_dump()
    if kind is Kind.RENTAL_AGREEMENT:
        expected = {"start_at": AGREEMENT.start_at, "end_at": AGREEMENT.end_at}
    assert body_of(kiwi.requests[0]) == expected


@pytest.mark.parametrize(("kind", "payload"), EXAMPLES)
def test_a_write_says_what_kiwi_holds_now(kind: Kind, payload: Payload) -> None:
    client = Rig(Kiwi(says(200, {"id": "x1", **payload.model_dump()}))).client
    there = FoundObject(kind=kind, id="x1", payload=payload)
    assert client.create(kind, "x1", payload) == client.update(kind, "x1", payload) == there


@pytest.mark.parametrize("body", [None, {}, [], "text", 7, {"id": 7}, {"id": "x1", "external_id": []}])
@pytest.mark.parametrize(("kind", "payload"), EXAMPLES)
def test_a_write_whose_answer_says_nothing_has_succeeded(kind: Kind, payload: Payload, body: Any) -> None:
    client = Rig(Kiwi(says(200, body))).client
    assert client.create(kind, "x1", payload) is None
    assert client.update(kind, "x1", payload) is None


def test_a_unit_without_address_says_so() -> None:
    kiwi = Kiwi(says(200, {}))
    Rig(kiwi).client.create(Kind.RENTAL_UNIT, "u1", UNIT.model_copy(update={"address": None}))
    assert body_of(kiwi.requests[0])["address"] is None


def test_lists() -> None:
    kiwi = Kiwi(says(200, [STORED, {**STORED, "id": "t8"}]))
    client = Rig(kiwi).client
    assert [found["id"] for found in client.list(Kind.TENANT)] == ["t7", "t8"]
    assert [found["id"] for found in client.list(Kind.TENANT)] == ["t7", "t8"]
    assert kiwi.seen == ["GET tenants", "GET tenants"]


def test_a_list_of_units_says_whether_with_access_points() -> None:
    kiwi = Kiwi(says(200, []))
    client = Rig(kiwi).client
    assert client.list(Kind.RENTAL_UNIT) == []
    assert client.list(Kind.RENTAL_AGREEMENT) == []
    assert kiwi.seen == ["GET rental_units?include_access_points=false", "GET rental_agreements"]


@pytest.mark.parametrize("body", [{"tenants": []}, None, 7])
def test_a_list_that_is_none_is_broken(body: Any) -> None:
    with pytest.raises(KiwiBroken) as caught:
        Rig(Kiwi(says(200, body))).client.list(Kind.TENANT)
    assert "erika" not in str(caught.value).lower()


def test_ids_are_quoted_into_paths() -> None:
    kiwi = Kiwi(says(200, {}))
    client = Rig(kiwi).client
    client.delete(Kind.TENANT, "a/b?c d|ü")
    assert below(kiwi.requests[0]) == "tenants/a%2Fb%3Fc%20d%7C%C3%BC"


@pytest.mark.parametrize("id_", ["", ".", ".."])
def test_an_id_that_leads_elsewhere_is_not_sent(id_: str) -> None:
    kiwi = Kiwi(says(200, {}))
    with pytest.raises(ValueError, match="another path"):
        Rig(kiwi).client.delete(Kind.TENANT, id_)
    assert kiwi.requests == []


def test_back_off_doubles_with_jitter() -> None:
    rig = Rig(Kiwi(complains(503, "UNAVAILABLE")), attempts=6)
    with pytest.raises(KiwiAway):
        rig.client.get(Kind.TENANT, "t7")
    assert len(rig.pauses) == 5
    for nth, pause in enumerate(rig.pauses):
        assert 0.5 <= pause / (0.2 * 2**nth) <= 1.5
    assert len({pause / 2**nth for nth, pause in enumerate(rig.pauses)}) == 5


@pytest.mark.parametrize(
    "do",
    [lambda client: client.get(Kind.TENANT, "t7"), lambda client: client.create(Kind.TENANT, "t7", TENANT)],
)
def test_what_passes_is_not_noticed(do: Callable[[KiwiClient], object]) -> None:
    kiwi = Kiwi(says_text(429, ""), fails(httpx.ConnectError("refused")), says(200, STORED))
    do(Rig(kiwi).client)
    assert len(kiwi.requests) == 3


def test_a_short_retry_after_is_waited_for() -> None:
    rig = Rig(Kiwi(says_text(429, "", Retry_After="2"), says(200, STORED)))
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert rig.pauses == [2.0]


def test_the_back_off_is_kept_when_it_is_longer_than_retry_after() -> None:
    rig = Rig(Kiwi(says_text(429, "", Retry_After="0"), says(200, STORED)))
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert rig.pauses[0] >= 0.1


@pytest.mark.parametrize("status", [429, 503, 502])
def test_a_long_retry_after_is_passed_on_at_once(status: int) -> None:
    kiwi = Kiwi(says_text(status, "", Retry_After="3"))
    rig = Rig(kiwi)
    with pytest.raises(KiwiAway) as caught:
        rig.client.get(Kind.TENANT, "t7")
    assert caught.value.retry_after == 3.0
    assert (len(kiwi.requests), rig.pauses) == (1, [])


def test_the_last_retry_after_is_passed_on() -> None:
    with pytest.raises(KiwiAway) as caught:
        Rig(Kiwi(says_text(503, "", Retry_After="1"))).client.get(Kind.TENANT, "t7")
    assert caught.value.retry_after == 1.0


def test_the_pool_has_every_time_out_and_no_ear_for_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    with new_http_client(connect=1, read=2, write=3, pool=4) as http:
        assert http.timeout == httpx.Timeout(connect=1, read=2, write=3, pool=4)
        assert not http.trust_env
        assert not http.follow_redirects


def test_close_closes_the_pool() -> None:
    rig = Rig(Kiwi(says(200, STORED)))
    rig.client.close()
    assert rig.http.is_closed
