"""Access points: the doors of a unit."""

from typing import Any

from tests.contract.kiwi.client import Kiwi, fields
from tests.contract.kiwi.objects import ADDRESS, another, without
from tests.contract.kiwi.table import assumes, states

POINTS = "rental_units/u1/access-points"
FRONT = {"id": "front", "name": "Front door", "permission": "IS_HOST"}
FLAT = {"id": "flat", "name": "Flat door", "permission": "IS_GUEST"}
EXISTS = (400, "ACCESS_POINT_ALREADY_EXISTS")


@states("GET /rental_units/{id}/access-points: the unit's doors with `id`, `name`, `permission`.")
def doors_of_a_unit(kiwi: Kiwi) -> None:
    kiwi.unit()
    assert kiwi.ok("GET", POINTS) == []
    for door in (FRONT, FLAT):
        kiwi.ok("POST", POINTS, door)
    assert sorted(kiwi.ok("GET", POINTS), key=lambda point: str(point["id"])) == [FLAT, FRONT]


@assumes("A new access point needs `id` and `name`.")
def keys_of_a_door(kiwi: Kiwi) -> None:
    kiwi.unit()
    for field in ("id", "name"):
        assert fields(kiwi("POST", POINTS, without(FRONT, field))) == [(f"/{field}", "body")]


@states("`permission` is `IS_HOST` by default.")
def permission_by_default(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", POINTS, {"id": "front", "name": "Front door"})
    assert kiwi.ok("GET", POINTS) == [FRONT]


@assumes("`permission` is one of `IS_HOST`, `IS_GUEST`, `IS_MANAGER`, ….")
def known_permissions(kiwi: Kiwi) -> None:
    kiwi.unit()
    for permission in ("IS_HOST", "IS_GUEST", "IS_MANAGER"):
        kiwi.ok("POST", POINTS, {"id": permission, "name": "", "permission": permission})
    unknowns: tuple[Any, ...] = ("HOST", None, [])
    for unknown in unknowns:
        answer = kiwi("POST", POINTS, FRONT | {"permission": unknown})
        assert fields(answer) == [("/permission", "body")]


@states("POST /rental_units/{id}/access-points adds; once more is 400 `ACCESS_POINT_ALREADY_EXISTS`.")
def the_same_door_twice(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", POINTS, FRONT)
    assert kiwi.refused("POST", POINTS, FRONT | {"name": "Another name"}) == EXISTS
    assert kiwi.ok("GET", POINTS) == [FRONT]


@states("Snapshot: a sensor belongs to one unit only, over all of KIWI.")
def one_unit_per_sensor(kiwi: Kiwi) -> None:
    kiwi.embedded.shared.one_unit_per_sensor = True
    neighbour = kiwi.neighbour()
    kiwi.unit()
    neighbour.unit()
    kiwi.ok("POST", "rental_units", another("rental_units", "u2"))
    kiwi.ok("POST", POINTS, FRONT)
    assert kiwi.refused("POST", "rental_units/u2/access-points", FRONT) == EXISTS
    assert neighbour.refused("POST", POINTS, FRONT) == EXISTS
    kiwi.ok("DELETE", f"{POINTS}/front")
    neighbour.ok("POST", POINTS, FRONT)


@states("KIWI may be newer than that snapshot: then the units of a house share its front door.")
def one_front_door_for_a_house(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", "rental_units", another("rental_units", "u2"))
    for unit in ("u1", "u2"):
        kiwi.ok("POST", f"rental_units/{unit}/access-points", FRONT)


@assumes("POST …/bulk adds all of `access_points`, or none: 400 `ACCESS_POINT_ALREADY_EXISTS` for one.")
def doors_in_bulk(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", f"{POINTS}/bulk", {"access_points": [FRONT]})
    assert kiwi.refused("POST", f"{POINTS}/bulk", {"access_points": [FLAT, FRONT]}) == EXISTS
    assert kiwi.ok("GET", POINTS) == [FRONT]
    assert kiwi.refused("POST", f"{POINTS}/bulk", {}) == (422, "VALIDATION_ERROR")
    kiwi.ok("POST", f"{POINTS}/bulk", {"access_points": [FLAT]})
    assert len(kiwi.ok("GET", POINTS)) == 2


@states("DELETE /rental_units/{id}/access-points/{access_point_id} removes.")
def a_door_is_removed(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", f"{POINTS}/bulk", {"access_points": [FRONT, FLAT]})
    assert kiwi.ok("DELETE", f"{POINTS}/front") is None
    assert kiwi.ok("GET", POINTS) == [FLAT]
    assert kiwi("DELETE", f"{POINTS}/front").status_code == 404


@assumes("The doors of a unit that is absent: 404 `RENTAL_UNIT_NOT_FOUND`.")
def doors_of_an_absent_unit(kiwi: Kiwi) -> None:
    for method, path, body in (
        ("GET", POINTS, None),
        ("POST", POINTS, FRONT),
        ("POST", f"{POINTS}/bulk", {"access_points": []}),
        ("DELETE", f"{POINTS}/front", None),
    ):
        assert kiwi.refused(method, path, body) == (404, "RENTAL_UNIT_NOT_FOUND")


@states("GET /access-points/search gives the account's sensors with name, address, battery, owner.")
def doors_are_searched_for(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", f"{POINTS}/bulk", {"access_points": [FRONT, FLAT]})
    search = f"access-points/search?session_key={kiwi.session_key()}"
    found = kiwi.ok("GET", f"{search}&search=Front&page_number=1&page_size=10")
    assert [(point["name"], point["address"]) for point in found] == [("Front door", ADDRESS)]
    assert found[0].keys() >= {"id", "name", "address", "battery", "owner"}
    pages = [kiwi.ok("GET", f"{search}&page_number={number}&page_size=1") for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [1, 1, 0]
    for page_size in ("x", "0", "-1"):
        assert fields(kiwi("GET", f"{search}&page_size={page_size}")) == [("page_size", "query")]


@states("The search wants the session key besides the token.")
def a_search_wants_the_session_key(kiwi: Kiwi) -> None:
    key = kiwi.session_key()
    for query in ("", "?session_key=", "?session_key=junk"):
        assert kiwi("GET", f"access-points/search{query}").status_code == 401
    url = kiwi.url(f"access-points/search?session_key={key}")
    assert kiwi.send("GET", url).status_code == 401
    assert kiwi.send("GET", url, headers=kiwi.bearer).status_code == 200


@states("GET /rental_units?include_access_points=true: snapshot, `access_points` is filled.")
def the_list_of_units_with_doors(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", POINTS, FRONT)
    listed = {
        value: kiwi.ok("GET", f"rental_units?include_access_points={value}") for value in ("true", "false")
    }
    assert listed["true"][0]["access_points"] == [FRONT]
    assert "access_points" not in listed["false"][0]


@states("A unit without access points opens nothing, whatever its agreements' states say.")
def a_unit_without_doors(kiwi: Kiwi) -> None:
    kiwi.leased()
    assert kiwi.switch("Active") == ("Active", "Activated", "OK")
    assert kiwi.embedded.permissions() == set()


@states("A door assigned after a grant is opened by the next grant only.")
def a_door_that_comes_later(kiwi: Kiwi) -> None:
    kiwi.leased()
    kiwi.switch("Active")
    kiwi.ok("POST", POINTS, FRONT)
    kiwi.reconcile()
    assert kiwi.embedded.permissions() == set()


@states("**A unit that has access points cannot be deleted**: 500 `UNEXPECTED_ERROR`; they go first.")
def a_unit_with_doors_stays(kiwi: Kiwi) -> None:
    kiwi.unit()
    kiwi.ok("POST", POINTS, FRONT)
    for _ in range(2):
        assert kiwi.refused("DELETE", "rental_units/u1") == (500, "UNEXPECTED_ERROR")
    kiwi.ok("DELETE", f"{POINTS}/front")
    kiwi.ok("DELETE", "rental_units/u1")
