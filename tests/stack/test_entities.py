"""Entities, settings and prerequisites: exports in, KIWI's content out."""

import pytest

from tests.stack.building import export, lease, letting, tenant, unit
from tests.stack.running import Running


def test_create_update_and_delete_of_each(run: Running) -> None:
    first = export(1, **letting())
    run.bring(first)
    run.assert_right([first])
    changed = letting(
        verwaltungseinheiten=[unit(bezeichnung="Wohnung links")],
        mieter=[tenant(nachname="Müller")],
        mietvertraege=[lease(ende="31.12.2030")],
    )
    second = export(2, **changed)
    run.bring(second)
    run.assert_right([first, second])
    third = export(3, "delta", geloescht={"mietvertraege": [{"mandant": "0001", "nummer": "100-1-01"}]})
    run.bring(third)
    run.assert_right([first, second, third])
    assert run.ids("rental_agreement") == set()
    last = export(4)
    run.bring(last)
    assert run.kiwi.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}


def test_co_tenants_have_an_agreement_each(run: Running) -> None:
    both = letting(mieter=[tenant("1"), tenant("2")], mietvertraege=[lease(by=["1", "2"])])
    swapped = letting(mieter=[tenant("1"), tenant("2")], mietvertraege=[lease(by=["2", "1"])])
    run.bring(export(1, **both))
    assert run.ids("rental_agreement") == {"0001-100-1-01-1", "0001-100-1-01-2"}
    writes = run.kiwi_writes()
    run.bring(export(2, **swapped))
    run.assert_right([export(1, **both), export(2, **swapped)])
    assert run.kiwi_writes() == writes, "who is Hauptmieter changes nothing"


@pytest.mark.parametrize("separator", ["-", "_", ".", "/", "|"])
def test_every_separator(run: Running, separator: str) -> None:
    run.configure(separator=separator)
    first = export(1, **letting())
    run.bring(first)
    run.assert_right([first])
    assert run.ids("rental_unit") == {separator.join(("0001", "100", "1"))}


def test_a_changed_separator_renames_everything_and_keeps_ids_and_access(run: Running) -> None:
    first = export(1, **letting())
    run.bring(first)
    (agreement,) = run.kiwi.content()["rental_agreement"]
    run.kiwi.set_access(agreement, True)
    ids = {kind: set(objects) for kind, objects in run.kiwi.content().items()}
    run.configure(separator="/")
    second = export(2, **letting())
    run.bring(second)
    run.assert_right([first, second])
    assert {kind: set(objects) for kind, objects in run.kiwi.content().items()} == ids
    assert run.kiwi.content()["rental_agreement"][agreement]["state"]["actual"] == "Activated"
    assert run.kiwi.active() == {agreement}


def test_only_selected_mandanten_and_a_deselected_one_goes(run: Running) -> None:
    everything = letting(verwaltungseinheiten=[unit(mandant=m) for m in ("0001", "0002", "0003")])
    first = export(1, **everything)
    run.bring(first)
    run.assert_right([first])
    assert run.ids("rental_unit") == {"0001-100-1", "0002-100-1"}
    assert not any("0003" in pk for pk in run.partition_keys())
    run.configure(mandanten=["0002", "0003"])
    delta = export(2, "delta", verwaltungseinheiten=[unit("2", mandant="0002")])
    run.bring(delta)
    assert run.ids("rental_unit") == {"0001-100-1", "0002-100-1", "0002-100-2"}, (
        "only a full export says what goes"
    )
    last = export(3, **everything)
    run.bring(last)
    run.assert_right([last])
    assert run.ids("rental_unit") == {"0002-100-1", "0003-100-1"}
    assert run.ids("tenant") == set()


def test_an_address_that_appears_and_vanishes(run: Running) -> None:
    without = letting(mieter=[tenant(email=None)])
    exports = [
        export(1, **without),
        export(2, "delta", mieter=[tenant()]),
        export(3, "delta", mieter=[tenant(email=" ")]),
    ]
    expected: list[set[str]] = [set(), {"0001-100-1-01-4711"}, set()]
    for number, agreements in enumerate(expected):
        run.bring(exports[number])
        run.assert_right(exports[: number + 1])
        assert run.ids("rental_agreement") == agreements
        if number == 1:
            run.kiwi.set_access(run.kiwi_id("rental_agreement"), True)
    assert run.kiwi.permissions() == set()


@pytest.mark.parametrize("lacking", ["1", "2"])
def test_a_co_tenant_without_an_address_holds_nobody_back(run: Running, lacking: str) -> None:
    persons = [tenant(number, email=None) if number == lacking else tenant(number) for number in ("1", "2")]
    first = export(1, **letting(mieter=persons, mietvertraege=[lease(by=["1", "2"])]))
    run.bring(first)
    run.assert_right([first])
    assert run.ids("rental_agreement") == {f"0001-100-1-01-{'2' if lacking == '1' else '1'}"}


def test_a_lease_that_moves_to_another_unit(run: Running) -> None:
    units = [unit("1"), unit("2")]
    first = export(1, **letting(verwaltungseinheiten=units))
    run.bring(first)
    agreement = run.kiwi_id("rental_agreement")
    run.kiwi.set_access(agreement, True)
    second = export(2, **letting(verwaltungseinheiten=units, mietvertraege=[lease(of="2")]))
    run.bring(second)
    run.assert_right([first, second])
    (moved,) = run.kiwi.active()
    unit_id = run.kiwi.content()["rental_agreement"][moved]["rental_unit_id"]
    assert run.kiwi.content()["rental_unit"][unit_id]["external_id"] == "0001-100-2"
    assert {door for _, door in run.kiwi.permissions()} == {
        door["id"] for door in run.kiwi.access_points(unit_id)
    }


def test_a_shared_address_has_one_holder_and_is_passed_on(run: Running) -> None:
    shared = "paar@example.org"
    persons = [tenant("1", email=shared), tenant("2", email=shared)]
    first = export(1, **letting(mieter=persons, mietvertraege=[lease(by=["1", "2"])]))
    run.bring(first)
    run.assert_right([first])
    (holder,) = run.ids("tenant")
    other = "1" if holder.endswith("2") else "2"
    gone = export(2, "delta", geloescht={"mieter": [{"mandant": "0001", "nummer": holder[-1]}]})
    run.bring(gone)
    run.assert_right([first, gone])
    assert run.ids("tenant") == {f"0001-{other}"}
    assert run.ids("rental_agreement") == {f"0001-100-1-01-{other}"}


def test_numbers_that_make_the_same_external_id(run: Running) -> None:
    ambiguous = [unit("1-2"), unit("2", wirtschaftseinheit="100-1")]
    first = export(1, verwaltungseinheiten=ambiguous)
    run.bring(first)
    run.assert_right([first])
    assert run.ids("rental_unit") == {"0001-100-1-2"}
    run.configure(separator="/")
    second = export(2, verwaltungseinheiten=ambiguous)
    run.bring(second)
    run.assert_right([first, second])
    assert run.ids("rental_unit") == {"0001/100/1-2", "0001/100-1/2"}
