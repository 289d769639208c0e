"""Ids, and what an id is unique in."""

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import BODIES, KINDS, another
from tests.contract.kiwi.table import assumes, states

BAD_IDS = ("a_b", "a.b", "a/b", "a|b", "-a", "a-", "ä", "a b", "a\n", " ")
GOOD_IDS = ("a", "7", "a-b", "a--B-9", "a" * 63)
PARENTS = ("rental_units", "tenants")


@states("`id` must match ^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$ (1 to 63).")
def good_ids(kiwi: Kiwi) -> None:
    kiwi.leased()
    for resource in BODIES:
        for number, key in enumerate(GOOD_IDS):
            body = another(resource, f"good{number}") | {f"{KINDS[resource]}_id": key}
            assert kiwi.ok("POST", resource, body)["id"] == key


@states("`_ . / |` in the id of a tenant or an agreement: 422.")
def bad_ids_of_tenants_and_agreements(kiwi: Kiwi) -> None:
    kiwi.leased()
    for resource in ("tenants", "rental_agreements"):
        for key in ("", *BAD_IDS, "a" * 64, None, 1):
            field = f"{KINDS[resource]}_id"
            answer = kiwi("POST", resource, another(resource, "bad") | {field: key})
            assert fields(answer) == [(f"/{field}", "body")], key


@states("`_ . / |` in the id of a unit: misleadingly, 400 `RENTAL_UNIT_ALREADY_EXISTS`.")
def bad_ids_of_units(kiwi: Kiwi) -> None:
    for key in BAD_IDS:
        error = kiwi.refused("POST", "rental_units", another("rental_units", key))
        assert error == (400, "RENTAL_UNIT_ALREADY_EXISTS")
    assert kiwi.embedded.content()["rental_unit"] == {}


@states("A unit's id over 63 characters: 500.")
def too_long_id_of_a_unit(kiwi: Kiwi) -> None:
    for key in ("a" * 64, "_" * 64):
        assert kiwi.refused("POST", "rental_units", another("rental_units", key)) == (500, "UNEXPECTED_ERROR")
    assert kiwi.embedded.content()["rental_unit"] == {}


@states("`external_id` is free text.")
def external_ids_are_free_text(kiwi: Kiwi) -> None:
    kiwi.leased()
    for resource in BODIES:
        body = another(resource, "free", external_id="0001|x/_. ü\n" + "x" * 100)
        assert kiwi.ok("POST", resource, body)["external_id"] == body["external_id"]


@states(
    "**`DELETE` of a tenant does not look at the organization**: it deletes that id in every one of them."
)
def delete_of_a_tenant_everywhere(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour()
    kiwi.tenant()
    neighbour.tenant()
    assert kiwi("DELETE", "tenants/t1").status_code == 200
    assert neighbour("GET", "tenants/t1").status_code == 404


@states("A tenant that only another organization has can be deleted.")
def delete_of_a_foreign_tenant(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour()
    neighbour.tenant()
    assert kiwi("GET", "tenants/t1").status_code == 404
    assert kiwi("DELETE", "tenants/t1").status_code == 200
    assert neighbour("GET", "tenants/t1").status_code == 404


@states(
    "**`DELETE` of an agreement does not look at the organization**: it deletes that id in every one of them."
)
def delete_of_an_agreement_everywhere(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour().leased()
    kiwi.leased()
    assert kiwi("DELETE", "rental_agreements/a1").status_code == 200
    assert neighbour("GET", "rental_agreements/a1").status_code == 404


@states("An agreement that only another organization has can be deleted.")
def delete_of_a_foreign_agreement(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour().leased()
    assert kiwi("DELETE", "rental_agreements/a1").status_code == 200
    assert neighbour("GET", "rental_agreements/a1").status_code == 404


@assumes("A tenant whose id has an agreement in another organization cannot be deleted.")
def delete_of_a_tenant_bound_elsewhere(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour().leased()
    kiwi.tenant()
    assert kiwi.refused("DELETE", "tenants/t1") == (500, "UNEXPECTED_ERROR")
    assert kiwi("GET", "tenants/t1").status_code == 200
    assert neighbour("GET", "tenants/t1").status_code == 200


@assumes("`DELETE` of a unit looks at the organization.")
def delete_of_a_unit_stays_at_home(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour()
    kiwi.unit()
    neighbour.unit()
    assert kiwi("DELETE", "rental_units/u1").status_code == 200
    assert neighbour("GET", "rental_units/u1").status_code == 200
    assert kiwi.refused("DELETE", "rental_units/u1") == (404, "RENTAL_UNIT_NOT_FOUND")


@states("Ids, external ids and addresses are unique per organization: two organizations may have the same.")
def unique_per_organization(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour().leased()
    kiwi.leased()
    assert neighbour.ok("GET", "tenants/t1")["organization_id"] == 43
    assert kiwi.ok("GET", "tenants/t1")["organization_id"] == 42


@assumes("Ids and external ids are unique per kind: a tenant may have a unit's.")
def unique_per_kind(kiwi: Kiwi) -> None:
    for resource in PARENTS:
        kiwi.ok("POST", resource, another(resource, "same"))
    agreement = another("rental_agreements", "same", tenant_id="same", rental_unit_id="same")
    kiwi.ok("POST", "rental_agreements", agreement)
