"""A first load of many houses, by several containers at once: KIWI refuses neighbours that race."""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sync.kiwi.auth import Credentials, KiwiLogin
from kiwi_sync.kiwi.client import KiwiClient, new_http_client
from kiwi_sync.kiwi.models import Address, Kind, RentalUnit

UNITS, HOUSES, CONTAINERS, AT_ONCE, BATCH = 2_000, 200, 3, 10, 10
EXTRA = 0.05
"""The share of requests that may be spent on races."""


class Gate:
    """Lets every log-in through."""

    def permit(self, version: str) -> None: ...

    def accepted(self, version: str) -> None: ...

    def refused(self, version: str) -> None: ...


@pytest.fixture
def kiwi() -> Iterator[EmbeddedKiwi]:
    with EmbeddedKiwi(seed=4) as kiwi:
        kiwi.add_account("user", "secret")
        yield kiwi


def client(kiwi: EmbeddedKiwi) -> KiwiClient:
    """The client of a container of its own, logged in."""
    login = KiwiLogin(kiwi.api_url, "/v1/access_token", lambda: Credentials("user", "secret", "1"), Gate())
    client = KiwiClient(new_http_client(connections=AT_ONCE), kiwi.erp_api_url, login)
    client.organization()
    return client


def units() -> list[tuple[str, RentalUnit]]:
    """Neighbours stand next to each other, as in every export; houses are of different sizes."""
    rng = random.Random(1)
    houses = sorted([*range(HOUSES), *(rng.randrange(HOUSES) for _ in range(UNITS - HOUSES))])
    return [(f"unit-{number}", unit(number, house)) for number, house in enumerate(houses)]


def unit(number: int, house: int) -> RentalUnit:
    address = Address(
        street=f"Weg {house}", postal_code="50667", city="Köln", state="NW", country="DE", lat=50.9, lng=6.9
    )
    return RentalUnit(external_id=f"0001-{house}-{number}", name="", address=address)


def test_a_first_load_refuses_nobody_and_costs_few_requests_more(kiwi: EmbeddedKiwi) -> None:
    everything = units()
    batches = [everything[begin : begin + BATCH] for begin in range(0, UNITS, BATCH)]
    clients = [client(kiwi) for _ in range(CONTAINERS)]
    waiting = iter(batches)

    def container(one: KiwiClient) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for batch in waiting:
                list(pool.map(lambda item: one.create(Kind.RENTAL_UNIT, *item), batch))

    with ThreadPoolExecutor(CONTAINERS) as pool:
        list(pool.map(container, clients))
    for one in clients:
        one.close()
    statuses = Counter(request.status for request in kiwi.requests if request.kind == "rental_unit")
    assert len(kiwi.content()["rental_unit"]) == UNITS
    assert statuses[200] == UNITS
    assert statuses[400] > 0, "nobody raced: this shows nothing"
    assert statuses.total() <= UNITS * (1 + EXTRA), statuses
