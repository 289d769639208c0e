"""Claims: one holder each, and no waiter is forgotten, however two claimants interleave."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from kiwi_load.claiming import let_go, take
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import RentalAgreement, RentalUnit, Tenant
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.claims import wanted_claims

from tests.fakes.memory import MemoryQueue
from tests.unit.load.points import PointedTable, Points
from tests.unit.transform.world import agreement_key, tenant_key, unit_key

CLAIM = "%claim#c#mieter#email_address#0"
A, B, C = (RowKey.parse(tenant_key(number)) for number in ("1", "2", "3"))


class Claimants:
    """Rows that take a claim and let go of it; load's queue."""

    def __init__(self) -> None:
        self.points = Points()
        self.table = PointedTable(self.points)
        self.load = MemoryQueue()

    def take(self, key: RowKey, *, waited: bool = False) -> bool:
        return take(self.table, CLAIM, key, waited=waited)

    def let_go(self, key: RowKey) -> None:
        let_go(self.table, self.load, CLAIM, key)

    @property
    def there(self) -> dict[str, str]:
        """The holder and the waiters."""
        items = self.table.items.get(CLAIM, {})
        return {
            sk.partition("#")[0]: str(item.get("holder", item.get("waiter"))) for sk, item in items.items()
        }


@pytest.fixture
def claimants() -> Claimants:
    return Claimants()


def test_a_free_claim_is_taken_and_may_be_taken_again(claimants: Claimants) -> None:
    assert claimants.take(A)
    assert claimants.take(A)
    assert claimants.there == {"holder": A.text}


def test_a_second_claimant_waits(claimants: Claimants) -> None:
    claimants.take(A)
    assert not claimants.take(B)
    assert claimants.there == {"holder": A.text, "waiter": B.text}


def test_who_lets_go_sends_the_waiters_as_wake_ups(claimants: Claimants) -> None:
    claimants.take(A)
    claimants.take(B)
    claimants.take(C)
    claimants.let_go(A)
    assert '"wake": true' in claimants.load.sent[0].body
    assert claimants.load.keys() == [B.text, C.text]
    assert "holder" not in claimants.there


def test_who_waited_and_takes_waits_no_more(claimants: Claimants) -> None:
    claimants.take(A)
    claimants.take(B)
    claimants.let_go(A)
    assert claimants.take(B, waited=True)
    assert claimants.there == {"holder": B.text}


def test_a_waiter_that_lets_go_takes_nothing_from_the_holder(claimants: Claimants) -> None:
    claimants.take(A)
    claimants.take(B)
    claimants.let_go(B)
    assert claimants.there == {"holder": A.text}


def test_letting_go_twice_does_no_harm(claimants: Claimants) -> None:
    claimants.take(A)
    claimants.let_go(A)
    claimants.let_go(A)
    assert claimants.there == {}


def _interleavings() -> Iterator[
    tuple[Callable[[Claimants], bool | None], Callable[[Claimants], bool | None], int]
]:
    def takes(claimants: Claimants) -> bool:
        return claimants.take(B)

    def goes(claimants: Claimants) -> None:
        claimants.let_go(A)

    for first, second in ((takes, goes), (goes, takes)):
        for at in itertools.count(1):
            probe = Claimants()
            probe.take(A)
            probe.points.arm()
            first(probe)
            if at > len(probe.points.passed) + 1:
                break
            yield first, second, at


@pytest.mark.parametrize(("first", "second", "at"), list(_interleavings()))
def test_a_claim_that_is_let_go_while_another_asks_is_taken_or_brings_a_wake_up(
    claimants: Claimants,
    first: Callable[[Claimants], bool | None],
    second: Callable[[Claimants], bool | None],
    at: int,
) -> None:
    claimants.take(A)
    claimants.points.at = at
    claimants.points.happening = lambda _what: second(claimants)
    claimants.points.arm()
    first(claimants)
    if not claimants.points.happened:
        second(claimants)
    woken = B.text in claimants.load.keys()  # noqa: SIM118 (not a mapping)
    assert claimants.there.get("holder") == B.text or woken
    assert claimants.take(B, waited=True)
    assert claimants.there == {"holder": B.text}


TENANT = Tenant(external_id="0001-7", email_address="anna@kiwi.example.com", first_name="A", last_name="B")
UNIT = RentalUnit(external_id="0001-100-1", name="n", address=None)
LET = RentalAgreement(external_id="x", tenant_id="t", rental_unit_id="u", start_at="", end_at="")


def test_a_tenant_claims_its_address_and_no_claim_shows_it() -> None:
    claims = wanted_claims(A, TENANT)
    assert list(claims.values()) == [Reason.EMAIL_TAKEN]
    assert not any("anna" in claim or "kiwi.example" in claim for claim in claims)
    assert wanted_claims(B, TENANT) == claims
    other = TENANT.model_copy(update={"email_address": "b@kiwi.example.com"})
    assert wanted_claims(A, other).keys().isdisjoint(claims)


@pytest.mark.parametrize(
    ("key", "payload", "reasons"),
    [
        (unit_key(), UNIT, []),
        (unit_key("1-2"), UNIT, [Reason.EXTERNAL_ID_TAKEN]),
        (unit_key("1_2"), UNIT, [Reason.EXTERNAL_ID_TAKEN]),
        (agreement_key(), LET, []),
        (agreement_key("L.1"), LET, [Reason.EXTERNAL_ID_TAKEN]),
        (tenant_key("1|2"), TENANT, [Reason.EXTERNAL_ID_TAKEN, Reason.EMAIL_TAKEN]),
        (tenant_key(), None, []),
    ],
)
def test_an_external_id_is_claimed_where_a_number_contains_a_separator(
    key: str, payload: RentalUnit | Tenant | RentalAgreement | None, reasons: list[Reason]
) -> None:
    assert list(wanted_claims(RowKey.parse(key), payload).values()) == reasons


def test_kinds_and_connections_do_not_share_claims() -> None:
    unit, lease = RowKey.parse(unit_key("1-2")), RowKey.parse(agreement_key("1-2"))
    other = RowKey("another", unit.kind, unit.mandant, unit.numbers)
    lent = LET.model_copy(update={"external_id": UNIT.external_id})
    claims = [wanted_claims(unit, UNIT), wanted_claims(other, UNIT), wanted_claims(lease, lent)]
    assert len(set().union(*claims)) == 3
