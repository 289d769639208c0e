"""The next action: a pure function, wish and actual in, action out."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import FoundObject, Kind, RentalAgreement, RentalUnit, Tenant
from kiwi_sync.rules.action import (
    Action,
    Actual,
    Wish,
    agreement_wish,
    made,
    next_action,
    seen,
    wish_of,
)
from kiwi_sync.rules.hashes import hash_of
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import Row

from tests.unit.transform.world import agreement_key, tenant_key, unit_key

TENANT = Tenant(external_id="e", email_address="a@kiwi.example.com", first_name="A", last_name="B")
DATES = RentalAgreement(
    external_id="e", tenant_id="t", rental_unit_id="u", start_at="2024-01-01T00:00:00Z", end_at="9999"
)
GONE = Wish(reason=Reason.GONE)
UNIT_UNKNOWN = Wish(reason=Reason.UNIT_UNKNOWN)
SOMEBODY = Wish(payload=TENANT)
WAITING = Wish(identity="i")
LET = Wish(payload=DATES, identity="i")

IN_KIWI = Actual("id", hash_of(TENANT))
LEASED = Actual("id", hash_of(DATES), "i")

TABLE = [
    (GONE, Actual(), Action.NOTHING),
    (GONE, IN_KIWI, Action.DELETE),
    (GONE, replace(LEASED, restore_access=True), Action.DELETE),
    (UNIT_UNKNOWN, Actual(), Action.NOTHING),
    (UNIT_UNKNOWN, LEASED, Action.DELETE_TO_CREATE),
    (Wish(reason=Reason.TENANT_NOT_SYNCHRONIZED), LEASED, Action.DELETE),
    (SOMEBODY, Actual(), Action.CREATE),
    (SOMEBODY, IN_KIWI, Action.NOTHING),
    (SOMEBODY, replace(IN_KIWI, payload_hash="other"), Action.UPDATE),
    (SOMEBODY, replace(IN_KIWI, payload_hash=""), Action.UPDATE),
    (WAITING, Actual(), Action.NOTHING),
    (WAITING, replace(Actual(), restore_access=True), Action.NOTHING),
    (WAITING, LEASED, Action.NOTHING),
    (WAITING, replace(LEASED, identity_hash="j"), Action.DELETE_TO_CREATE),
    (LET, Actual(), Action.CREATE),
    (LET, LEASED, Action.NOTHING),
    (LET, replace(LEASED, payload_hash="other"), Action.UPDATE),
    (LET, replace(LEASED, identity_hash="j"), Action.DELETE_TO_CREATE),
    (LET, replace(LEASED, identity_hash=None), Action.DELETE_TO_CREATE),
    (LET, replace(LEASED, restore_access=True), Action.GIVE_ACCESS),
    (LET, replace(LEASED, restore_access=True, payload_hash="other"), Action.UPDATE),
]


@pytest.mark.parametrize(("wish", "actual", "action"), TABLE)
def test_the_next_step(wish: Wish, actual: Actual, action: Action) -> None:
    assert next_action(wish, actual) is action


wishes = st.sampled_from([GONE, UNIT_UNKNOWN, SOMEBODY, WAITING, LET])
hashes = st.sampled_from([None, "", "other", hash_of(TENANT), hash_of(DATES)])
actuals = st.builds(
    Actual,
    kiwi_id=st.sampled_from([None, "id", "adopted"]),
    payload_hash=hashes,
    identity_hash=st.sampled_from([None, "i", "j", "differs"]),
    restore_access=st.booleans(),
)


def carried_out(action: Action, wish: Wish, actual: Actual) -> Actual:
    """KIWI's state after the action, as load writes it."""
    if action in {Action.CREATE, Action.UPDATE}:
        assert wish.payload is not None
        return made(wish, wish.payload, actual.kiwi_id or "id", actual, frozenset())
    if action is Action.GIVE_ACCESS:
        return replace(actual, restore_access=False)
    return Actual(restore_access=actual.restore_access and action is Action.DELETE_TO_CREATE)


@given(wishes, actuals)
def test_every_actual_reaches_the_wish_in_four_steps(wish: Wish, actual: Actual) -> None:
    for _ in range(4):
        action = next_action(wish, actual)
        if action is Action.NOTHING:
            break
        actual = carried_out(action, wish, actual)
    assert next_action(wish, actual) is Action.NOTHING
    if not wish.wanted:
        assert actual.kiwi_id is None
    elif wish.payload is not None:
        assert actual.kiwi_id is not None
        assert actual.payload_hash == hash_of(wish.payload)
        assert (actual.identity_hash or "") == wish.identity
        assert not actual.restore_access


@given(wishes, actuals)
def test_what_goes_only_to_come_back_is_never_deleted_for_good(wish: Wish, actual: Actual) -> None:
    action = next_action(wish, actual)
    assert (action is Action.DELETE) <= (not wish.keeps_access)
    assert (action is Action.DELETE_TO_CREATE) <= wish.keeps_access


def row(key: str, **parts: object) -> Row:
    return Row(RowKey.parse(key), rev=1, **parts)  # type: ignore[arg-type]  # any parts of a row


DESIRED = DesiredAgreement(
    external_id="e", tenant=tenant_key(), rental_unit=unit_key(), start_at="2024", end_at="9999"
)
AGREEMENT = row(agreement_key(), desired=DESIRED.model_dump_json())
IN, OUT, NO = {"desired": "{}", "kiwi_id": "x"}, {"desired": "{}"}, {"reason": Reason.NO_EMAIL}


@pytest.mark.parametrize(
    ("tenant", "unit", "reason", "ready"),
    [
        (IN, IN, None, True),
        (OUT, IN, None, False),
        (IN, OUT, None, False),
        (NO, IN, Reason.TENANT_NOT_SYNCHRONIZED, False),
        (None, IN, Reason.TENANT_NOT_SYNCHRONIZED, False),
        ({**NO, "kiwi_id": "x"}, IN, Reason.TENANT_NOT_SYNCHRONIZED, False),
        (IN, NO, Reason.UNIT_UNKNOWN, False),
        (IN, None, Reason.UNIT_UNKNOWN, False),
        (None, None, Reason.TENANT_NOT_SYNCHRONIZED, False),
    ],
)
def test_an_agreement_hangs_on_its_parents(
    tenant: dict[str, object] | None, unit: dict[str, object] | None, reason: Reason | None, ready: bool
) -> None:
    of = None if tenant is None else row(tenant_key(), **tenant)
    under = None if unit is None else row(unit_key(), **unit)
    wish = agreement_wish(AGREEMENT, of, under)
    assert (wish.reason, wish.payload is not None, bool(wish.identity)) == (reason, ready, reason is None)


def test_an_agreement_that_is_not_desired_says_why() -> None:
    parents = row(tenant_key(), **IN), row(unit_key(), **IN)
    assert agreement_wish(row(agreement_key(), reason="gone"), *parents) == Wish(reason="gone")
    assert agreement_wish(row(agreement_key()), *parents).reason is Reason.GONE


def test_parents_go_by_their_ids_in_kiwi() -> None:
    tenant, unit = row(tenant_key(), desired="{}", kiwi_id="adopted"), row(unit_key(), **IN)
    payload = agreement_wish(AGREEMENT, tenant, unit).payload
    assert isinstance(payload, RentalAgreement)
    assert (payload.tenant_id, payload.rental_unit_id) == ("adopted", "x")


def test_units_and_tenants_wish_what_their_rows_desire() -> None:
    unit = RentalUnit(external_id="e", name="n", address=None)
    assert wish_of(row(unit_key(), desired=unit.model_dump_json())).payload == unit
    assert wish_of(row(tenant_key(), desired=TENANT.model_dump_json())).payload == TENANT
    assert wish_of(row(tenant_key(), reason="no_email")).reason == "no_email"
    assert wish_of(row(tenant_key())).reason is Reason.GONE


def test_what_was_seen_as_wished_needs_nothing() -> None:
    found = FoundObject(kind=Kind.TENANT, id="theirs", payload=TENANT)
    assert next_action(SOMEBODY, seen(SOMEBODY, found, Actual())) is Action.NOTHING
    assert seen(SOMEBODY, found, Actual()).kiwi_id == "theirs"


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({}, Action.NOTHING),
        ({"start_at": "2024-01-01T01:00:00+01:00"}, Action.NOTHING),
        ({"end_at": "2030"}, Action.UPDATE),
        ({"tenant_id": "another"}, Action.DELETE_TO_CREATE),
        ({"rental_unit_id": "another"}, Action.DELETE_TO_CREATE),
        ({"external_id": "another"}, Action.DELETE_TO_CREATE),
    ],
)
def test_what_was_seen_otherwise_is_made_so(change: dict[str, str], action: Action) -> None:
    found = FoundObject(kind=Kind.RENTAL_AGREEMENT, id="id", payload=DATES.model_copy(update=change))
    assert next_action(LET, seen(LET, found, Actual())) is action


def test_what_was_not_seen_is_created_and_remembers_its_access() -> None:
    actual = seen(LET, None, replace(LEASED, restore_access=True))
    assert (next_action(LET, actual), actual.restore_access) == (Action.CREATE, True)
