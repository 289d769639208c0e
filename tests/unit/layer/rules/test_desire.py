"""KIWI's desired content, worked out from `source` alone."""

from typing import Any

from kiwi_sync.connections import Connection, parse_settings
from kiwi_sync.erp.models import Record
from kiwi_sync.keys import RowKey
from kiwi_sync.kiwi.models import RentalUnit, Tenant
from kiwi_sync.rules.desire import Desire, desire, desired_agreements, no_longer_named
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Notice, Reason
from kiwi_sync.state.rows import Row

from tests.unit.transform.world import (
    CONNECTION,
    agreement_key,
    lease,
    lease_key,
    settings,
    tenant,
    tenant_key,
    unit,
    unit_key,
)


def connection(**changes: Any) -> Connection:
    return Connection(CONNECTION, parse_settings(settings(**changes)), version=1)


def said(record: Record) -> Row:
    return Row(record.key(CONNECTION), rev=1, record=record.model_dump_json())


def gone(key: str) -> Row:
    return Row(RowKey.parse(key), rev=1, gone=True)


def test_a_unit() -> None:
    wanted = desire(said(unit()), connection())
    assert RentalUnit.model_validate_json(wanted.payload or "") == RentalUnit(
        external_id="0001-100-1", name="Whg. 1", address=None
    )
    assert (wanted.external_id, wanted.reason, wanted.notice) == ("0001-100-1", None, None)


def test_a_unit_whose_address_is_not_whole_says_so() -> None:
    wanted = desire(said(unit(strasse="Lindenstraße")), connection())
    assert wanted.notice is Notice.ADDRESS_INCOMPLETE
    assert wanted.payload is not None


def test_a_tenant() -> None:
    wanted = desire(said(tenant(email="ANNA@kiwi.example.com")), connection(separator="/"))
    assert Tenant.model_validate_json(wanted.payload or "") == Tenant(
        external_id="0001/7", email_address="anna@kiwi.example.com", first_name="Anna", last_name="Muster"
    )


def test_without_an_e_mail_address_there_is_no_tenant() -> None:
    assert desire(said(tenant(email=None)), connection()) == Desire("0001-7", reason=Reason.NO_EMAIL)
    wanted = desire(said(tenant(email="anna@kiwi.test")), connection())
    assert wanted == Desire("0001-7", reason=Reason.INVALID_EMAIL)


def test_under_a_blocked_address_there_is_no_tenant() -> None:
    wanted = desire(said(tenant(email="a@example.org")), connection(blocked_emails=["@example.org"]))
    assert wanted == Desire("0001-7", reason=Reason.PLACEHOLDER_EMAIL)


def test_a_tenant_has_the_limit_of_those_who_share_its_address() -> None:
    assert desire(said(tenant()), connection()).email_limit == 3
    assert desire(said(tenant()), connection(shared_email_limit=0)).email_limit == 0
    assert desire(said(unit()), connection()).email_limit == 0


def test_what_is_gone_is_not_desired() -> None:
    assert desire(gone(unit_key()), connection()) == Desire("0001-100-1", reason=Reason.GONE)
    assert desire(gone(tenant_key()), connection()) == Desire("0001-7", reason=Reason.GONE)
    assert desired_agreements(gone(lease_key()), connection()) == {}


def test_a_lease_makes_an_agreement_with_each_of_its_tenants() -> None:
    wanted = desired_agreements(said(lease(tenants=["7", "8", "7"], ende="2027-01-31")), connection())
    assert [key.text for key in wanted] == [agreement_key(), agreement_key(tenant="8")]
    for (key, one), number in zip(wanted.items(), ["7", "8"], strict=True):
        assert DesiredAgreement.model_validate_json(one.payload or "") == DesiredAgreement(
            external_id=f"0001-L-{number}",
            tenant=tenant_key(number),
            rental_unit=unit_key(),
            start_at="2023-12-31T23:00:00Z",
            end_at="2027-01-31T22:59:59Z",
        )
        assert one.parents == {tenant_key(number), unit_key()}
        assert key.numbers == ("L", number)


def test_the_time_zone_of_the_connection_counts() -> None:
    (wanted,) = desired_agreements(said(lease()), connection(time_zone="UTC")).values()
    desired = DesiredAgreement.model_validate_json(wanted.payload or "")
    assert (desired.start_at, desired.end_at) == ("2024-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


def test_a_pair_that_is_no_longer_named_is_gone() -> None:
    wanted = no_longer_named(RowKey.parse(agreement_key()), connection(separator="|"))
    assert wanted == Desire("0001|L|7", reason=Reason.GONE)
