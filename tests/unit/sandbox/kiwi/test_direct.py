"""The embedded KIWI without sockets: the answers are those that it gives over HTTP."""

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.kiwi.direct import DirectWire

PATHS = ("/v1/health", "/nowhere", "/pre/organizations/42/tenants", "/pre/organizations/42/tenants/?a=b")


@pytest.mark.parametrize("path", PATHS)
def test_answers_are_the_same_as_over_http(path: str) -> None:
    with EmbeddedKiwi() as kiwi, httpx.Client() as http:
        url = kiwi.erp_api_url + path
        with httpx.Client(transport=DirectWire(kiwi.service)) as direct:
            over, past = (client.get(url) for client in (http, direct))
    assert (past.status_code, past.content) == (over.status_code, over.content)
    assert past.headers.get("location") == over.headers.get("location")


def test_a_connection_that_breaks_is_an_error_of_reading() -> None:
    with EmbeddedKiwi() as kiwi, httpx.Client(transport=DirectWire(kiwi.service)) as direct:
        kiwi.faults = Faults(rate_reset_before=1)
        with pytest.raises(httpx.ReadError):
            direct.get(kiwi.api_url)
