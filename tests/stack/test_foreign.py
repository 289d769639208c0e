"""Foreign objects in KIWI are left alone; our own are found again."""

from tests.stack.building import export, lease, letting, tenant
from tests.stack.running import Running


def test_a_foreign_tenant_with_our_address_is_a_problem_until_it_goes(run: Running) -> None:
    theirs = {"id": "foreign", "external_id": "theirs", "email_address": "mieter-0001-4711@example.org"}
    run.kiwi.put_object("tenant", theirs | {"first_name": "A", "last_name": "B"})
    first = export(1, **letting())
    run.bring(first)
    assert run.ids("tenant") == {"theirs"}
    assert [row["problem"] for row in run.items() if "problem" in row] == ["foreign_object"]
    run.kiwi.remove_object("tenant", "foreign")
    run.bring(export(2, **letting()))
    run.assert_right([first])


def test_a_tenant_made_by_hand_with_our_numbers_and_address_is_adopted(run: Running) -> None:
    theirs = {"id": "by-hand", "external_id": "0001-4711", "email_address": "mieter-0001-4711@example.org"}
    run.kiwi.put_object("tenant", theirs | {"first_name": "A", "last_name": "B"})
    first = export(1, **letting())
    run.bring(first)
    run.assert_right([first])
    assert run.kiwi_id("tenant") == "by-hand"
    run.bring(export(2))
    assert run.ids("tenant") == set()


def test_what_a_person_deletes_in_kiwi_comes_back_when_it_changes(run: Running) -> None:
    run.bring(export(1, **letting()))
    run.kiwi.remove_object("rental_agreement", run.kiwi_id("rental_agreement"))
    run.kiwi.remove_object("tenant", run.kiwi_id("tenant"))
    changed = letting(mieter=[tenant(nachname="Neu")], mietvertraege=[lease(ende="2031-01-01")])
    second = export(2, **changed)
    run.bring(second)
    run.assert_right([second])


def test_a_unit_by_hand_with_our_external_id_stays_as_it_is(run: Running) -> None:
    theirs = {"id": "their-unit", "external_id": "0001-100-1", "name": "Ihre", "address": None}
    run.kiwi.put_object("rental_unit", theirs)
    run.bring(export(1, **letting()))
    run.bring(export(2))
    assert run.kiwi.content()["rental_unit"]["their-unit"]["name"] == "Ihre"
