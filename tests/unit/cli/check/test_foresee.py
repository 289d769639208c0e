"""A check foresees the same as the independent oracle."""

from collections import Counter

import pytest
from kiwi_cli.check.report import Report

from tests.generate import random_history
from tests.oracle import Expected, expected_content
from tests.oracle_model import TenantClaim
from tests.unit.cli.check.looking import LEASE, NOW, SAMPLE, TENANT, UNIT, export, look

MANDANTEN = ("0001", "0002")
ALWAYS = ("no_email", "invalid_email", "placeholder_email")
"""Reasons that the oracle names too; of the others it says who contends."""


def _to_kiwi(report: Report, section: str) -> int:
    return sum(row.to_kiwi for row in report.outcome if row.section == section)


def _claims(expected: Expected) -> list[TenantClaim]:
    return [claim for claims in expected.contested_tenants.values() for claim in claims]


@pytest.mark.parametrize("seed", range(60))
def test_a_full_export_comes_to_what_the_oracle_says(seed: int) -> None:
    (document,) = random_history(seed, exports=1, now=NOW)
    # No number of this little world contains the separator at a place that makes two ids equal.
    expected = expected_content([document], separator="_", mandanten=MANDANTEN)
    report = look(document, separator="_", mandanten=MANDANTEN)
    assert _to_kiwi(report, "verwaltungseinheiten") == len(expected.rental_units)
    addresses = {claim.content["email_address"] for claim in _claims(expected)}
    assert _to_kiwi(report, "mieter") == len(expected.tenants) + len(addresses)
    certain = len(expected.rental_agreements)
    contested = sum(map(len, expected.contested_agreements.values()))
    assert certain <= _to_kiwi(report, "mietvertraege") <= certain + contested
    told = Counter(reason for _kind, _id, reason in expected.skipped if reason in ALWAYS)
    assert {reason: report.reasons()[reason] for reason in told} == told
    # The oracle knows that there was no earlier export that a rejected unit may have come with.
    without_unit = sum(reason == "unit_unknown" for _kind, _id, reason in expected.skipped)
    unknown, open_ = report.reasons()["unit_unknown"], report.reasons()["not_in_this_export"]
    assert unknown <= without_unit <= unknown + open_


@pytest.mark.parametrize("seed", range(30))
def test_ids_that_run_into_each_other_come_once(seed: int) -> None:
    (document,) = random_history(seed, exports=1, now=NOW)
    expected = expected_content([document], separator="-", mandanten=MANDANTEN)
    report = look(document, separator="-", mandanten=MANDANTEN)
    groups = len(expected.contested_units)
    assert _to_kiwi(report, "verwaltungseinheiten") == len(expected.rental_units) + groups


def test_of_the_sample_every_record_is_accounted_for() -> None:
    report = look(SAMPLE, mandanten=MANDANTEN)
    for row in report.outcome:
        if row.section != "mietvertraege":
            assert row.read == row.to_kiwi + sum(row.skipped.values()) + sum(row.rejected.values())


def test_a_lease_is_an_agreement_for_each_of_its_tenants() -> None:
    other = {**TENANT, "nummer": "4712", "email": "max@example.org"}
    report = look(export(tenants=[TENANT, other], leases=[{**LEASE, "mieter": ["4711", "4712"]}]))
    assert _to_kiwi(report, "mietvertraege") == 2


def test_the_second_tenant_of_an_address_is_skipped_and_their_agreement_with_them() -> None:
    other = {**TENANT, "nummer": "4712", "email": "ERIKA@example.org "}
    report = look(export(tenants=[TENANT, other], leases=[{**LEASE, "mieter": ["4711", "4712"]}]))
    assert report.reasons() == {"email_taken": 1, "tenant_not_synchronized": 1}


def test_an_address_of_too_many_is_a_placeholder_for_all_of_them() -> None:
    people = [{**TENANT, "nummer": str(n), "nachname": name} for n, name in enumerate("ABCD")]
    lease = {**LEASE, "mieter": ["0", "1", "2", "3"]}
    few, many = (
        look(export(tenants=people[:3], leases=[{**lease, "mieter": ["0"]}])),
        look(export(tenants=people, leases=[lease])),
    )
    assert few.reasons() == {"email_taken": 2}
    assert many.reasons() == {"placeholder_email": 4, "tenant_not_synchronized": 4}
    unlimited = look(export(tenants=people, leases=[lease]), shared_email_limit=0)
    assert unlimited.reasons() == {"email_taken": 3, "tenant_not_synchronized": 3}


def test_a_blocked_address_is_skipped_and_told_of_as_a_note() -> None:
    report = look(export(), blocked_emails=("@example.org",))
    assert report.reasons() == {"placeholder_email": 1, "tenant_not_synchronized": 1}
    assert [finding.code for finding in report.findings] == ["email_blocked"]
    assert report.exit_code == 0


def test_a_rejected_unit_or_tenant_stays_as_kiwi_has_it() -> None:
    unit = look(export(units=[{**UNIT, "latitude": 200}]))
    assert unit.reasons() == {"out_of_range": 1, "not_in_this_export": 1}
    tenant = look(export(tenants=[{**TENANT, "nachname": ["Abel"]}]))
    assert tenant.reasons() == {"not_text": 1, "not_in_this_export": 1}


def test_agreements_wait_for_a_unit_that_does_not_get_its_external_id() -> None:
    first = {**UNIT, "wirtschaftseinheit": "100", "nummer": "1-2"}
    second = {**UNIT, "wirtschaftseinheit": "100-1", "nummer": "2", "bezeichnung": "Wohnung 2"}
    named = {"wirtschaftseinheit": "100-1", "nummer": "2"}
    report = look(export(units=[first, second], leases=[{**LEASE, "verwaltungseinheit": named}]))
    assert report.reasons() == {"external_id_taken": 1, "waiting": 1}


def test_who_does_not_get_its_external_id_leaves_the_address_to_others() -> None:
    first = {**TENANT, "mandant": "0001", "nummer": "1-2", "email": "first@example.org"}
    second = {**TENANT, "mandant": "0001-1", "nummer": "2"}
    third = {**TENANT, "nummer": "3"}
    report = look(export(tenants=[first, second, third], leases=[], mandanten=["0001", "0001-1"]))
    assert report.reasons() == {"external_id_taken": 1}


def test_notices_are_counted_with_the_units() -> None:
    report = look(export(units=[{**UNIT, "land": "Deutschland"}]))
    (units,) = (row for row in report.outcome if row.section == "verwaltungseinheiten")
    assert units.notices == {"address_not_accepted": 1}
    assert units.to_kiwi == 1


def test_a_key_that_is_there_twice_does_not_count_even_if_one_of_the_two_is_bad_in_itself() -> None:
    report = look(export(tenants=[TENANT, {**TENANT, "email": []}, TENANT]))
    (tenants,) = (row for row in report.outcome if row.section == "mieter")
    assert (tenants.read, tenants.to_kiwi) == (3, 0)
    assert tenants.rejected == {"not_text": 1, "duplicate": 2}


def test_numbers_with_slashes_are_told_apart() -> None:
    bad = {**UNIT, "wirtschaftseinheit": "1/2", "nummer": "3", "latitude": 200}
    lease = {**LEASE, "verwaltungseinheit": {"wirtschaftseinheit": "1", "nummer": "2/3"}}
    report = look(export(units=[UNIT, bad], leases=[lease]))
    assert {"out_of_range", "lease_unit_unknown"} <= {finding.code for finding in report.findings}
