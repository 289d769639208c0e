import time
from collections import Counter
from dataclasses import replace

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults

from tests.contract.kiwi.client import PASSWORD, Kiwi
from tests.contract.kiwi.objects import UNIT


def units(kiwi: EmbeddedKiwi) -> set[str]:
    return set(kiwi.content()["rental_unit"])


@pytest.mark.parametrize(
    ("faults", "status", "name"),
    [
        (Faults(rate_429=1), 429, "TOO_MANY_REQUESTS"),
        (Faults(rate_503=1), 503, "SERVICE_UNAVAILABLE"),
        (Faults(rate_500=1), 500, "UNEXPECTED_ERROR"),
        (Faults(outage=True), 503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_an_answered_fault_has_no_effect(
    kiwi: EmbeddedKiwi, erp: Kiwi, faults: Faults, status: int, name: str
) -> None:
    kiwi.faults = faults
    answer = erp("POST", "rental_units", UNIT)
    assert (answer.status_code, answer.json()["name"]) == (status, name)
    assert "Retry-After" not in answer.headers
    assert units(kiwi) == set()
    assert [(one.status, one.id) for one in kiwi.requests] == [(status, "u1")]


@pytest.mark.parametrize(
    ("faults", "fault", "held"),
    [
        (Faults(rate_reset_before=1), "reset_before", set()),
        (Faults(rate_reset_after=1), "reset_after", {"u1"}),
    ],
)
def test_a_reset_comes_before_or_after_the_effect(
    kiwi: EmbeddedKiwi, erp: Kiwi, faults: Faults, fault: str, held: set[str]
) -> None:
    kiwi.faults = faults
    with pytest.raises(httpx.ReadError, match="reset"):
        erp("POST", "rental_units", UNIT)
    kiwi.faults = Faults()
    assert units(kiwi) == held
    assert [(one.status, one.fault) for one in kiwi.requests] == [(None, fault)]
    assert erp("GET", "tenants").status_code == 200


@pytest.mark.parametrize(("seconds", "header"), [(3, "3"), (0, "0"), (0.5, "0.5")])
@pytest.mark.parametrize("faults", [Faults(rate_429=1), Faults(rate_503=1), Faults(outage=True)])
def test_retry_after(kiwi: EmbeddedKiwi, erp: Kiwi, faults: Faults, seconds: float, header: str) -> None:
    kiwi.faults = replace(faults, retry_after=seconds)
    assert erp("GET", "tenants").headers["Retry-After"] == header


def test_outage_windows_go_by_request_number(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    kiwi.faults = Faults(outage_windows=((4, 5), (7, 7)))
    statuses = [erp("GET", "tenants").status_code for _ in range(6)]
    assert statuses == [200, 503, 503, 200, 503, 200]
    assert [one.fault for one in kiwi.requests] == [None, "outage", "outage", None, "outage", None]


@pytest.mark.parametrize(("login", "status"), [(True, 503), (False, 200)])
def test_log_in_can_be_spared(kiwi: EmbeddedKiwi, http: httpx.Client, login: bool, status: int) -> None:
    kiwi.faults = Faults(outage=True, login=login)
    body = {"username": "user-42", "password": PASSWORD}
    assert http.post(f"{kiwi.api_url}/v1/session", json=body).status_code == status


def sequence(http: httpx.Client, seed: int) -> list[str | None]:
    with EmbeddedKiwi(seed=seed) as kiwi:
        kiwi.faults = Faults.mixed(0.5)
        for _ in range(60):
            try:
                http.get(f"{kiwi.erp_api_url}/organizations/42/tenants")
            except httpx.ReadError:
                continue
        return [one.fault for one in kiwi.requests]


def test_a_seed_tells_the_sequence(http: httpx.Client) -> None:
    assert sequence(http, 1) == sequence(http, 1)
    assert sequence(http, 1) != sequence(http, 2)


def test_mixed_spreads_evenly() -> None:
    faults = Faults.mixed(0.2)
    picked = Counter(faults.pick(1, draw / 1000) for draw in range(1000))
    assert picked.pop(None) == pytest.approx(800, abs=3)
    assert picked.keys() == {"429", "503", "500", "reset_before", "reset_after"}
    assert all(count == pytest.approx(40, abs=2) for count in picked.values())


@pytest.mark.parametrize("rates", [(-0.1, 0.0), (0.6, 0.6)])
def test_rates_must_be_shares(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="at most 1"):
        Faults(rate_429=rates[0], rate_503=rates[1])


def test_latency_outlasts_an_impatient_client_and_the_write_still_happens(
    kiwi: EmbeddedKiwi, http: httpx.Client
) -> None:
    body = {"username": "user-42", "password": PASSWORD}
    kiwi.faults = Faults(latency=0.5)
    with pytest.raises(httpx.ReadTimeout):
        http.post(f"{kiwi.api_url}/v1/session", json=body, timeout=httpx.Timeout(5, read=0.01))
    assert kiwi.requests == []
    deadline = time.monotonic() + 5
    while not kiwi.requests and time.monotonic() < deadline:
        time.sleep(0.005)
    assert [one.status for one in kiwi.requests] == [200]
