"""An embedded KIWI for each row, over sockets or without."""

from collections.abc import Iterator

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi
from kiwi_sandbox.kiwi.direct import DirectWire
from kiwi_sandbox.kiwi.routes import CORE

from tests.contract.kiwi.client import PASSWORD, Kiwi, over_http
from tests.contract.kiwi.table import HTTP


@pytest.fixture
def kiwi(transport: str) -> Iterator[Kiwi]:
    """An empty organization 42, in a KIWI where nobody races for addresses."""
    embedded = EmbeddedKiwi()
    embedded.shared.addresses.race = 0
    embedded.add_account("user-42", PASSWORD)
    if transport == HTTP:
        with embedded, over_http(embedded) as kiwi:
            yield kiwi
    else:
        embedded.service.accounts.issuer = f"http://kiwi{CORE}"
        wire = DirectWire(embedded.service)
        with Kiwi(embedded, "http://kiwi", lambda: httpx.Client(transport=wire)) as kiwi:
            yield kiwi
