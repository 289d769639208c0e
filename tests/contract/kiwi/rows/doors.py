"""Doors: what a reconcile really moves."""

from tests.contract.kiwi.client import Kiwi
from tests.contract.kiwi.objects import TENANT, another
from tests.contract.kiwi.table import states

ANNA = "anna@kiwi.example.com"


def with_doors(kiwi: Kiwi, *doors: str) -> Kiwi:
    """A lease of a unit that has these doors."""
    kiwi.leased()
    for door in doors:
        kiwi.embedded.assign_door("u1", door, organization_id=kiwi.organization)
    return kiwi


@states("`Active` grants the tenant's user every access point of the unit.")
def a_grant_opens_every_door(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front", "flat").switch("Active")
    assert kiwi.embedded.permissions() == {(ANNA, "front"), (ANNA, "flat")}


@states("`Active` looks the user up by the tenant's e-mail address and creates it if there is none.")
def a_grant_creates_the_user(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front")
    assert kiwi.embedded.accounts() == set()
    kiwi.switch("Active")
    assert kiwi.embedded.accounts() == {ANNA}
    kiwi.switch("Inactive")
    assert kiwi.embedded.accounts() == {ANNA}


@states("`Inactive` removes that user's permission on each access point of the unit.")
def a_withdrawal_closes_every_door(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front", "flat").embedded.put_permission("somebody@b.de", "front")
    kiwi.switch("Active")
    kiwi.switch("Inactive")
    assert kiwi.embedded.permissions() == {("somebody@b.de", "front")}


@states("A withdrawal removes on the doors that the unit has now: one taken from it in between stays open.")
def a_door_taken_in_between(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front", "flat").switch("Active")
    kiwi.ok("DELETE", "rental_units/u1/access-points/flat")
    assert kiwi.switch("Inactive") == ("Inactive", "Deactivated", "OK")
    assert kiwi.embedded.permissions() == {(ANNA, "flat")}


@states("Permissions belong to (user, door), not to an agreement: there is one, however many agreements.")
def one_permission_for_both(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").ok("POST", "rental_agreements", another("rental_agreements", "a2"))
    kiwi.switch("Active", "a1")
    kiwi.switch("Active", "a2")
    assert kiwi.embedded.permissions() == {(ANNA, "front")}


@states("Withdrawing one of two agreements that share a door takes the door from the one that is still on.")
def a_shared_door(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front", "flat")
    kiwi.ok("POST", "rental_units", another("rental_units", "garage"))
    for door in ("front", "garage"):
        kiwi.embedded.assign_door("garage", door)
    kiwi.ok("POST", "rental_agreements", another("rental_agreements", "a2", rental_unit_id="garage"))
    kiwi.switch("Active", "a1")
    kiwi.switch("Active", "a2")
    kiwi.switch("Inactive", "a2")
    assert kiwi.embedded.permissions() == {(ANNA, "flat")}
    assert kiwi.shape("a1") == ("Active", "Activated", "OK")
    kiwi.reconcile("a1")
    assert kiwi.embedded.permissions() == {(ANNA, "flat")}


@states("A renewed lease of the same flat loses its doors with the old one's withdrawal.")
def a_renewed_lease(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.ok("POST", "rental_agreements", another("rental_agreements", "a2"))
    kiwi.switch("Active", "a2")
    kiwi.switch("Inactive", "a1")
    assert kiwi.embedded.permissions() == set()
    assert kiwi.shape("a2") == ("Active", "Activated", "OK")


@states("One user for all organizations: a withdrawal in one takes the door from the other.")
def one_user_for_all_organizations(kiwi: Kiwi) -> None:
    neighbour = with_doors(kiwi.neighbour(), "front")
    with_doors(kiwi, "front").switch("Active")
    neighbour.switch("Active")
    assert kiwi.embedded.permissions() == {(ANNA, "front")}
    neighbour.switch("Inactive")
    assert kiwi.embedded.permissions() == set()


@states("A tenant whose address is changed while access is on keeps all doors under the old account.")
def a_changed_address_leaves_doors_behind(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.ok("PUT", "tenants/t1", TENANT | {"email_address": "new@b.de"})
    assert kiwi.embedded.permissions() == {(ANNA, "front")}
    assert kiwi.shape() == ("Active", "Activated", "OK")


@states("A withdrawal after a change of address looks up the new one and reports `Deactivated`.")
def a_withdrawal_under_the_new_address(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.ok("PUT", "tenants/t1", TENANT | {"email_address": "new@b.de"})
    assert kiwi.switch("Inactive") == ("Inactive", "Deactivated", "OK")
    assert kiwi.embedded.permissions() == {(ANNA, "front")}


@states("So: withdraw under the old address, change it, give again.")
def a_change_of_address_done_right(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.switch("Inactive")
    kiwi.ok("PUT", "tenants/t1", TENANT | {"email_address": "new@b.de"})
    kiwi.switch("Active")
    assert kiwi.embedded.permissions() == {("new@b.de", "front")}


@states("A withdrawal finds a permission among the **first 20** of the door: the 20th is removed.")
def the_twentieth_permission(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front")
    for number in range(19):
        kiwi.embedded.put_permission(f"n{number}@b.de", "front")
    kiwi.switch("Active")
    kiwi.switch("Inactive")
    assert (ANNA, "front") not in kiwi.embedded.permissions()


@states("In a house with more than 20 permissions on the front door a withdrawal may not reach everybody.")
def the_twenty_first_permission(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front")
    for number in range(20):
        kiwi.embedded.put_permission(f"n{number}@b.de", "front")
    kiwi.switch("Active")
    assert kiwi.switch("Inactive") == ("Inactive", "Deactivated", "OK")
    assert (ANNA, "front") in kiwi.embedded.permissions()


@states("If the core answers an error: the state still becomes `Activated` or `Deactivated` (snapshot).")
def the_core_answers_an_error(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").embedded.shared.reconcile_moves_doors = False
    assert kiwi.switch("Active") == ("Active", "Activated", "OK")
    assert kiwi.switch("Inactive") == ("Inactive", "Deactivated", "OK")
    assert kiwi.embedded.permissions() == set()


@states("Snapshot: over HTTP the reconcile touches no door at all, only users and states.")
def a_reconcile_that_touches_no_door(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").embedded.shared.reconcile_moves_doors = False
    kiwi.switch("Active")
    assert kiwi.embedded.permissions() == set()
    assert kiwi.embedded.accounts() == {ANNA}


@states("Doors left open by a deletion are not closed for a new agreement of another tenant.")
def doors_left_open_stay_open(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.ok("DELETE", "rental_agreements/a1")
    kiwi.ok("POST", "tenants", another("tenants", "t2"))
    kiwi.agreement(tenant_id="t2")
    kiwi.switch("Active")
    kiwi.switch("Inactive")
    assert kiwi.embedded.permissions() == {(ANNA, "front")}


@states("Doors left open by a deletion are closed by a new agreement of the same tenant and unit.")
def doors_left_open_can_be_closed(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    kiwi.ok("DELETE", "rental_agreements/a1")
    kiwi.agreement()
    kiwi.switch("Active")
    kiwi.switch("Inactive")
    assert kiwi.embedded.permissions() == set()


@states("An update of an agreement touches neither its state nor its doors.")
def an_update_touches_no_door(kiwi: Kiwi) -> None:
    with_doors(kiwi, "front").switch("Active")
    state = kiwi.state()
    kiwi.ok(
        "PUT", "rental_agreements/a1", {"start_at": "2001-01-01T00:00:00Z", "end_at": "2002-01-01T00:00:00Z"}
    )
    assert kiwi.state() == state
    assert kiwi.embedded.permissions() == {(ANNA, "front")}
