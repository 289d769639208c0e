"""An embedded KIWI over sockets, changed from outside by tests and local runs."""

from collections.abc import Iterator

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi

from tests.contract.kiwi.client import PASSWORD, Kiwi, over_http, plain_connections


@pytest.fixture
def kiwi() -> Iterator[EmbeddedKiwi]:
    """A server for one test."""
    with EmbeddedKiwi(seed=7) as kiwi:
        kiwi.add_account("user-42", PASSWORD)
        yield kiwi


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """Connections for all tests of a module."""
    with plain_connections() as http:
        yield http


@pytest.fixture
def erp(kiwi: EmbeddedKiwi) -> Iterator[Kiwi]:
    """Its organization 42, logged in, with the log-in forgotten."""
    with over_http(kiwi) as erp:
        assert erp.bearer
        kiwi.clear_requests()
        yield erp
