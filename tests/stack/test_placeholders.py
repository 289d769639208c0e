"""Addresses that are nobody's own: exports in, KIWI's content out."""

from typing import Any

from tests.stack.building import Json, export, lease, tenant, unit
from tests.stack.running import Running

INFO = "info@hausverwaltung.de"


def shared(number: str) -> Json:
    return tenant(number, email=INFO)


def test_the_fourth_by_delta_takes_it_from_all_and_one_has_it_again_when_one_leaves(run: Running) -> None:
    numbers = ["1", "2", "3"]
    first = export(
        1,
        verwaltungseinheiten=[unit()],
        mieter=[shared(number) for number in numbers],
        mietvertraege=[lease(by=[*numbers, "4"])],
    )
    run.bring(first)
    run.assert_right([first])
    (agreement,) = run.kiwi.content()["rental_agreement"]
    run.kiwi.set_access(agreement, True)
    fourth = export(2, "delta", mieter=[shared("4")])
    run.bring(fourth)
    run.assert_right([first, fourth])
    assert (run.ids("tenant"), run.ids("rental_agreement"), run.kiwi.permissions()) == (set(), set(), set())
    writes = run.kiwi_writes()
    run.bring(export(3, "delta", mieter=[shared("4")]))
    assert run.kiwi_writes() == writes
    leaves = export(4, "delta", mieter=[tenant("2")])
    run.bring(leaves)
    run.assert_right([first, fourth, leaves])
    addresses = [item["email_address"] for item in run.kiwi.content()["tenant"].values()]
    assert sorted(addresses) == sorted([INFO, "mieter-0001-2@example.org"])
    assert len(run.ids("rental_agreement")) == 2


def test_a_blocked_domain_takes_its_tenants_from_kiwi_with_the_next_full_export(run: Running) -> None:
    there: dict[str, Any] = {
        "verwaltungseinheiten": [unit()],
        "mieter": [shared("4711")],
        "mietvertraege": [lease()],
    }
    run.bring(export(1, **there))
    assert run.ids("tenant") == {"0001-4711"}
    run.configure(blocked_emails=["@hausverwaltung.de"])
    run.bring(export(2, **there))
    assert (run.ids("tenant"), run.ids("rental_agreement")) == (set(), set())
