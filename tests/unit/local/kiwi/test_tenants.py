import pytest

from tests.unit.local.kiwi.helpers import TENANT, Erp


def test_an_update_changes_all_but_the_id(erp: Erp) -> None:
    erp("POST", "tenants", TENANT)
    changed = {
        "tenant_id": "t9",
        "external_id": "2",
        "email_address": "berta@kiwi.example.com",
        "first_name": "Berta",
        "last_name": "Öz",
    }
    assert erp("PUT", "tenants/t1", changed).status_code == 200
    expected = changed | {"id": "t1", "organization_id": erp.organization_id}
    del expected["tenant_id"]
    assert erp.content()["tenant"] == {"t1": expected}


@pytest.mark.parametrize("field", ["external_id", "first_name", "last_name"])
def test_empty_texts_are_accepted(erp: Erp, field: str) -> None:
    assert erp("POST", "tenants", TENANT | {field: ""}).json()[field] == ""


@pytest.mark.parametrize("email", ["", "junk", "a@b", "a b@kiwi.example.com", "a@kiwi.test", "a@localhost"])
@pytest.mark.parametrize("update", [True, False])
def test_bad_email_addresses_are_refused(erp: Erp, email: str, update: bool) -> None:
    erp("POST", "tenants", TENANT)
    request = ("PUT", "tenants/t1") if update else ("POST", "tenants")
    answer = erp(*request, TENANT | {"email_address": email})
    assert (answer.status_code, answer.json()["name"]) == (422, "VALIDATION_ERROR")
    assert [one["field"] for one in answer.json()["details"]] == ["/email_address"]


@pytest.mark.parametrize("email", ["anna@müller.de", "anna+kiwi@kiwi.example.com"])
def test_good_email_addresses_are_accepted(erp: Erp, email: str) -> None:
    assert erp("POST", "tenants", TENANT | {"email_address": email}).json()["email_address"] == email


def test_email_addresses_are_compared_case_sensitively(erp: Erp) -> None:
    erp("POST", "tenants", TENANT)
    other = {"tenant_id": "t2", "external_id": "t2", "email_address": "ANNA@kiwi.example.com"}
    assert erp("POST", "tenants", TENANT | other).status_code == 200
