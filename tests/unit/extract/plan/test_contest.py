"""Contests for an address that several want, or that another has."""

from itertools import pairwise
from typing import Any

from tests.unit.extract.exports import delta, full, gone, lease, tenant, unit
from tests.unit.extract.plan.world import in_kiwi
from tests.unit.extract.rig import Rig

A, B, C = "a@example.org", "b@example.org", "c@example.org"


def prepared(*tenants: Any, **more: Any) -> Rig:
    """The first by number holds an address."""
    rig = Rig()
    rig.settings.store("0001", "0002", brake_agreements=100)
    rig.extract(full(1, tenants, ["0001", "0002"], verwaltungseinheiten=[unit("0001")], **more))
    in_kiwi(rig)
    return rig


def fates(rig: Rig, *tenants: Any, deleted: Any = ()) -> dict[str, tuple[str, str | None, bool]]:
    """Action, reason and whether it is undecided, by kind and number, of a delta with these tenants."""
    plan = rig.plan(delta(2, tenants, deleted))
    return {
        f"{line['kind']} {line['key'].rpartition('/')[2]}": (
            line["action"],
            line.get("reason"),
            line.get("undecided", False),
        )
        for line in plan["lines"]
    }


def test_an_address_that_another_has_is_taken() -> None:
    rig = prepared(tenant("1", email=A))
    assert fates(rig, tenant("2", email=A)) == {"tenant 2": ("skip", "email_taken", False)}


def test_who_has_an_address_in_kiwi_keeps_it_though_the_new_one_is_taken() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=B))
    assert fates(rig, tenant("2", email=A)) == {"tenant 2": ("skip", "email_taken", False)}


def test_an_address_that_becomes_free_goes_to_who_waits_and_brings_its_agreement() -> None:
    waiting = [lease("L", mieter=["2"])]
    rig = prepared(tenant("1", email=A), tenant("2", email=A), mietvertraege=waiting)
    assert fates(rig, deleted=[gone("1")]) == {
        "tenant 1": ("delete", "gone", False),
        "tenant 2": ("create", None, False),
        "rental_agreement 2": ("create", None, False),
    }


def test_addresses_move_on_in_a_chain() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=B))
    assert fates(rig, tenant("1", email=B), tenant("2", email=C), tenant("3", email=A)) == {
        "tenant 1": ("update", None, False),
        "tenant 2": ("update", None, False),
        "tenant 3": ("create", None, False),
    }


def test_two_who_swap_wait_for_each_other() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=B))
    taken = ("skip", "email_taken", False)
    assert fates(rig, tenant("1", email=B), tenant("2", email=A)) == {"tenant 1": taken, "tenant 2": taken}


def test_of_several_newcomers_one_gets_it_and_which_is_undecided() -> None:
    rig = prepared(mietvertraege=[lease("L", mieter=["1", "2"])])
    assert fates(rig, tenant("1", email=A), tenant("2", email=A)) == {
        "tenant 1": ("create", None, True),
        "tenant 2": ("skip", "email_taken", True),
        "rental_agreement 1": ("create", None, True),
    }


def test_whoever_depends_on_what_is_undecided_is_undecided_too() -> None:
    rig = prepared(tenant("1", email=A))
    found = fates(rig, tenant("1", email=B), tenant("2", email=B), tenant("3", email=A))
    assert {key for key, (_, _, undecided) in found.items() if undecided} == {
        "tenant 1",
        "tenant 2",
        "tenant 3",
    }


def test_a_change_that_needs_no_other_address_is_decided() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A))
    assert fates(rig, tenant("1", email=A, vorname="Neu")) == {"tenant 1": ("update", None, False)}


def test_claims_are_the_connection_s_over_its_mandanten() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", "0002", email=A))
    assert fates(rig, deleted=[gone("1")]) == {
        "tenant 1": ("delete", "gone", False),
        "tenant 2": ("create", None, False),
    }


def test_an_external_id_that_another_has_is_taken() -> None:
    rig = prepared()
    home = {"wirtschaftseinheit": "10-0", "nummer": "1"}
    rig.extract(delta(2, verwaltungseinheiten=[{"mandant": "0001", **home}]))
    in_kiwi(rig)
    twin = {"mandant": "0001", "wirtschaftseinheit": "10", "nummer": "0-1"}
    ((line),) = rig.plan(delta(3, verwaltungseinheiten=[twin]))["lines"]
    assert (line["external_id"], line["action"], line["reason"]) == (
        "0001-10-0-1",
        "skip",
        "external_id_taken",
    )


def test_who_is_kept_out_already_and_changes_something_else_is_no_line() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A))
    assert fates(rig, tenant("2", email=A, vorname="Neu")) == {}
    assert fates(rig, tenant("2", email=A, vorname="Neu"), tenant("3", email=A)) == {
        "tenant 3": ("skip", "email_taken", False),
    }


def test_who_is_kept_out_and_may_come_in_is_a_line() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=A), tenant("3", email=A))
    assert fates(rig, deleted=[gone("1")]) == {
        "tenant 1": ("delete", "gone", False),
        "tenant 2": ("create", None, True),
        "tenant 3": ("skip", "email_taken", True),
    }


def test_who_is_kept_out_by_something_else_now_is_a_line() -> None:
    rig = prepared(tenant("1", email=A), tenant("2", email=None))
    assert fates(rig, tenant("2", email=A)) == {"tenant 2": ("skip", "email_taken", False)}


def test_a_long_chain_moves_on_to_its_end() -> None:
    count = 60
    names = [f"{number:03}" for number in range(count)]
    rig = prepared(*(tenant(name, email=f"m{name}@example.org") for name in names))
    moved = [tenant(name, email=f"m{after}@example.org") for name, after in pairwise(names)]
    last = tenant(names[-1], email="new@example.org")
    found = fates(rig, *moved, last, tenant("x", email=f"m{names[0]}@example.org"))
    assert set(found.values()) == {("update", None, False), ("create", None, False)}
    assert len(found) == count + 1
    doubled = fates(rig, *moved, last, tenant("x", email="new@example.org"))
    assert all(undecided for _, _, undecided in doubled.values())
