"""Withdrawing and giving access: read back, or not done."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from kiwi_sync.kiwi.access import READS
from kiwi_sync.kiwi.errors import KiwiAccessFailed, KiwiAccessStuck, KiwiBroken, KiwiNotFound, KiwiUncertain
from kiwi_sync.kiwi.models import AgreementState, Kind

from tests.unit.layer.kiwi.scripted import Answer, Rig, below, body_of, complains, says, says_text


class Doors:
    """One agreement's state: a wish changes nothing, a reconciliation arrives after some reads."""

    def __init__(self, desired: str, actual: str, reads: int = 0) -> None:
        self.state: dict[str, Any] | None = {
            "id": "s1",
            "desired": desired,
            "actual": actual,
            "status": "OK",
            "error": None,
        }
        self.deleted_as: dict[str, Any] | None = None
        self.reads = reads
        self.writes: list[str] = []
        self.before: dict[str, Callable[[], Answer | None]] = {}
        self._arrival: str | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "core.example":
            result = {"session_key": "s", "session": {"organization_id": 42}, "access_token": "t"}
            return httpx.Response(200, json={"result": result})
        scripted = self.before.pop(request.method, lambda: None)()
        if scripted is not None:
            return scripted(request)
        if self.state is None:
            return complains(404, "RENTAL_AGREEMENT_NOT_FOUND")(request)
        if request.method == "DELETE":
            self.deleted_as, self.state = self.state, None
            return httpx.Response(200, json={})
        if request.method != "GET":
            return self._write(self.state, request)
        if self._arrival is not None:
            self.reads -= 1
            if self.reads < 0:
                self.state["actual"] = self._arrival
        return httpx.Response(200, json=self.state)

    def _write(self, state: dict[str, Any], request: httpx.Request) -> httpx.Response:
        self.writes.append(f"{request.method} {below(request)}")
        if request.method == "PUT":
            if request.url.params["state_id"] != state["id"]:
                return complains(404, "RENTAL_AGREEMENT_STATE_NOT_FOUND")(request)
            state.update(body_of(request))
            return httpx.Response(200, json=state)
        on = state["desired"] == "Active"
        state["actual"] = "Activating" if on else "Deactivating"
        self._arrival = "Activated" if on else "Deactivated"
        return httpx.Response(200, json=state)


def test_a_state() -> None:
    client = Rig(Doors("Active", "Activated")).client
    assert client.state("a1") == AgreementState(id="s1", desired="Active", actual="Activated", status="OK")


def test_the_state_of_an_agreement_that_is_absent() -> None:
    doors = Doors("Inactive", "Created")
    doors.state = None
    client = Rig(doors).client
    assert client.state("a1") is None
    client.withdraw_access("a1")
    assert doors.writes == []
    with pytest.raises(KiwiNotFound):
        client.give_access("a1")


@pytest.mark.parametrize("body", [{}, [], {"id": "s1", "desired": None}])
def test_a_state_that_is_none_is_broken(body: Any) -> None:
    doors = Doors("Inactive", "Created")
    doors.before["GET"] = lambda: says(200, body)
    with pytest.raises(KiwiBroken, match="a1"):
        Rig(doors).client.state("a1")


@pytest.mark.parametrize(
    ("desired", "actual"),
    [("Active", "Activated"), ("Active", "Activating"), ("Active", "Created"), ("Inactive", "Activated")],
)
@pytest.mark.parametrize("reads", [0, 3])
def test_access_is_withdrawn_and_read_back(desired: str, actual: str, reads: int) -> None:
    doors = Doors(desired, actual, reads)
    rig = Rig(doors)
    rig.client.withdraw_access("a1")
    assert doors.writes == [
        "PUT rental-agreements/a1/state?state_id=s1",
        "POST rental-agreements/a1/reconcile",
    ]
    assert doors.state is not None
    assert (doors.state["desired"], doors.state["actual"]) == ("Inactive", "Deactivated")
    assert len(rig.pauses) == reads


def test_an_agreement_is_deleted_without_its_access() -> None:
    doors = Doors("Active", "Activated", reads=2)
    assert Rig(doors).client.delete(Kind.RENTAL_AGREEMENT, "a1") is True
    assert doors.deleted_as is not None
    assert doors.deleted_as["actual"] == "Deactivated"


def test_access_that_is_given_after_a_failed_deletion_is_withdrawn_again() -> None:
    doors = Doors("Active", "Activated")

    def give_and_fail() -> Answer:
        assert doors.state is not None
        doors.state.update(desired="Active", actual="Activated")
        return says(503, {})

    doors.before["DELETE"] = give_and_fail
    assert Rig(doors).client.delete(Kind.RENTAL_AGREEMENT, "a1") is True
    assert doors.deleted_as is not None
    assert doors.deleted_as["actual"] == "Deactivated"


def test_an_agreement_that_is_absent_is_not_deleted() -> None:
    doors = Doors("Inactive", "Created")
    doors.state = None
    assert Rig(doors).client.delete(Kind.RENTAL_AGREEMENT, "a1") is False


@pytest.mark.parametrize("actual", ["Created", "Deactivated"])
def test_access_that_is_withdrawn_is_left_alone(actual: str) -> None:
    doors = Doors("Inactive", actual)
    Rig(doors).client.withdraw_access("a1")
    assert doors.writes == []


def test_access_that_does_not_go_away_is_said_so() -> None:
    doors = Doors("Active", "Activated", reads=1000)
    rig = Rig(doors)
    with pytest.raises(KiwiBroken, match="a1 is not Inactive"):
        rig.client.withdraw_access("a1")
    assert len(doors.writes) == 2
    assert len(rig.pauses) == READS - 2
    assert 3 < sum(rig.pauses) < 10


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_agreement_that_goes_meanwhile(method: str) -> None:
    doors = Doors("Active", "Activated")

    def go() -> None:
        doors.state = None

    doors.before[method] = go
    client = Rig(doors).client
    client.withdraw_access("a1")
    with pytest.raises(KiwiNotFound):
        client.give_access("a1")


def test_a_state_that_moves_on_meanwhile_is_looked_at_again() -> None:
    doors = Doors("Active", "Activated")

    def move_on() -> None:
        assert doors.state is not None
        doors.state["id"] = "s2"

    doors.before["PUT"] = move_on
    Rig(doors).client.withdraw_access("a1")
    assert doors.writes[1] == "PUT rental-agreements/a1/state?state_id=s2"
    assert doors.state is not None
    assert doors.state["actual"] == "Deactivated"


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_an_uncertain_wish_is_passed_on(method: str) -> None:
    doors = Doors("Active", "Activated")
    doors.before[method] = lambda: says_text(502, "")
    with pytest.raises(KiwiUncertain):
        Rig(doors).client.withdraw_access("a1")


@pytest.mark.parametrize(("desired", "actual"), [("Inactive", "Created"), ("Active", "Deactivated")])
@pytest.mark.parametrize("reads", [0, 3])
def test_access_is_given_and_read_back(desired: str, actual: str, reads: int) -> None:
    doors = Doors(desired, actual, reads)
    Rig(doors).client.give_access("a1")
    assert doors.state is not None
    assert (doors.state["desired"], doors.state["actual"]) == ("Active", "Activated")


def test_access_that_stays_on_its_way_is_not_given() -> None:
    with pytest.raises(KiwiBroken, match="a1 is not Active"):
        Rig(Doors("Inactive", "Created", reads=1000)).client.give_access("a1")


def fails(doors: Doors, actual: str) -> None:
    """The next reconciliation fails half-way."""

    def half_way() -> Answer:
        assert doors.state is not None
        doors.state.update(actual=actual, status="Error", error="lock 7 of Anna's door")
        return says(200, doors.state)

    doors.before["POST"] = half_way


def test_an_activation_that_failed_is_no_success() -> None:
    doors = Doors("Inactive", "Created")
    fails(doors, "Activating")
    rig = Rig(doors)
    with pytest.raises(KiwiAccessFailed, match="a1: Activating, Error") as caught:
        rig.client.give_access("a1")
    assert caught.value.words == "lock 7 of Anna's door"
    assert "Anna" not in str(caught.value), "KIWI's words may be personal data"
    assert not isinstance(caught.value, KiwiAccessStuck)
    assert rig.pauses == [], "nothing moves it any more"
    rig.client.withdraw_access("a1")
    assert len(doors.writes) == 1, "it never opened a door"
    assert rig.client.delete(Kind.RENTAL_AGREEMENT, "a1") is True


def test_a_withdrawal_that_failed_is_recognized_at_the_first_reading() -> None:
    doors = Doors("Active", "Activated")
    fails(doors, "Deactivating")
    client = Rig(doors).client
    with pytest.raises(KiwiAccessStuck):
        client.withdraw_access("a1")
    doors.writes.clear()
    for ask in (
        client.withdraw_access,
        client.give_access,
        lambda key: client.delete(Kind.RENTAL_AGREEMENT, key),
    ):
        with pytest.raises(KiwiAccessStuck):
            ask("a1")
    assert (doors.writes, doors.deleted_as) == ([], None)


def test_access_that_is_on_is_left_alone() -> None:
    doors = Doors("Active", "Activated")
    Rig(doors).client.give_access("a1")
    assert doors.writes == []


def test_access_that_is_not_given_is_said_so() -> None:
    doors = Doors("Inactive", "Created")
    rig = Rig(doors)
    doors.before["POST"] = lambda: says(200, {})
    with pytest.raises(KiwiBroken, match="a1 is not Active"):
        rig.client.give_access("a1")
