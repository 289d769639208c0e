"""Logging in, staying logged in, and the errors in between."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from kiwi_sync.kiwi.auth import Credentials
from kiwi_sync.kiwi.errors import KiwiAway, KiwiError, KiwiLoginRefused, KiwiUncertain
from kiwi_sync.kiwi.models import Kind

from tests.unit.layer.kiwi.scripted import (
    PERSONAL,
    TENANT,
    Answer,
    Kiwi,
    Rig,
    body_of,
    breaks_off,
    complains,
    fails,
    says,
    says_text,
)

STORED = {"id": "t7", **TENANT.model_dump()}
OK = says(200, STORED)
EXPIRED = complains(401, "ACCESS_TOKEN_INVALID")


def refusal(rig: Rig) -> KiwiError:
    with pytest.raises(KiwiError) as caught:
        rig.client.get(Kind.TENANT, "t7")
    text = f"{caught.value} {caught.value!r}".lower()
    assert not [word for word in PERSONAL if word in text]
    return caught.value


def test_the_first_request_logs_in_and_the_next_ones_do_not() -> None:
    kiwi = Kiwi(OK)
    rig = Rig(kiwi)
    for _ in range(3):
        assert rig.client.get(Kind.TENANT, "t7") is not None
    (login,), (exchange,) = kiwi.logins, kiwi.exchanges
    assert (login.method, str(login.url)) == ("POST", "https://core.example/v1/session")
    assert body_of(login) == {"username": "erika", "password": "geheim"}
    assert (exchange.method, str(exchange.url)) == ("POST", "https://core.example/v1/access_token")
    assert exchange.headers["session-key"] == "session-of-1"
    assert body_of(exchange) == {"audience": "https://housing.kiwi.ki"}
    assert [sent.headers["Authorization"] for sent in kiwi.requests] == ["Bearer token-1"] * 3
    assert kiwi.requests[0].url.path == "/api/pre/organizations/42/tenants/t7"
    assert rig.gate.log == ["permit v1", "accepted v1"]


def test_the_log_in_has_the_time_outs_of_the_request() -> None:
    kiwi = Kiwi(OK)
    Rig(kiwi).client.get(Kind.TENANT, "t7")
    expected = {"connect": 5.0, "read": 20.0, "write": 10.0, "pool": 5.0}
    for sent in [*kiwi.logins, *kiwi.exchanges, *kiwi.requests]:
        assert sent.extensions["timeout"] == expected


def test_the_password_is_in_no_text() -> None:
    assert "geheim" not in repr(Credentials("erika", "geheim", "v1"))


@pytest.mark.parametrize("name", ["ACCESS_TOKEN_INVALID", "UNAUTHORIZED"])
def test_an_expired_token_is_renewed_from_the_session(name: str) -> None:
    kiwi = Kiwi(OK, complains(401, name), says(200, {}))
    rig = Rig(kiwi)
    rig.client.get(Kind.TENANT, "t7")
    rig.client.update(Kind.TENANT, "t7", TENANT)
    assert (len(kiwi.logins), len(kiwi.exchanges)) == (1, 2)
    assert [sent.headers["Authorization"] for sent in kiwi.requests[1:]] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert body_of(kiwi.requests[1]) == body_of(kiwi.requests[2]) == TENANT.model_dump()


def test_an_expired_session_is_renewed_with_the_present_password() -> None:
    kiwi = Kiwi(OK, EXPIRED, OK)
    rig = Rig(kiwi)
    rig.client.get(Kind.TENANT, "t7")
    rig.credentials = Credentials("erika", "neu", "v2")
    kiwi.tokens = [complains(401, "UNAUTHORIZED")]
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert [body_of(login)["password"] for login in kiwi.logins] == ["geheim", "neu"]
    assert kiwi.exchanges[-1].headers["session-key"] == "session-of-2"
    assert rig.gate.log == ["permit v1", "accepted v1", "permit v2", "accepted v2"]


def test_a_second_401_is_a_refusal_and_the_next_request_logs_in_afresh() -> None:
    kiwi = Kiwi(EXPIRED)
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert (len(kiwi.requests), len(kiwi.logins), len(kiwi.exchanges)) == (2, 1, 2)
    kiwi.answers = [OK]
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert len(kiwi.logins) == 2


def test_what_another_thread_has_renewed_meanwhile_is_not_forgotten() -> None:
    def refuse_late(request: httpx.Request) -> httpx.Response:
        kiwi.answers = [EXPIRED, OK]
        assert rig.client.get(Kind.TENANT, "t7") is not None
        return EXPIRED(request)

    kiwi = Kiwi(EXPIRED, refuse_late)
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert (len(kiwi.logins), len(kiwi.exchanges)) == (1, 3)


def test_another_organization_is_cured_by_a_fresh_log_in_or_refused() -> None:
    answer = complains(403, "FORBIDDEN_ORGANIZATION")
    kiwi = Kiwi(OK, answer, OK)
    rig = Rig(kiwi)
    rig.client.get(Kind.TENANT, "t7")
    kiwi.organization = "43/x"
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert kiwi.requests[-1].url.raw_path == b"/api/pre/organizations/43%2Fx/tenants/t7"
    assert len(kiwi.logins) == 2
    kiwi.answers = [answer]
    refused = refusal(rig)
    assert isinstance(refused, KiwiLoginRefused)
    assert refused.name == "FORBIDDEN_ORGANIZATION"
    assert len(kiwi.logins) == 3


def test_an_organization_that_kiwi_does_not_know_yet_is_asked_for_once_and_with_a_log_in_of_its_own() -> None:
    kiwi = Kiwi(OK, complains(404, "ORGANIZATION_NOT_FOUND"), OK)
    rig = Rig(kiwi)
    rig.client.get(Kind.TENANT, "t7")
    refused = refusal(rig)
    assert isinstance(refused, KiwiLoginRefused)
    assert (refused.name, len(kiwi.logins)) == ("ORGANIZATION_NOT_FOUND", 1)
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert len(kiwi.logins) == 2


def test_a_wrong_password() -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [complains(401, "UNAUTHORIZED")]
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert rig.gate.log == ["permit v1", "refused v1"]
    assert (len(kiwi.logins), kiwi.requests, rig.pauses) == (1, [], [])


@pytest.mark.parametrize("answer", [complains(403, "LOCKED"), complains(422, "X"), says_text(302, "")])
def test_any_other_refusal_of_the_log_in_needs_a_person_too(answer: Answer) -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [answer]
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert rig.gate.log[-1] == "refused v1"


def test_an_account_without_organization() -> None:
    kiwi = Kiwi(OK)
    kiwi.organization = None
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert rig.gate.log[-1] == "refused v1"


def test_a_fresh_session_that_gets_no_token() -> None:
    kiwi = Kiwi(OK)
    kiwi.tokens = [complains(401, "UNAUTHORIZED")]
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert rig.gate.log == ["permit v1", "accepted v1"]
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert len(kiwi.logins) == 2


def test_a_wrong_token_path_does_not_log_in_again_and_again() -> None:
    kiwi = Kiwi(OK)
    kiwi.tokens = [says_text(404, "")] * 2
    rig = Rig(kiwi)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert isinstance(refusal(rig), KiwiLoginRefused)
    assert len(kiwi.logins) == 1


UNAVAILABLE = [
    says_text(429, ""),
    says_text(500, ""),
    says_text(502, ""),
    says_text(503, ""),
    says_text(504, ""),
    says_text(200, "<html>"),
    says(200, {"status": "ok", "result": {}}),
    fails(httpx.ConnectError("refused")),
    fails(httpx.ReadTimeout("slow")),
    fails(httpx.ReadError("reset")),
    fails(httpx.RemoteProtocolError("Server disconnected without sending a response.")),
    breaks_off,
]


@pytest.mark.parametrize("step", ["sessions", "tokens"])
@pytest.mark.parametrize("answer", UNAVAILABLE)
def test_a_log_in_that_gets_no_verdict_is_away_even_for_a_write(answer: Answer, step: str) -> None:
    kiwi = Kiwi(says(200, {}))
    setattr(kiwi, step, [answer] * 3)
    rig = Rig(kiwi)
    with pytest.raises(KiwiAway):
        rig.client.update(Kind.TENANT, "t7", TENANT)
    assert kiwi.requests == []
    assert len(rig.pauses) == 2
    assert "refused v1" not in rig.gate.log
    rig.client.update(Kind.TENANT, "t7", TENANT)
    assert len(kiwi.requests) == 1


@pytest.mark.parametrize("answer", UNAVAILABLE)
def test_a_log_in_is_tried_again_in_place(answer: Answer) -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [answer]
    kiwi.tokens = [answer]
    rig = Rig(kiwi)
    assert rig.client.get(Kind.TENANT, "t7") is not None
    assert (len(kiwi.logins), len(kiwi.exchanges)) == (2, 2)


def test_a_log_in_that_is_asked_to_wait() -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [says_text(503, "", Retry_After="90")]
    error = refusal(Rig(kiwi))
    assert isinstance(error, KiwiAway)
    assert error.retry_after == 90.0


def test_the_write_after_a_log_in_is_uncertain_all_the_same() -> None:
    rig = Rig(Kiwi(EXPIRED, fails(httpx.ReadTimeout("slow"))))
    with pytest.raises(KiwiUncertain):
        rig.client.update(Kind.TENANT, "t7", TENANT)


@pytest.mark.parametrize("error", [KiwiLoginRefused("refused lately"), KiwiAway(40.0, "tried lately")])
def test_the_gate_has_the_word(error: KiwiError) -> None:
    kiwi = Kiwi(OK)
    rig = Rig(kiwi)
    rig.gate.refusal = error
    assert refusal(rig) is error
    assert kiwi.logins == []


def test_credentials_that_cannot_be_read_are_the_callers_own_trouble() -> None:
    rig = Rig(Kiwi(OK))
    rig.credentials = None  # type: ignore[assignment]  # whatever the caller's function raises
    with pytest.raises(AttributeError):
        rig.client.get(Kind.TENANT, "t7")


THREADS = 10


def together(rig: Rig) -> list[Any]:
    """The results of ten threads that read at the same time: objects or errors."""
    barrier = threading.Barrier(THREADS)

    def one(_: int) -> Any:
        barrier.wait()
        try:
            return rig.client.get(Kind.TENANT, "t7")
        except KiwiError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def holding(answer: Answer) -> Answer:
    """The answer, when nine others have had the time to wait for it."""

    def answer_late(request: httpx.Request) -> httpx.Response:
        threading.Event().wait(0.3)
        return answer(request)

    return answer_late


SESSION = says(200, {"result": {"session_key": "s", "session": {"organization_id": 42}}})


def test_ten_threads_log_in_once() -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [holding(SESSION)]
    found = together(Rig(kiwi))
    assert [answer.id for answer in found] == ["t7"] * THREADS
    assert (len(kiwi.logins), len(kiwi.exchanges), len(kiwi.requests)) == (1, 1, THREADS)


def test_ten_threads_renew_an_expired_token_once() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return (EXPIRED if request.headers["Authorization"] == "Bearer token-1" else OK)(request)

    kiwi = Kiwi(answer)
    found = together(Rig(kiwi))
    assert [answer.id for answer in found] == ["t7"] * THREADS
    assert (len(kiwi.logins), len(kiwi.exchanges)) == (1, 2)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (complains(401, "UNAUTHORIZED"), KiwiLoginRefused),
        (says_text(503, "", Retry_After="30"), KiwiAway),
        (fails(httpx.ReadTimeout("slow")), KiwiAway),
        (breaks_off, KiwiAway),
    ],
)
def test_who_waited_for_a_log_in_that_failed_shares_its_failure(
    answer: Answer, error: type[KiwiError]
) -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [holding(answer)] * THREADS
    errors = together(Rig(kiwi, attempts=1))
    assert {type(each) for each in errors} == {error}
    assert len(set(map(id, errors))) == THREADS
    assert len(kiwi.logins) == 1
    assert len({getattr(each, "retry_after", None) for each in errors}) == 1


def test_a_log_in_that_broke_off_holds_nobody_up() -> None:
    kiwi = Kiwi(OK)
    kiwi.sessions = [breaks_off]
    rig = Rig(kiwi, attempts=1)
    error = refusal(rig)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(rig.client.get, Kind.TENANT, "t7").result(timeout=5) is not None
    assert isinstance(error, KiwiAway)
