"""One server for most tests, and for each test an organization of its own in it."""

import itertools
from collections.abc import Iterator

import httpx
import pytest
from kiwi_local.kiwi import EmbeddedKiwi

from tests.unit.local.kiwi.helpers import AGREEMENT, PASSWORD, TENANT, UNIT, Erp

_organizations = itertools.count(100)


@pytest.fixture(scope="module")
def shared() -> Iterator[EmbeddedKiwi]:
    """A server for tests that change nothing but their organization's content."""
    with EmbeddedKiwi() as kiwi:
        yield kiwi


@pytest.fixture
def kiwi() -> Iterator[EmbeddedKiwi]:
    """A server for one test."""
    with EmbeddedKiwi(seed=7) as kiwi:
        kiwi.add_account("user-42", PASSWORD)
        yield kiwi


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    """Connections for all tests of a module: a client is slow to build."""
    with httpx.Client(timeout=5, trust_env=False) as http:
        yield http


@pytest.fixture
def erp(shared: EmbeddedKiwi, http: httpx.Client) -> Erp:
    """An organization without content."""
    organization_id = next(_organizations)
    shared.add_account(f"user-{organization_id}", PASSWORD, organization_id)
    return Erp(shared, http, organization_id)


@pytest.fixture
def parents(erp: Erp) -> Erp:
    """An organization with one unit and one tenant."""
    assert erp("POST", "rental_units", UNIT).status_code == 200
    assert erp("POST", "tenants", TENANT).status_code == 200
    return erp


@pytest.fixture
def leased(parents: Erp) -> Erp:
    """An organization with one unit, one tenant and the agreement between them."""
    assert parents("POST", "rental_agreements", AGREEMENT).status_code == 200
    return parents
