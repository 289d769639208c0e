"""Agreements: their dates, and what they hold fast."""

from typing import Any

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import AGREEMENT, TENANT, another
from tests.contract.kiwi.table import assumes, states

BROKEN = (500, "UNEXPECTED_ERROR")


def refusals(kiwi: Kiwi, **term: Any) -> list[tuple[int, str]]:
    """The errors that a term meets, to create and to update; nothing changes."""
    before = kiwi.embedded.content()
    requests = (("POST", "rental_agreements"), ("PUT", "rental_agreements/a1"))
    met = [kiwi.refused(*request, another("rental_agreements", "a2") | term) for request in requests]
    assert kiwi.embedded.content() == before
    return met


def not_a_date_time(kiwi: Kiwi, *values: Any) -> None:
    """Each of the values is refused with 422, as a start and as an end."""
    kiwi.leased()
    for field in ("start_at", "end_at"):
        for value in values:
            assert refusals(kiwi, **{field: value}) == [(422, "VALIDATION_ERROR")] * 2, value
            answer = kiwi("PUT", "rental_agreements/a1", AGREEMENT | {field: value})
            assert fields(answer) == [(f"/{field}", "body")]


@states("`start_at` and `end_at` are date-times with a time zone.")
def dates_are_date_times(kiwi: Kiwi) -> None:
    not_a_date_time(
        kiwi, "", "soon", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", 1
    )


@assumes("Other forms of ISO 8601 than that of a date-time are 422.")
def other_forms_of_iso_8601(kiwi: Kiwi) -> None:
    not_a_date_time(kiwi, "20260101T000000Z", "2026-W01-1T00:00:00Z", "2026-01-01T00Z", "2026-001T00:00:00Z")


@states("A bare date is 422.")
def bare_dates(kiwi: Kiwi) -> None:
    not_a_date_time(kiwi, "2026-01-01")


@states("Offsets with seconds are 422.")
def offsets_with_seconds(kiwi: Kiwi) -> None:
    not_a_date_time(kiwi, "2026-01-01T00:00:00+00:53:28")


@states("One naive and one aware: 500.")
def naive_and_aware(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert refusals(kiwi, start_at="2026-01-01T00:00:00") == [BROKEN] * 2
    assert refusals(kiwi, end_at="2027-01-01T00:00:00") == [BROKEN] * 2


@states("Dates are read back in UTC with `Z`.")
def dates_are_read_back_in_utc(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert kiwi.ok("GET", "rental_agreements/a1")["start_at"] == "2025-12-31T23:00:00Z"
    term = {"start_at": "2026-07-01T00:00:00+02:00", "end_at": "2026-07-01T12:00:00.500-03:30"}
    read = kiwi.ok("PUT", "rental_agreements/a1", term)
    assert (read["start_at"], read["end_at"]) == ("2026-06-30T22:00:00Z", "2026-07-01T15:30:00.500000Z")


@states("`end_at` cannot be null.")
def an_end_cannot_be_null(kiwi: Kiwi) -> None:
    not_a_date_time(kiwi, None)


@states("An open-ended lease is `9999-12-31T23:59:59Z`.")
def an_open_end(kiwi: Kiwi) -> None:
    assert kiwi.leased().ok("GET", "rental_agreements/a1")["end_at"] == "9999-12-31T23:59:59Z"


@states("`end_at < start_at` is 400 `INVALID_START_OR_END_DATE`.")
def an_end_before_the_start(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert refusals(kiwi, end_at="2025-12-31T22:59:59Z") == [(400, "INVALID_START_OR_END_DATE")] * 2
    same = {"start_at": "2026-01-01T00:00:00+01:00", "end_at": "2025-12-31T23:00:00Z"}
    assert kiwi.ok("PUT", "rental_agreements/a1", same)["end_at"] == same["end_at"]


@assumes("An agreement that is absent is 404, however wrong the order of its dates; their form comes first.")
def an_absent_agreement_has_no_dates(kiwi: Kiwi) -> None:
    absent = "rental_agreements/absent"
    wrong_order = {"start_at": "2026-01-01T00:00:00Z", "end_at": "2025-01-01T00:00:00Z"}
    assert kiwi.refused("PUT", absent, wrong_order) == (404, "RENTAL_AGREEMENT_NOT_FOUND")
    assert kiwi.refused("PUT", absent, wrong_order | {"end_at": "soon"}) == (422, "VALIDATION_ERROR")


@states("Agreements: an update takes **only** `start_at` and `end_at`; all else is ignored without a word.")
def update_of_an_agreement(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("POST", "tenants", another("tenants", "t2"))
    kiwi.ok("POST", "rental_units", another("rental_units", "u2"))
    before = kiwi.ok("GET", "rental_agreements/a1")
    term = {"start_at": "2026-02-01T00:00:00Z", "end_at": "2026-12-31T00:00:00Z"}
    ignored = {"tenant_id": "t2", "rental_unit_id": None, "external_id": "x", "rental_agreement_id": "a9"}
    state = {"state": before["state"] | {"desired": "Active"}}
    assert kiwi.ok("PUT", "rental_agreements/a1", term | ignored | state) == before | term
    assert kiwi.ok("GET", "rental_agreements/a1") == before | term


@assumes("An update of an agreement needs both dates.")
def an_update_needs_both_dates(kiwi: Kiwi) -> None:
    kiwi.leased()
    for field in ("start_at", "end_at"):
        answer = kiwi("PUT", "rental_agreements/a1", {field: AGREEMENT[field]})
        assert answer.status_code == 422


@states("**KIWI stores the dates and never acts on them** (snapshot): access stays on after the end.")
def dates_are_never_acted_on(kiwi: Kiwi) -> None:
    kiwi.leased()
    past = {"start_at": "2001-01-01T00:00:00Z", "end_at": "2002-01-01T00:00:00Z"}
    kiwi.ok("PUT", "rental_agreements/a1", past)
    assert kiwi.switch("Active") == ("Active", "Activated", "OK")


@states("One tenant per agreement; a tenant or a unit may have several agreements.")
def several_agreements(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("POST", "rental_agreements", another("rental_agreements", "a2"))
    assert len(kiwi.ok("GET", "rental_agreements")) == 2


@states("Another tenant, unit or external id means: delete and create anew.")
def another_tenant_is_another_agreement(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("POST", "tenants", another("tenants", "t2"))
    before = kiwi.state()["id"]
    kiwi.ok("DELETE", "rental_agreements/a1")
    assert kiwi.agreement(tenant_id="t2")["tenant"]["id"] == "t2"
    assert kiwi.shape() == ("Inactive", "Created", "OK")
    assert kiwi.state()["id"] != before


@states("While an agreement exists, `DELETE` of its tenant or unit is 500 `UNEXPECTED_ERROR`.")
def parents_of_an_agreement(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("POST", "rental_agreements", another("rental_agreements", "a2"))
    for agreement in ("a1", "a2"):
        for path in ("tenants/t1", "rental_units/u1"):
            assert kiwi.refused("DELETE", path) == BROKEN
            assert kiwi("GET", path).status_code == 200
        kiwi.ok("DELETE", f"rental_agreements/{agreement}")
    for path in ("tenants/t1", "rental_units/u1"):
        kiwi.ok("DELETE", path)


@assumes("Parents of an agreement can be changed.")
def parents_can_be_changed(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("PUT", "tenants/t1", TENANT | {"first_name": "Berta"})
    kiwi.ok("PUT", "rental_units/u1", another("rental_units", "u9"))
    assert kiwi.refused("DELETE", "tenants/t1") == BROKEN
    assert kiwi.refused("DELETE", "rental_units/u1") == BROKEN
