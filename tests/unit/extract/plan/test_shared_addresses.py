"""Addresses that become placeholders by an export, and those that are none any more."""

from typing import Any

from tests.unit.extract.exports import delta, full, gone, lease, tenant, unit
from tests.unit.extract.plan.test_contest import A, B, fates
from tests.unit.extract.plan.world import in_kiwi
from tests.unit.extract.rig import Rig

OUT = ("delete", "placeholder_email", False)
SKIPPED = ("skip", "placeholder_email", False)


def prepared(*tenants: Any, limit: int = 1, **settings: Any) -> Rig:
    """An address is a placeholder above so many tenants; no brake."""
    rig = Rig()
    rig.settings.store("0001", "0002", shared_email_limit=limit, brake_agreements=100, **settings)
    leases = [lease("L", mieter=["1"])]
    rig.extract(full(1, tenants, ["0001", "0002"], verwaltungseinheiten=[unit("0001")], mietvertraege=leases))
    in_kiwi(rig)
    return rig


def test_one_too_many_takes_the_address_from_all() -> None:
    rig = prepared(tenant("1", email=A))
    assert fates(rig, tenant("2", email=A)) == {
        "tenant 1": OUT,
        "tenant 2": SKIPPED,
        "rental_agreement 1": ("delete", "tenant_not_synchronized", False),
    }


def test_one_more_among_too_many_changes_nothing_for_the_others() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A))
    assert fates(rig, tenant("3", email=A)) == {"tenant 3": SKIPPED}


def test_who_leaves_gives_the_address_back_to_who_is_left() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A))
    assert fates(rig, deleted=[gone("2")]) == {
        "tenant 1": ("create", None, False),
        "rental_agreement 1": ("create", None, False),
    }


def test_who_changes_something_else_stays_out() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A))
    assert fates(rig, tenant("1", email=A, vorname="Neu")) == {}


def test_a_blocked_address_is_a_placeholder_at_once() -> None:
    rig = prepared(tenant("1", email=B), blocked_emails=[A])
    assert fates(rig, tenant("1", email=A))["tenant 1"] == OUT


def test_nobody_stays_under_a_placeholder_for_want_of_another_address() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=B), limit=2)
    rig.extract(delta(1, [tenant("9", email=B)]))
    in_kiwi(rig)
    found = fates(rig, tenant("1", email=B, vorname="x"), tenant("3", email=A), tenant("4", email=A))
    assert found["tenant 1"] == OUT
    assert found["tenant 2"] == OUT


def test_zero_counts_nobody() -> None:
    rig = prepared(tenant("1", email=A), limit=0)
    assert fates(rig, tenant("2", email=A), tenant("3", email=A))["tenant 2"][:2] == ("skip", "email_taken")
