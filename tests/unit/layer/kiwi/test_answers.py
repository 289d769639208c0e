"""The meaning of every status, name and failure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from kiwi_sync.kiwi.answers import complaint, retry_after
from kiwi_sync.kiwi.client import KiwiClient
from kiwi_sync.kiwi.errors import (
    KiwiAway,
    KiwiBroken,
    KiwiCollision,
    KiwiError,
    KiwiNotFound,
    KiwiRefused,
    KiwiUncertain,
)
from kiwi_sync.kiwi.models import Kind

from tests.unit.layer.kiwi.scripted import (
    PERSONAL,
    TENANT,
    Answer,
    Kiwi,
    Rig,
    breaks_off,
    complains,
    fails,
    says,
    says_text,
)

Do = Callable[[KiwiClient], object]


def read(client: KiwiClient) -> object:
    return client.get(Kind.TENANT, "t7")


def create(client: KiwiClient) -> None:
    client.create(Kind.TENANT, "t7", TENANT)


def update(client: KiwiClient) -> None:
    client.update(Kind.TENANT, "t7", TENANT)


def delete(client: KiwiClient) -> object:
    return client.delete(Kind.TENANT, "t7")


WRITES: list[Do] = [create, update, delete]


def outcome(answer: Answer, do: Do) -> tuple[KiwiError, int]:
    """The error, and how many requests it took."""
    kiwi = Kiwi(answer)
    with pytest.raises(KiwiError) as caught:
        do(Rig(kiwi).client)
    text = f"{caught.value} {caught.value!r}".lower()
    assert "tenant t7" in text
    assert not [word for word in PERSONAL if word in text]
    return caught.value, len(kiwi.requests)


@pytest.mark.parametrize("do", [read, *WRITES])
@pytest.mark.parametrize(
    "answer",
    [
        complains(429, "TOO_MANY_REQUESTS"),
        says_text(503, "<html>"),
        says_text(408, ""),
        fails(httpx.ConnectError("refused")),
        fails(httpx.ConnectTimeout("slow")),
        fails(httpx.PoolTimeout("busy")),
    ],
)
def test_what_had_no_effect_is_repeated_and_then_away(answer: Answer, do: Do) -> None:
    error, requests = outcome(answer, do)
    assert isinstance(error, KiwiAway)
    assert requests == 3


@pytest.mark.parametrize(
    "answer",
    [
        says_text(502, "Bad Gateway"),
        says_text(504, ""),
        fails(httpx.ReadTimeout("slow")),
        fails(httpx.WriteTimeout("slow")),
        fails(httpx.ReadError("reset")),
        fails(httpx.RemoteProtocolError("Server disconnected without sending a response.")),
        breaks_off,
    ],
)
def test_a_break_in_between_is_repeated_for_reads_and_uncertain_for_writes(answer: Answer) -> None:
    error, requests = outcome(answer, read)
    assert isinstance(error, KiwiAway)
    assert requests == 3
    for do in WRITES:
        error, requests = outcome(answer, do)
        assert isinstance(error, KiwiUncertain)
        assert requests == 1


def test_an_unreadable_success() -> None:
    assert isinstance(outcome(says_text(200, "<html>"), read)[0], KiwiBroken)
    for do in WRITES:
        error, requests = outcome(says_text(200, "<html>"), do)
        assert isinstance(error, KiwiUncertain)
        assert requests == 1


def undecodable(request: httpx.Request) -> httpx.Response:
    """Says gzip, is none: httpx finds out while it reads."""
    stream = httpx.ByteStream(b"no gzip")
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=stream)


def test_an_undecodable_body() -> None:
    assert isinstance(outcome(undecodable, read)[0], KiwiBroken)
    assert isinstance(outcome(undecodable, update)[0], KiwiUncertain)


@pytest.mark.parametrize("answer", [says(200, {"id": 1}), says(200, []), says(200, {"id": "t7"}), says(204)])
def test_a_success_that_is_no_object_is_broken(answer: Answer) -> None:
    error, requests = outcome(answer, read)
    assert isinstance(error, KiwiBroken)
    assert requests == 1


@pytest.mark.parametrize("do", [read, *WRITES])
@pytest.mark.parametrize(
    "answer", [complains(500, "UNEXPECTED_ERROR"), says_text(501, ""), says_text(520, "")]
)
def test_a_server_error_is_broken_and_not_repeated(answer: Answer, do: Do) -> None:
    error, requests = outcome(answer, do)
    assert isinstance(error, KiwiBroken)
    assert requests == 1


@pytest.mark.parametrize(
    ("name", "do"),
    [
        ("RENTAL_UNIT_ALREADY_EXISTS", create),
        ("TENANT_ALREADY_EXISTS", create),
        ("RENTAL_AGREEMENT_ALREADY_EXISTS", create),
        ("RENTAL_AGREEMENT_CREATE_ERROR", create),
        ("TENANT_UPDATE_ERROR", update),
        ("INTEGRITY_VIOLATION_ERROR", update),
        ("ACCESS_POINT_ALREADY_EXISTS", update),
    ],
)
def test_collisions(name: str, do: Do) -> None:
    error, requests = outcome(complains(400, name), do)
    assert isinstance(error, KiwiCollision)
    assert error.name == name
    assert requests == 1


@pytest.mark.parametrize("do", [read, *WRITES])
@pytest.mark.parametrize(
    ("status", "name", "fields"),
    [
        (422, "VALIDATION_ERROR", ("/email_address", "/external_id")),
        (400, "ADDRESS_INVALID_ERROR", ()),
        (400, "INVALID_START_OR_END_DATE", ()),
        (403, "FORBIDDEN", ()),
    ],
)
def test_refused_for_good(status: int, name: str, fields: tuple[str, ...], do: Do) -> None:
    error, requests = outcome(complains(status, name, *fields), do)
    assert isinstance(error, KiwiRefused)
    assert (error.status, error.name, error.fields) == (status, name, fields)
    assert error.message == "erika@mustermann.example is no good"
    assert str(error).endswith(f"tenant t7: {status} {name}")
    assert requests == 1


@pytest.mark.parametrize("do", [read, *WRITES])
@pytest.mark.parametrize("status", [301, 302, 307, 400, 403, 413, 422])
def test_a_refusal_without_kiwis_words_is_not_for_good(status: int, do: Do) -> None:
    error, requests = outcome(says_text(status, "<p>erika</p>", Location="https://elsewhere.example"), do)
    assert isinstance(error, KiwiBroken)
    assert "erika" not in str(error)
    assert requests == 1


def test_absent() -> None:
    rig = Rig(Kiwi(complains(404, "TENANT_NOT_FOUND")))
    assert read(rig.client) is None
    assert delete(rig.client) is False
    with pytest.raises(KiwiNotFound, match="PUT tenant t7: 404 TENANT_NOT_FOUND"):
        update(rig.client)
    with pytest.raises(KiwiCollision):
        create(rig.client)


@pytest.mark.parametrize("answer", [says_text(404, "nothing here"), complains(404, "ROUTE_UNKNOWN")])
@pytest.mark.parametrize("do", [read, delete, update])
def test_a_404_that_is_not_kiwis_does_not_mean_absent(answer: Answer, do: Do) -> None:
    assert isinstance(outcome(answer, do)[0], KiwiBroken)


@pytest.mark.parametrize("answer", [says(200, {}), says_text(204, ""), says(201, []), says_text(202, "")])
def test_any_success_of_a_write_is_one(answer: Answer) -> None:
    rig = Rig(Kiwi(answer))
    create(rig.client)
    update(rig.client)
    assert delete(rig.client) is True


@pytest.mark.parametrize(
    ("body", "name", "message", "fields"),
    [
        ([1], "", "", ()),
        ({"name": "erika wrote this", "message": 7}, "", "", ()),
        ({"name": "X_1", "message": "m", "details": [1, {"field": 2}, {"field": "/a"}]}, "X_1", "m", ("/a",)),
        ({"name": None, "details": {"field": "/a"}}, "", "", ()),
    ],
)
def test_odd_complaints(body: object, name: str, message: str, fields: tuple[str, ...]) -> None:
    said = complaint(httpx.Response(400, json=body))
    assert (said.name, said.message, said.fields) == (name, message, fields)


SUNDAY = "Sun, 05 Jan 2025 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 0 "}, 0.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "9" * 500}, None),
        ({"Retry-After": "Sun, 05 Jan 2025 10:00:30 GMT", "Date": SUNDAY}, 30.0),
        ({"Retry-After": "Sun, 05 Jan 2025 10:00:30 -0000", "Date": SUNDAY}, 30.0),
        ({"Retry-After": "Sun, 05 Jan 2025 09:00:00 GMT", "Date": SUNDAY}, 0.0),
        ({"Retry-After": SUNDAY}, 0.0),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Response(429, headers=headers)) == seconds


def test_retry_after_without_a_date_of_the_answer_counts_from_now() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    seconds = retry_after(httpx.Response(503, headers={"Retry-After": later}))
    assert seconds is not None
    assert 290 < seconds <= 300
