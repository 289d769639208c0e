"""Errors: KIWI's own, the framework's, and connections that end."""

import httpx
import pytest
from kiwi_sandbox.kiwi import Faults

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import ADDRESS, AGREEMENT, TENANT, UNIT, without
from tests.contract.kiwi.table import HTTP, assumes, states


@states("KIWI's own errors have `name` and `message`.")
def name_and_message(kiwi: Kiwi) -> None:
    answer = kiwi("GET", "tenants/absent")
    assert answer.status_code == 404
    assert answer.json().keys() == {"name", "message"}
    assert answer.json()["name"].isupper()


@states("`details` (`field`, `issue`, `location`) are only on 422 `VALIDATION_ERROR`.")
def details_only_on_validation_errors(kiwi: Kiwi) -> None:
    answer = kiwi("POST", "tenants", without(TENANT, "first_name", "last_name"))
    assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")
    assert all(detail.keys() == {"field", "issue", "location"} for detail in answer.json()["details"])
    kiwi.tenant()
    assert "details" not in kiwi("POST", "tenants", TENANT).json()


@states("`field` begins with a slash for the body (`/email_address`).")
def a_slash_before_fields_of_the_body(kiwi: Kiwi) -> None:
    assert fields(kiwi("POST", "tenants", TENANT | {"email_address": "junk"})) == [("/email_address", "body")]
    unit = UNIT | {"address": ADDRESS | {"city": None}}
    assert fields(kiwi("POST", "rental_units", unit)) == [("/address/city", "body")]


@states("`field` has no slash for query or path (`include_access_points`).")
def no_slash_before_fields_of_the_query(kiwi: Kiwi) -> None:
    assert fields(kiwi("GET", "rental_units")) == [("include_access_points", "query")]
    assert fields(kiwi.send("GET", kiwi.url("tenants", "x"), headers=kiwi.bearer)) == [
        ("organization_id", "path")
    ]


@states('An unknown route is the framework\'s 404, `{"detail": …}`, without a name.')
def unknown_route(kiwi: Kiwi) -> None:
    for path in (
        "elsewhere",
        "elsewhere/",
        "rental-agreements",
        "rental_agreements/a1/state",
        "rental_units/u1/access_points",
        "access-points/elsewhere",
        "tenants//t1",
    ):
        answer = kiwi("GET", path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"}), path
    answer = kiwi.send("GET", f"{kiwi.root}/elsewhere")
    assert (answer.status_code, answer.json().keys()) == (404, {"detail"})


@states('A wrong method is the framework\'s 405, `{"detail": …}`; there is no PATCH.')
def wrong_method(kiwi: Kiwi) -> None:
    for method, path in (
        ("PATCH", "tenants/t1"),
        ("DELETE", "tenants"),
        ("PUT", "rental_units"),
        ("POST", "rental_agreements/a1"),
        ("OPTIONS", "tenants"),
        ("GET", "rental-agreements/a1/reconcile"),
    ):
        answer = kiwi(method, path)
        assert (answer.status_code, answer.json().keys()) == (405, {"detail"}), path
    assert kiwi.send("GET", f"{kiwi.core}/v1/session").status_code == 405


@states('A body that is not UTF-8 is the framework\'s 400, `{"detail": …}`.')
def body_that_is_not_utf_8(kiwi: Kiwi) -> None:
    content = '{"first_name": "Müller"}'.encode("latin-1")
    answer = kiwi.send("POST", kiwi.url("tenants"), headers=kiwi.bearer, content=content)
    assert (answer.status_code, answer.json().keys()) == (400, {"detail"})


@states("A trailing slash is answered with 307.")
def trailing_slash(kiwi: Kiwi) -> None:
    answer = kiwi("GET", "tenants/")
    assert answer.status_code == 307
    assert answer.headers["Location"] == kiwi.url("tenants")
    answer = kiwi("GET", "rental_units/?include_access_points=true")
    assert answer.headers["Location"] == kiwi.url("rental_units?include_access_points=true")
    assert kiwi("PUT", "tenants/t1/", TENANT).status_code == 307
    assert kiwi.embedded.content()["tenant"] == {}


@assumes("The framework answers before anybody looks at the token.")
def the_framework_answers_first(kiwi: Kiwi) -> None:
    assert kiwi.send("GET", kiwi.url("elsewhere")).status_code == 404
    assert kiwi.send("PATCH", kiwi.url("tenants")).status_code == 405
    assert kiwi.send("GET", kiwi.url("tenants/")).status_code == 307


@states(
    "After every 500 the connection is closed without a word: the next request on it gets a reset.",
    over=(HTTP,),
)
def a_500_closes_the_connection(kiwi: Kiwi) -> None:
    kiwi.leased()
    connections = kiwi.connections
    assert connections.delete(kiwi.url("tenants/t1"), headers=kiwi.bearer).status_code == 500
    with pytest.raises(httpx.ReadError, match="reset"):
        connections.get(kiwi.url("tenants/t1"), headers=kiwi.bearer)
    assert connections.get(kiwi.url("tenants/t1"), headers=kiwi.bearer).status_code == 200


@assumes("Any other error leaves the connection open.", over=(HTTP,))
def another_error_keeps_the_connection(kiwi: Kiwi) -> None:
    opened = []
    kiwi.connections.event_hooks = {"response": [lambda answer: opened.append(local_port(answer))]}
    assert kiwi("GET", "tenants/absent").status_code == 404
    assert kiwi("POST", "tenants", {}).status_code == 422
    assert kiwi("GET", "elsewhere").status_code == 404
    assert kiwi("GET", "tenants/").status_code == 307
    assert kiwi("GET", "tenants").status_code == 200
    assert len({*opened}) == 1


def local_port(answer: httpx.Response) -> object:
    """Our end of the connection that the answer came over."""
    return answer.extensions["network_stream"].get_extra_info("client_addr")


@assumes("A body that is no JSON object is 422.")
def body_that_is_no_object(kiwi: Kiwi) -> None:
    for content in (b"", b"null", b"[]", b'"text"', b"{junk"):
        for resource in ("rental_units", "tenants", "rental_agreements"):
            answer = kiwi.send("POST", kiwi.url(resource), headers=kiwi.bearer, content=content)
            assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")


@assumes("A NUL in any text is a 500.")
def nul_in_a_text(kiwi: Kiwi) -> None:
    broken = (500, "UNEXPECTED_ERROR")
    for field in ("external_id", "first_name", "last_name"):
        assert kiwi.refused("POST", "tenants", TENANT | {field: "a\0"}) == broken
    for field in ("rental_unit_id", "external_id", "name"):
        assert kiwi.refused("POST", "rental_units", UNIT | {field: "a\0"}) == broken
    for field in ("external_id", "tenant_id", "rental_unit_id"):
        assert kiwi.refused("POST", "rental_agreements", AGREEMENT | {field: "a\0"}) == broken
    assert kiwi.refused("POST", "rental_units", UNIT | {"address": ADDRESS | {"city": "a\0"}}) == broken
    content = kiwi.embedded.content()
    assert [content["tenant"], content["rental_unit"]] == [{}, {}]


@assumes("A NUL where a text has a form of its own is 422 like any other.")
def nul_in_a_form(kiwi: Kiwi) -> None:
    kiwi.leased()
    for field in ("tenant_id", "email_address"):
        assert fields(kiwi("POST", "tenants", TENANT | {field: "a\0"})) == [(f"/{field}", "body")]
    for field in ("rental_agreement_id", "start_at", "end_at"):
        body = AGREEMENT | {field: "a\0"}
        assert fields(kiwi("POST", "rental_agreements", body)) == [(f"/{field}", "body")]


@assumes("Retry-After comes with 429 and 503.")
def retry_after(kiwi: Kiwi) -> None:
    assert kiwi.bearer
    for faults, status in (
        (Faults(rate_429=1, retry_after=2), 429),
        (Faults(outage=True, retry_after=2), 503),
    ):
        kiwi.embedded.faults = faults
        answer = kiwi("GET", "tenants")
        assert (answer.status_code, answer.headers["Retry-After"]) == (status, "2")


@states("GET /api/pre/health/ready (204 or 503) needs no token.")
def health(kiwi: Kiwi) -> None:
    answer = kiwi.send("GET", f"{kiwi.erp}/health/ready")
    assert (answer.status_code, answer.content) == (204, b"")
    kiwi.embedded.faults = Faults(outage=True, login=False)
    assert kiwi.send("GET", f"{kiwi.erp}/health/ready").status_code == 503
