"""The content of errors, and the secrecy of their texts."""

import pytest
from kiwi_sync.kiwi.errors import (
    KiwiAway,
    KiwiBroken,
    KiwiCollision,
    KiwiError,
    KiwiLoginRefused,
    KiwiNotFound,
    KiwiRefused,
    KiwiUncertain,
)


@pytest.mark.parametrize(
    "error",
    [
        KiwiAway(3.0, "GET tenant t7: 429"),
        KiwiUncertain("PUT tenant t7: 502"),
        KiwiBroken("GET tenant t7: 500"),
        KiwiNotFound("GET tenant t7: 404"),
        KiwiCollision("TENANT_UPDATE_ERROR", "PUT tenant t7: 400"),
        KiwiRefused(422, "VALIDATION_ERROR", "", (), "PUT tenant t7: 422"),
        KiwiLoginRefused("log-in: 401"),
    ],
)
def test_every_error_says_what_it_is_about(error: KiwiError) -> None:
    assert isinstance(error, KiwiError)
    assert ": " in str(error)


def test_a_refusal_keeps_kiwis_words_out_of_its_text() -> None:
    error = KiwiRefused(422, "VALIDATION_ERROR", "erika@x is bad", ["/email_address"])
    assert (error.status, error.name, error.message) == (422, "VALIDATION_ERROR", "erika@x is bad")
    assert error.fields == ("/email_address",)
    assert str(error) == "422 VALIDATION_ERROR"
    assert "erika" not in repr(error)


def test_defaults() -> None:
    assert KiwiAway().retry_after is None
    assert str(KiwiCollision("TENANT_UPDATE_ERROR")) == "TENANT_UPDATE_ERROR"
