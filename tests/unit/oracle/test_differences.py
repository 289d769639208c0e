"""The comparison, and contested e-mail addresses and external ids."""

from typing import Any

import pytest

from tests.generate import random_history
from tests.oracle import Expected, differences, expected_content
from tests.unit.oracle.small import (
    MANDANTEN,
    Content,
    Json,
    content_of,
    delta,
    full,
    lease,
    person,
    put_agreement,
    put_tenant,
    put_unit,
    unit,
)

PLACE: Json = {
    "strasse": "Weg",
    "plz": "1",
    "ort": "Köln",
    "bundesland": "NRW",
    "latitude": 1,
    "longitude": 2,
}
EVERYTHING: dict[str, Any] = {"u": [unit(**PLACE)], "m": [person()], "v": [lease()]}


def _expected(*exports: Json) -> Expected:
    return expected_content(exports, separator="-", mandanten=MANDANTEN)


@pytest.mark.parametrize("seed", range(40))
def test_no_differences_where_everything_is_as_it_should_be(seed: int) -> None:
    expected = _expected(*random_history(seed))
    content = content_of(expected)
    _settle(expected, content)
    assert differences(expected, content) == []


def _settle(expected: Expected, content: Content) -> None:
    """Lets the first claimant of everything contested have it."""
    for name, units in expected.contested_units.items():
        put_unit(content, name, units[0].content)
    taken = {tenant["email_address"] for tenant in content["tenant"].values()}
    for name, tenants in expected.contested_tenants.items():
        if tenants[0].content["email_address"] not in taken:
            taken.add(tenants[0].content["email_address"])
            put_tenant(content, name, tenants[0].content)
    here = {item["external_id"] for item in content["tenant"].values()}
    for name, agreements in expected.contested_agreements.items():
        for claim in agreements:
            units = expected.contested_units.get(claim.content["rental_unit"], ())
            if claim.content["tenant"] in here and (not units or units[0].key == claim.unit_key):
                put_agreement(content, name, claim.content)
                break


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("rental_unit", {"name": "anders"}),
        ("rental_unit", {"address": None}),
        ("rental_unit", {"external_id": "anders"}),
        ("tenant", {"email_address": "anders@example.org"}),
        ("tenant", {"first_name": "anders"}),
        ("tenant", {"last_name": "anders"}),
        ("rental_agreement", {"start_at": "2026-01-01T00:00:00Z"}),
        ("rental_agreement", {"end_at": "9999-12-31T23:59:58Z"}),
        ("rental_agreement", {"tenant_id": "t anders"}),
        ("rental_agreement", {"rental_unit_id": "u anders"}),
    ],
)
def test_a_field_that_differs(kind: str, changes: Json) -> None:
    expected = _expected(full(1, **EVERYTHING))
    content = content_of(expected)
    assert differences(expected, content) == []
    next(iter(content[kind].values())).update(changes)
    assert differences(expected, content)


def test_an_address_that_differs() -> None:
    expected = _expected(full(1, **EVERYTHING))
    content = content_of(expected)
    item = content["rental_unit"]["u 0001-100-1"]
    item["address"] = item["address"] | {"lat": 1.5}
    assert differences(expected, content) == [], "KIWI keeps the coordinates that came first"
    item["address"] = item["address"] | {"street": "Weg 2"}
    (difference,) = differences(expected, content)
    assert difference.startswith("rental_unit 0001-100-1: address is {'street': 'Weg 2', ")


@pytest.mark.parametrize("kind", ["rental_unit", "tenant", "rental_agreement"])
def test_an_object_that_is_missing_or_too_many(kind: str) -> None:
    expected = _expected(full(1, **EVERYTHING))
    missing = content_of(expected) | {kind: {}}
    assert any(line.startswith(f"{kind} ") and "missing" in line for line in differences(expected, missing))
    too_many = content_of(expected)
    assert len(differences(_expected(full(1)), too_many)) == 3
    assert differences(_expected(full(1)), too_many, foreign=[i for o in too_many.values() for i in o]) == []


def test_instants_are_compared_and_not_their_spelling() -> None:
    expected = _expected(full(1, **EVERYTHING))
    content = content_of(expected)
    content["rental_agreement"]["a 0001-1-1"]["start_at"] = "2026-01-01T00:00:00+01:00"
    assert differences(expected, content) == []


# A shared e-mail address: exactly one has it, with its agreements

SHARED = full(
    1,
    u=[unit()],
    m=[person("1", email="wir@example.org"), person("2", email="WIR@example.org"), person("3")],
    v=[lease("1", mieter=["1", "3"]), lease("2", mieter=["2"])],
)


@pytest.mark.parametrize(("holders", "wrong"), [(("1",), 0), (("2",), 0), ((), 1), (("1", "2"), 1)])
def test_one_of_those_who_share_an_address_has_it(holders: tuple[str, ...], wrong: int) -> None:
    expected = _expected(SHARED)
    assert expected.email_contenders == [{"0001-1", "0001-2"}]
    assert set(expected.rental_agreements) == {"0001-1-3"}
    content = content_of(expected)
    for holder in holders:
        put_tenant(content, f"0001-{holder}", expected.contested_tenants[f"0001-{holder}"][0].content)
        name = f"0001-{holder}-{holder}"
        put_agreement(content, name, expected.contested_agreements[name][0].content)
    assert len(differences(expected, content)) == wrong


def test_the_agreements_follow_the_holder_of_the_address() -> None:
    expected = _expected(SHARED)
    content = content_of(expected)
    put_tenant(content, "0001-1", expected.contested_tenants["0001-1"][0].content)
    put_agreement(content, "0001-2-2", expected.contested_agreements["0001-2-2"][0].content)
    lines = differences(expected, content)
    assert len(lines) == 2
    assert "0001-1-1: missing" in lines[0]
    assert "0001-2-2: should not be there" in lines[1]


def _people(**emails: str) -> list[Json]:
    return [person(number[1:], email=email) for number, email in emails.items()]


def test_who_loses_a_contest_may_stay_as_it_was() -> None:
    before = full(1, m=_people(m1="a@example.org", m2="b@example.org"))
    expected = _expected(before, delta(2, m=_people(m2="a@example.org")))
    content = content_of(expected)
    put_tenant(content, "0001-1", expected.contested_tenants["0001-1"][0].content)
    stale = expected.contested_tenants["0001-2"][0].former[0]
    put_tenant(content, "0001-2", stale)
    assert stale["email_address"] == "b@example.org"
    assert differences(expected, content) == []
    put_tenant(content, "0001-2", stale | {"last_name": "nie so gewesen"})
    assert len(differences(expected, content)) == 1


def test_two_who_swap_addresses_may_wait_for_each_other() -> None:
    before = full(1, m=_people(m1="a@example.org", m2="b@example.org", m3="c@example.org"))
    expected = _expected(before, delta(2, m=_people(m1="b@example.org", m2="a@example.org")))
    assert expected.email_contenders == [{"0001-1", "0001-2"}]
    assert set(expected.tenants) == {"0001-3"}
    for state in (-1, 0):  # both as wanted, both as before
        content = content_of(expected)
        for name, claims in expected.contested_tenants.items():
            put_tenant(content, name, claims[0].former[state])
        assert differences(expected, content) == []


def test_a_chain_of_changes_is_no_contest() -> None:
    before = full(1, m=_people(m1="a@example.org", m2="b@example.org"))
    expected = _expected(before, delta(2, m=_people(m1="b@example.org", m2="c@example.org")))
    assert expected.email_contenders == []
    assert expected.tenants["0001-1"]["email_address"] == "b@example.org"


def test_whoever_wants_the_old_address_of_a_loser_is_contested_too() -> None:
    before = full(1, m=_people(m1="a@example.org", m2="b@example.org"))
    after = delta(2, m=_people(m2="a@example.org", m3="b@example.org"))
    assert _expected(before, after).email_contenders == [{"0001-1", "0001-2", "0001-3"}]


# A shared external id: exactly one has it


COLLIDING = full(
    1,
    u=[
        unit(wirtschaftseinheit="10", nummer="0-1"),
        unit(wirtschaftseinheit="10-0", nummer="1", bezeichnung="B"),
    ],
    m=[person()],
    v=[lease(verwaltungseinheit={"wirtschaftseinheit": "10", "nummer": "0-1"})],
)


def test_one_of_two_units_has_the_external_id() -> None:
    expected = _expected(COLLIDING)
    assert expected.external_id_contenders["rental_unit"] == {"0001-10-0-1"}
    assert expected.rental_units == {}
    first, second = expected.contested_units["0001-10-0-1"]
    agreement = expected.contested_agreements["0001-1-1"][0].content
    content = content_of(expected)
    assert len(differences(expected, content)) == 1
    put_unit(content, "0001-10-0-1", second.content)
    assert differences(expected, content) == []
    put_agreement(content, "0001-1-1", agreement)
    assert len(differences(expected, content)) == 1
    put_unit(content, "0001-10-0-1", first.content)
    assert differences(expected, content) == []
    put_unit(content, "0001-10-0-1", {"name": "keine von beiden", "address": None})
    assert len(differences(expected, content)) == 2


def test_another_separator_ends_the_contest() -> None:
    expected = expected_content([COLLIDING], separator="_", mandanten=MANDANTEN)
    assert set(expected.rental_units) == {"0001_10_0-1", "0001_10-0_1"}
    assert not any(expected.external_id_contenders.values())


def test_one_of_two_agreements_has_the_external_id() -> None:
    people = [person("1-2"), person("2")]
    leases = [lease("V", mieter=["1-2"]), lease("V-1", mieter=["2"])]
    expected = _expected(full(1, u=[unit()], m=people, v=leases))
    assert expected.external_id_contenders["rental_agreement"] == {"0001-V-1-2"}
    content = content_of(expected)
    assert len(differences(expected, content)) == 1
    claims = expected.contested_agreements["0001-V-1-2"]
    assert [claim.content["tenant"] for claim in claims] == ["0001-1-2", "0001-2"]
    for claim in claims:
        put_agreement(content, "0001-V-1-2", claim.content)
        assert differences(expected, content) == []
    content["rental_agreement"]["a 0001-V-1-2"]["end_at"] = "2027-01-01T00:00:00Z"
    assert len(differences(expected, content)) == 1
