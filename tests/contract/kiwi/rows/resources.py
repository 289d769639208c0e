"""Units, tenants and agreements: how they are created, read, changed and deleted."""

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import AGREEMENT, BODIES, KINDS, TENANT, UNIT, another, listing, without
from tests.contract.kiwi.table import assumes, states


def paths(kiwi: Kiwi) -> list[str]:
    """The paths of one object of each kind, which are there from now on."""
    kiwi.leased()
    return ["rental_agreements/a1", "tenants/t1", "rental_units/u1"]


@states("A successful write answers 200, a creation too.")
def a_write_answers_200(kiwi: Kiwi) -> None:
    for resource, body in BODIES.items():
        assert kiwi("POST", resource, body).status_code == 200
        assert kiwi("PUT", f"{resource}/{body[f'{KINDS[resource]}_id']}", body).status_code == 200


@states("DELETE answers `null` for units and tenants, an object for agreements.")
def what_delete_answers(kiwi: Kiwi) -> None:
    answers = {path: kiwi.ok("DELETE", path) for path in paths(kiwi)}
    agreement = answers.pop("rental_agreements/a1")
    assert agreement["id"] == "a1"
    assert answers == {"tenants/t1": None, "rental_units/u1": None}


@states("Unknown body fields are ignored.")
def unknown_body_fields(kiwi: Kiwi) -> None:
    for resource, body in BODIES.items():
        assert "unknown" not in kiwi.ok("POST", resource, body | {"unknown": 1})
        key = body[f"{KINDS[resource]}_id"]
        assert "unknown" not in kiwi.ok("PUT", f"{resource}/{key}", body | {"unknown": [None]})


@states("The object read back has `id` for what was created as `…_id`, and `organization_id`.")
def the_object_read_back(kiwi: Kiwi) -> None:
    kiwi.leased()
    for resource, body in BODIES.items():
        field = f"{KINDS[resource]}_id"
        read = kiwi.ok("GET", f"{resource}/{body[field]}")
        assert (read["id"], read["organization_id"]) == (body[field], 42)
        assert field not in read
        given = without(body, field, "start_at")
        assert given.items() <= read.items()


@states("Units: `rental_unit_id`, `external_id`, `name`, `address`, all four keys required.")
def keys_of_a_unit(kiwi: Kiwi) -> None:
    for field in UNIT:
        assert fields(kiwi("POST", "rental_units", without(UNIT, field))) == [(f"/{field}", "body")]


@states("`address` may be null.")
def address_may_be_null(kiwi: Kiwi) -> None:
    assert kiwi.unit(address=None)["address"] is None


@states("A null or empty `rental_unit_id` makes KIWI invent a UUID.")
def invented_unit_ids(kiwi: Kiwi) -> None:
    for number, nothing in enumerate((None, "")):
        key = kiwi.unit(rental_unit_id=nothing, external_id=f"invented {number}")["id"]
        assert len(key) == 36
        assert kiwi.ok("GET", f"rental_units/{key}")["id"] == key


@assumes("A unit's `external_id` and `name` are texts, null refused.")
def texts_of_a_unit(kiwi: Kiwi) -> None:
    for field in ("external_id", "name"):
        for value in (None, 1, ["x"]):
            assert fields(kiwi("POST", "rental_units", UNIT | {field: value})) == [(f"/{field}", "body")]
    assert kiwi("POST", "rental_units", UNIT | {"rental_unit_id": ["u1"]}).status_code == 422


@states("Units: an update takes `external_id`, `name`, `address`.")
def update_of_a_unit(kiwi: Kiwi) -> None:
    kiwi.unit()
    changed = {"external_id": "2", "name": "Flat 2", "address": None}
    expected = changed | {"id": "u1", "organization_id": 42}
    assert kiwi.ok("PUT", "rental_units/u1", changed | {"rental_unit_id": "u9"}) == expected
    assert kiwi.embedded.content()["rental_unit"] == {"u1": expected}
    for field in changed:
        assert kiwi.refused("PUT", "rental_units/u1", without(changed, field)) == (422, "VALIDATION_ERROR")


@states("The list of units needs `?include_access_points=true|false`, 422 without.")
def the_list_of_units_needs_a_query(kiwi: Kiwi) -> None:
    kiwi.unit()
    for query in ("", "?include_access_points=", "?include_access_points=maybe"):
        assert kiwi.refused("GET", f"rental_units{query}") == (422, "VALIDATION_ERROR")
    for query in ("true", "false"):
        assert len(kiwi.ok("GET", f"rental_units?include_access_points={query}")) == 1


@states("Tenants: `tenant_id`, `external_id`, `email_address`, `first_name`, `last_name`, all required.")
def keys_of_a_tenant(kiwi: Kiwi) -> None:
    for field in TENANT:
        assert fields(kiwi("POST", "tenants", without(TENANT, field))) == [(f"/{field}", "body")]


@states("Tenants: null refused.")
def null_in_a_tenant(kiwi: Kiwi) -> None:
    for field in TENANT:
        assert fields(kiwi("POST", "tenants", TENANT | {field: None})) == [(f"/{field}", "body")]
    kiwi.tenant()
    for field in without(TENANT, "tenant_id"):
        assert fields(kiwi("PUT", "tenants/t1", TENANT | {field: None})) == [(f"/{field}", "body")]


@states('Tenants: `""` accepted.')
def empty_texts_of_a_tenant(kiwi: Kiwi) -> None:
    empty = {"external_id": "", "first_name": "", "last_name": ""}
    assert empty.items() <= kiwi.tenant(**empty).items()


@states("Tenants: an update takes the same without `tenant_id`.")
def update_of_a_tenant(kiwi: Kiwi) -> None:
    kiwi.tenant()
    changed = {"external_id": "2", "email_address": "b@kiwi.example.com", "first_name": "B", "last_name": "Ö"}
    expected = changed | {"id": "t1", "organization_id": 42}
    assert kiwi.ok("PUT", "tenants/t1", changed | {"tenant_id": "t9"}) == expected
    assert kiwi.embedded.content()["tenant"] == {"t1": expected}
    for field in changed:
        assert kiwi.refused("PUT", "tenants/t1", without(changed, field)) == (422, "VALIDATION_ERROR")


@states(
    "Agreements: `rental_agreement_id`, `external_id`, `tenant_id`, `rental_unit_id`, `start_at`, `end_at`, "
    "all required."
)
def keys_of_an_agreement(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.tenant()
    for field in AGREEMENT:
        for body in (without(AGREEMENT, field), AGREEMENT | {field: None}):
            assert fields(kiwi("POST", "rental_agreements", body)) == [(f"/{field}", "body")]


@states("The list of agreements carries `tenant` and `state`.")
def the_list_of_agreements(kiwi: Kiwi) -> None:
    kiwi.leased()
    listed = kiwi.ok("GET", "rental_agreements")
    assert [one["tenant"] for one in listed] == [kiwi.ok("GET", "tenants/t1")]
    assert [one["state"] for one in listed] == [kiwi.state()]


@states("Lists are whole: no paging, no filters.")
def lists_are_whole(kiwi: Kiwi) -> None:
    for resource, kind in KINDS.items():
        for number in range(300):
            item = another(resource, f"n{number}", tenant_id=f"n{number}", rental_unit_id=f"n{number}")
            kiwi.embedded.put_object(kind, item | {"id": f"n{number}"})
    for resource in KINDS:
        path = listing(resource)
        query = f"{'&' if '?' in path else '?'}page_size=10&limit=10&external_id=x"
        assert len(kiwi.ok("GET", path + query)) == 300


@states("Lists have no order.")
def lists_have_no_order(kiwi: Kiwi) -> None:
    kiwi.unit()
    created = [f"n{number}" for number in range(20)]
    for resource in BODIES:
        for key in created:
            kiwi.ok("POST", resource, another(resource, key, tenant_id=key, rental_unit_id=key))
    for resource in BODIES:
        listed = [one["id"] for one in kiwi.ok("GET", listing(resource)) if one["id"] in created]
        assert listed != created
        assert sorted(listed) == sorted(created)


@states("No compression, no ETag.")
def no_compression(kiwi: Kiwi) -> None:
    kiwi.leased()
    headers = kiwi.bearer | {"Accept-Encoding": "gzip, br"}
    answer = kiwi.send("GET", kiwi.url("rental_agreements"), headers=headers)
    assert {"Content-Encoding", "ETag"}.isdisjoint(answer.headers)


@states("No idempotency keys: the same creation again is a collision.")
def no_idempotency_keys(kiwi: Kiwi) -> None:
    kiwi.tenant()
    headers = kiwi.bearer | {"Idempotency-Key": "x"}
    for status in (400, 400):
        assert kiwi.send("POST", kiwi.url("tenants"), headers=headers, json=TENANT).status_code == status


@states("GET /{id}, PUT /{id} and DELETE /{id}: 404 `…_NOT_FOUND` when absent.")
def absent_objects(kiwi: Kiwi) -> None:
    for resource, body in BODIES.items():
        for method in ("GET", "PUT", "DELETE"):
            error = (404, f"{KINDS[resource].upper()}_NOT_FOUND")
            assert kiwi.refused(method, f"{resource}/absent", body) == error


@states("What was deleted is gone, and its id free again.")
def what_was_deleted_is_gone(kiwi: Kiwi) -> None:
    for path in paths(kiwi):
        kiwi.ok("DELETE", path)
        assert kiwi("GET", path).status_code == 404
        assert kiwi("DELETE", path).status_code == 404
    assert kiwi.embedded.content() == {"rental_unit": {}, "tenant": {}, "rental_agreement": {}}
    kiwi.leased()
