"""The oracle on addresses that are nobody's own."""

from typing import Any

import pytest

from tests.oracle import Expected, expected_content
from tests.unit.oracle.small import MANDANTEN, delta, full, lease, person, unit

INFO = "info@example.org"


def expected(*exports: Any, **settings: Any) -> Expected:
    return expected_content(list(exports), separator="-", mandanten=MANDANTEN, **settings)


def sharing(*numbers: str) -> list[Any]:
    return [person(number, email=INFO) for number in numbers]


def test_more_than_the_limit_have_nothing_and_their_agreements_neither() -> None:
    lists = {"u": [unit()], "m": sharing("1", "2", "3", "4"), "v": [lease()]}
    found = expected(full(1, **lists))
    assert (found.tenants, found.contested_tenants, found.rental_agreements) == ({}, {}, {})
    assert ("tenant", "0001-4", "placeholder_email") in found.skipped
    assert ("rental_agreement", "0001-1-1", "tenant_not_synchronized") in found.skipped
    assert set(expected(full(1, **lists), email_limit=4).contested_tenants) == {
        f"0001-{number}" for number in range(1, 5)
    }


def test_as_many_as_the_limit_contend_for_it() -> None:
    found = expected(full(1, m=sharing("1", "2", "3")))
    assert found.email_contenders == [{"0001-1", "0001-2", "0001-3"}]


def test_the_newest_word_counts() -> None:
    four = full(1, m=sharing("1", "2", "3", "4"))
    assert set(expected(four, delta(2, m=[person("4")])).contested_tenants) == {"0001-1", "0001-2", "0001-3"}
    assert (
        expected(four, delta(2, geloescht={"mieter": [{"mandant": "0001", "nummer": "1"}]})).skipped == set()
    )


def test_nobody_may_stay_under_a_former_address_that_is_a_placeholder() -> None:
    first = full(1, m=[person("1", email=INFO), person("2", email="b@example.org")])
    then = delta(2, m=[person("1", email="b@example.org"), *sharing("3", "4", "5", "6")])
    (claim,) = expected(first, then).contested_tenants["0001-1"]
    assert [former["email_address"] for former in claim.former] == ["b@example.org"]
    (claim,) = expected(first, then, email_limit=4).contested_tenants["0001-1"]
    assert [former["email_address"] for former in claim.former] == [INFO, "b@example.org"]


@pytest.mark.parametrize("blocked", [["info@example.org"], ["@example.org"], ["@org"]])
def test_what_is_blocked(blocked: list[str]) -> None:
    found = expected(full(1, m=sharing("1")), blocked=blocked)
    assert found.skipped == {("tenant", "0001-1", "placeholder_email")}
    found = expected(full(1, m=[person("1", email=f"{INFO}; a@example.net")]), blocked=blocked)
    assert found.tenants["0001-1"]["email_address"] == "a@example.net"


def test_what_was_chosen_under_former_settings_may_be_there_still() -> None:
    both = f"{INFO};b@example.net"
    exports = full(1, m=[person("1", email=both), person("2", email=INFO)])
    (claim,) = expected(exports, formerly_blocked=[[INFO]]).contested_tenants["0001-1"]
    assert {former["email_address"] for former in claim.former} == {INFO, "b@example.net"}
