"""Accounts, sessions and tokens, changed from outside."""

from kiwi_sandbox.kiwi import EmbeddedKiwi

from tests.contract.kiwi.client import PASSWORD, Kiwi, error


def read(erp: Kiwi, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return erp.send("GET", erp.url("tenants"), headers=headers).status_code


def test_an_expired_session_gives_no_token_but_tokens_live_on(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    key, token = erp.session_key(), erp.new_token()
    kiwi.expire_sessions()
    assert erp.exchange(key).status_code == 401
    assert read(erp, token) == 200


def test_an_expired_token_is_refused_but_sessions_live_on(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    key, token = erp.session_key(), erp.new_token()
    kiwi.expire_tokens()
    assert read(erp, token) == 401
    assert read(erp, erp.exchange(key).json()["result"]["access_token"]) == 200


def test_a_changed_password_leaves_sessions_and_tokens(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    key, token = erp.session_key(), erp.new_token()
    kiwi.set_password("user-42", "new")
    assert (erp.log_in().status_code, erp.log_in("new").status_code) == (401, 200)
    assert read(erp, token) == 200
    assert erp.exchange(key).status_code == 200


def test_a_token_ends_by_itself(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    # KIWI takes a token for ten seconds longer than it is good.
    kiwi.token_lifetime = -11
    assert read(erp, erp.new_token()) == 401
    kiwi.token_lifetime = 1
    assert read(erp, erp.new_token()) == 200


def test_accounts_can_share_an_organization(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    erp.tenant()
    kiwi.add_account("second", PASSWORD)
    key = erp.log_in(username="second").json()["result"]["session_key"]
    assert read(erp, erp.exchange(key).json()["result"]["access_token"]) == 200


def test_an_organization_can_be_forgotten_and_comes_back(kiwi: EmbeddedKiwi, erp: Kiwi) -> None:
    kiwi.forget_organization()
    assert error(erp("GET", "tenants")) == (404, "ORGANIZATION_NOT_FOUND")
    kiwi.put_object("tenant", {"id": "t1"})
    assert erp("GET", "tenants").status_code == 200
