"""Access: it hangs on the state of an agreement."""

import uuid

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import AGREEMENT, another
from tests.contract.kiwi.table import assumes, states

ON, OFF = ("Active", "Activated", "OK"), ("Inactive", "Deactivated", "OK")


@states(
    '`state` = `{"id": uuid, "desired", "actual", "status", "error": ""}`; '
    "a new agreement is desired `Inactive`, actual `Created`."
)
def a_new_state(kiwi: Kiwi) -> None:
    state = kiwi.leased().state()
    assert uuid.UUID(state.pop("id"))
    assert state == {"desired": "Inactive", "actual": "Created", "status": "OK", "error": ""}


@states("Mind the dash: `rental-agreements`.")
def mind_the_dash(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert kiwi("GET", "rental_agreements/a1/state").status_code == 404
    assert kiwi("GET", "rental-agreements/a1/state").status_code == 200
    assert kiwi("GET", "rental-agreements/a1").status_code == 404


@states("GET /rental-agreements/{id}/state: the state that the agreement carries.")
def the_state_of_an_agreement(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert kiwi.state() == kiwi.ok("GET", "rental_agreements/a1")["state"]


@assumes("An agreement that is absent has no state: 404 `RENTAL_AGREEMENT_NOT_FOUND`.")
def the_state_of_an_absent_agreement(kiwi: Kiwi) -> None:
    for method, rest in (("GET", "state"), ("POST", "reconcile")):
        error = kiwi.refused(method, f"rental-agreements/absent/{rest}")
        assert error == (404, "RENTAL_AGREEMENT_NOT_FOUND")


@states("PUT /rental-agreements/{id}/state records the wish, and no more.")
def a_wish_is_recorded(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.assign_door("u1", "front")
    before = kiwi.state()
    for desired in ("Active", "Inactive", "Active"):
        answer = kiwi.wish(desired)
        assert answer.status_code == 200
        assert answer.json() == kiwi.state() == before | {"desired": desired}
    assert kiwi.embedded.permissions() == set()
    assert kiwi.embedded.accounts() == set()


@states("On a wish, `status` is not worked out anew.")
def a_wish_leaves_the_status(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.fail_next_reconciles(1)
    kiwi.switch("Active")
    before = kiwi.state()
    assert kiwi.wish("Inactive").json() == before | {"desired": "Inactive"}


@states("The state's id never changes.")
def the_id_of_a_state(kiwi: Kiwi) -> None:
    kiwi.leased()
    before = kiwi.state()["id"]
    for desired in ("Active", "Inactive", "Active"):
        kiwi.switch(desired)
        kiwi.ok("PUT", "rental_agreements/a1", AGREEMENT)
        assert kiwi.state()["id"] == before


@states("Any known state id is taken under any agreement's path.")
def any_known_state_id(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.ok("POST", "rental_agreements", another("rental_agreements", "a2"))
    neighbour = kiwi.neighbour().leased()
    assert kiwi.wish("Active", "a1", kiwi.state("a2")["id"]).status_code == 200
    assert (kiwi.state("a1")["desired"], kiwi.state("a2")["desired"]) == ("Inactive", "Active")
    assert kiwi.wish("Active", "a1", neighbour.state()["id"]).status_code == 200
    assert (kiwi.state("a1")["desired"], neighbour.state()["desired"]) == ("Inactive", "Active")


@assumes("A state id that is not known is 404.")
def unknown_state_ids(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert kiwi.wish("Active", state_id=str(uuid.UUID(int=1))).status_code == 404
    gone = kiwi.state()["id"]
    kiwi.ok("DELETE", "rental_agreements/a1")
    kiwi.agreement()
    assert kiwi.wish("Active", state_id=gone).status_code == 404
    assert kiwi.state()["desired"] == "Inactive"


@assumes("A wish needs `state_id`: 422 without.")
def a_wish_needs_a_state_id(kiwi: Kiwi) -> None:
    kiwi.leased()
    answer = kiwi("PUT", "rental-agreements/a1/state", {"desired": "Active"})
    assert fields(answer) == [("state_id", "query")]


@assumes("`desired` is `Active` or `Inactive`; all else is 422.")
def known_wishes(kiwi: Kiwi) -> None:
    kiwi.leased()
    for desired in (None, "active", "Activated", ["Active"], 1):
        assert fields(kiwi.wish(desired)) == [("/desired", "body")]


@states("POST /rental-agreements/{id}/reconcile acts from (`Active`, `Created`).")
def from_created(kiwi: Kiwi) -> None:
    assert kiwi.leased().switch("Active") == ON


@states("A reconcile acts from (`Inactive`, `Activated`).")
def from_activated(kiwi: Kiwi) -> None:
    kiwi.leased().switch("Active")
    assert kiwi.switch("Inactive") == OFF


@states("A reconcile acts from (`Active`, `Deactivated`).")
def from_deactivated(kiwi: Kiwi) -> None:
    kiwi.leased().switch("Active")
    kiwi.switch("Inactive")
    assert kiwi.switch("Active") == ON


@states("A reconcile from anywhere else: 200 and nothing happens.")
def from_anywhere_else(kiwi: Kiwi) -> None:
    kiwi.leased()
    for desired in ("Inactive", "Active", "Inactive"):
        kiwi.switch(desired)
        before = kiwi.state(), kiwi.embedded.permissions()
        answer = kiwi.reconcile()
        assert (answer.status_code, answer.json()) == (200, before[0])
        assert (kiwi.state(), kiwi.embedded.permissions()) == before


@states("**`DELETE` of an agreement does not take access away.**")
def a_deletion_leaves_doors_open(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.assign_door("u1", "front")
    kiwi.switch("Active")
    kiwi.ok("DELETE", "rental_agreements/a1")
    assert kiwi.embedded.permissions() == {("anna@kiwi.example.com", "front")}


@states("A reconcile is one request: nobody reads a transition that is under way.")
def a_reconcile_is_one_request(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.wish("Active")
    answers = kiwi.together(
        *(("POST", "rental-agreements/a1/reconcile", None), ("GET", "rental-agreements/a1/state", None)) * 2
    )
    assert {answer.json()["actual"] for answer in answers} <= {"Created", "Activated"}


@states(
    "Whoever reads `Activating` reads a transition that failed (`status` `Error`, `error` has the words)."
)
def activating_is_a_failure(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.fail_next_reconciles(1)
    assert kiwi.switch("Active") == ("Active", "Activating", "Error")
    assert kiwi.state()["error"]


@states("`Deactivating` is a transition that failed, too.")
def deactivating_is_a_failure(kiwi: Kiwi) -> None:
    kiwi.leased().switch("Active")
    kiwi.embedded.fail_next_reconciles(1)
    assert kiwi.switch("Inactive") == ("Inactive", "Deactivating", "Error")
    assert kiwi.state()["error"]


@states("A failed transition is a dead end: no reconcile moves it any more.")
def a_failure_is_a_dead_end(kiwi: Kiwi) -> None:
    for first in ("Active", "Inactive"):
        agreement = first.lower()
        kiwi.unit(rental_unit_id=agreement, external_id=agreement)
        kiwi.ok("POST", "tenants", another("tenants", agreement))
        body = another("rental_agreements", agreement, tenant_id=agreement, rental_unit_id=agreement)
        kiwi.ok("POST", "rental_agreements", body)
        if first == "Inactive":
            kiwi.switch("Active", agreement)
        kiwi.embedded.fail_next_reconciles(1)
        _, stuck, _ = kiwi.switch(first, agreement)
        for desired in ("Active", "Inactive"):
            assert kiwi.switch(desired, agreement) == (desired, stuck, "Error")


@states("Only `DELETE` and a new agreement move what is stuck.")
def only_a_new_agreement_helps(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.fail_next_reconciles(1)
    kiwi.switch("Active")
    kiwi.ok("DELETE", "rental_agreements/a1")
    kiwi.agreement()
    assert kiwi.switch("Active") == ON


@states("`Activating/Error` never opened a door.")
def activating_opened_nothing(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.assign_door("u1", "front")
    kiwi.embedded.fail_next_reconciles(1)
    kiwi.switch("Active")
    assert kiwi.embedded.permissions() == set()


@states("`Deactivating/Error` may have left doors open.")
def deactivating_leaves_doors_open(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.assign_door("u1", "front")
    kiwi.switch("Active")
    kiwi.embedded.fail_next_reconciles(1)
    kiwi.switch("Inactive")
    assert kiwi.embedded.permissions() == {("anna@kiwi.example.com", "front")}


@states("If the core cannot be reached during a reconcile: 500, nothing changed.")
def the_core_cannot_be_reached(kiwi: Kiwi) -> None:
    kiwi.leased().embedded.assign_door("u1", "front")
    kiwi.wish("Active")
    before = kiwi.state()
    kiwi.embedded.shared.reconcile_away = 1.0
    assert kiwi.refused("POST", "rental-agreements/a1/reconcile") == (500, "UNEXPECTED_ERROR")
    assert (kiwi.state(), kiwi.embedded.permissions()) == (before, set())
    kiwi.embedded.shared.reconcile_away = 0.0
    kiwi.reconcile()
    assert kiwi.shape() == ON
