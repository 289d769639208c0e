"""Collisions, one after the other and at the same moment."""

from tests.contract.kiwi.client import Kiwi, error
from tests.contract.kiwi.objects import AGREEMENT, BODIES, KINDS, TENANT, UNIT, another
from tests.contract.kiwi.table import assumes, states


def taken(kiwi: Kiwi, resource: str, *same: str) -> tuple[int, str]:
    """The error that an object meets which has only these fields in common with one that is there."""
    before = kiwi.embedded.content()
    body = another(resource, "new") | {field: BODIES[resource][field] for field in same}
    met = kiwi.refused("POST", resource, body)
    assert kiwi.embedded.content() == before
    return met


@states("A unit with the same id or the same external id: 400 `RENTAL_UNIT_ALREADY_EXISTS`.")
def colliding_units(kiwi: Kiwi) -> None:
    kiwi.unit()
    for field in ("rental_unit_id", "external_id"):
        assert taken(kiwi, "rental_units", field) == (400, "RENTAL_UNIT_ALREADY_EXISTS")


@states("A tenant with the same id, external id or e-mail address: 400 `TENANT_ALREADY_EXISTS`.")
def colliding_tenants(kiwi: Kiwi) -> None:
    kiwi.tenant()
    for field in ("tenant_id", "external_id", "email_address"):
        assert taken(kiwi, "tenants", field) == (400, "TENANT_ALREADY_EXISTS")


@states("An agreement with the same id: 400 `RENTAL_AGREEMENT_ALREADY_EXISTS`.")
def agreements_with_one_id(kiwi: Kiwi) -> None:
    kiwi.leased()
    for fields in (("rental_agreement_id",), ("rental_agreement_id", "external_id")):
        assert taken(kiwi, "rental_agreements", *fields) == (400, "RENTAL_AGREEMENT_ALREADY_EXISTS")


@states("An agreement with the same external id: 400 `RENTAL_AGREEMENT_CREATE_ERROR`.")
def agreements_with_one_external_id(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert taken(kiwi, "rental_agreements", "external_id") == (400, "RENTAL_AGREEMENT_CREATE_ERROR")


@states("An agreement whose tenant or unit does not exist: 400 `RENTAL_AGREEMENT_CREATE_ERROR`.")
def agreements_without_parents(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.tenant()
    for field in ("tenant_id", "rental_unit_id"):
        met = kiwi.refused("POST", "rental_agreements", AGREEMENT | {field: "absent"})
        assert met == (400, "RENTAL_AGREEMENT_CREATE_ERROR")


@assumes(
    "An agreement cannot have another organization's tenant or unit: 400 `RENTAL_AGREEMENT_CREATE_ERROR`."
)
def agreements_with_foreign_parents(kiwi: Kiwi) -> None:
    neighbour = kiwi.neighbour()
    neighbour.unit()
    neighbour.tenant()
    kiwi.unit()
    met = kiwi.refused("POST", "rental_agreements", AGREEMENT)
    assert met == (400, "RENTAL_AGREEMENT_CREATE_ERROR")


@states("On `PUT` of a tenant: `TENANT_UPDATE_ERROR`.")
def colliding_updates_of_tenants(kiwi: Kiwi) -> None:
    kiwi.tenant()
    second = another("tenants", "t2")
    before = kiwi.ok("POST", "tenants", second)
    for field in ("external_id", "email_address"):
        met = kiwi.refused("PUT", "tenants/t2", second | {field: TENANT[field]})
        assert met == (400, "TENANT_UPDATE_ERROR")
    assert kiwi.ok("GET", "tenants/t2") == before


@states("On `PUT` of a unit: `INTEGRITY_VIOLATION_ERROR`.")
def colliding_updates_of_units(kiwi: Kiwi) -> None:
    kiwi.unit()
    second = another("rental_units", "u2")
    before = kiwi.ok("POST", "rental_units", second)
    met = kiwi.refused("PUT", "rental_units/u2", second | {"external_id": UNIT["external_id"]})
    assert met == (400, "INTEGRITY_VIOLATION_ERROR")
    assert kiwi.ok("GET", "rental_units/u2") == before


@states("An update with its own values collides with nothing.")
def updates_with_their_own_values(kiwi: Kiwi) -> None:
    kiwi.leased()
    for resource, body in BODIES.items():
        kiwi.ok("PUT", f"{resource}/{body[f'{KINDS[resource]}_id']}", body)


@states("What an update or a deletion has given up is free again.")
def what_was_given_up(kiwi: Kiwi) -> None:
    kiwi.tenant()
    moved = another("tenants", "moved", tenant_id="t1")
    kiwi.ok("PUT", "tenants/t1", moved)
    kiwi.ok("POST", "tenants", TENANT | {"tenant_id": "t2"})
    kiwi.ok("DELETE", "tenants/t1")
    kiwi.ok("POST", "tenants", moved)


@states("Two creations of one id at once: one 200, one 400.")
def two_creations_at_once(kiwi: Kiwi) -> None:
    for resource, name in (("rental_units", "RENTAL_UNIT"), ("tenants", "TENANT")):
        answers = kiwi.together(*(("POST", resource, BODIES[resource]),) * 2)
        won, lost = sorted(answers, key=lambda answer: answer.status_code)
        assert won.status_code == 200
        assert error(lost) == (400, f"{name}_ALREADY_EXISTS")


@states("Two creations of one agreement that race: the loser gets 400 `RENTAL_AGREEMENT_CREATE_ERROR`.")
def two_creations_of_an_agreement_at_once(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.tenant()
    answers = kiwi.together(*(("POST", "rental_agreements", AGREEMENT),) * 2)
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert won.status_code == 200
    assert error(lost) == (400, "RENTAL_AGREEMENT_CREATE_ERROR")
    assert kiwi.refused("POST", "rental_agreements", AGREEMENT) == (400, "RENTAL_AGREEMENT_ALREADY_EXISTS")


@states("Two `DELETE`s at once: usually both 200.")
def two_deletions_at_once(kiwi: Kiwi) -> None:
    kiwi.leased()
    for path in ("rental_agreements/a1", "tenants/t1", "rental_units/u1"):
        answers = kiwi.together(*(("DELETE", path, None),) * 2)
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()
        assert kiwi("GET", path).status_code == 404
        assert kiwi("DELETE", path).status_code == 404


@states(
    "A `POST` of an agreement beside the `DELETE` of its tenant: one wins, the loser 400 or 500, "
    "never an orphan."
)
def an_agreement_beside_the_end_of_its_tenant(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.tenant()
    create, delete = kiwi.together(("POST", "rental_agreements", AGREEMENT), ("DELETE", "tenants/t1", None))
    statuses = create.status_code, delete.status_code
    assert statuses in {(200, 500), (400, 200)}
    content = kiwi.embedded.content()
    held = len(content["rental_agreement"]), len(content["tenant"])
    assert held == ((1, 1) if statuses == (200, 500) else (0, 0))
