"""The objects that a refused write collided with."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from kiwi_sync.kiwi.errors import KiwiAway, KiwiCollision
from kiwi_sync.kiwi.models import AccessPoint, Kind, Payload

from tests.unit.layer.kiwi.scripted import AGREEMENT, TENANT, UNIT, Kiwi, Rig, below, complains

OTHER = TENANT.model_copy(update={"external_id": "other", "email_address": "other@example.com"})


class Shelf:
    """KIWI's objects of one kind."""

    def __init__(self, **objects: Payload) -> None:
        self.objects = dict(objects)
        self.lists = 0
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "core.example":
            result = {"session_key": "s", "session": {"organization_id": 42}, "access_token": "t"}
            return httpx.Response(200, json={"result": result})
        _, _, object_id = below(request).partition("/")
        if object_id:
            if object_id not in self.objects:
                return complains(404, "TENANT_NOT_FOUND")(request)
            return httpx.Response(200, json=self._shown(object_id))
        self.lists += 1
        threading.Event().wait(0.05)
        if self.away:
            return httpx.Response(503, headers={"Retry-After": "60"})
        return httpx.Response(200, json=[self._shown(object_id) for object_id in self.objects])

    def _shown(self, object_id: str) -> dict[str, object]:
        return {"id": object_id, **self.objects[object_id].model_dump()}


def collider(rig: Rig, payload: Payload = TENANT, *, updating: bool = False) -> str | None:
    found = rig.client.collider(Kind.TENANT, "t7", payload, updating=updating)
    return None if found is None else found.id


def test_the_same_id() -> None:
    shelf = Shelf(t7=OTHER, t8=TENANT)
    assert collider(Rig(shelf)) == "t7"
    assert shelf.lists == 0


def test_the_object_that_is_being_updated_is_not_its_own_collider() -> None:
    assert collider(Rig(Shelf(t7=TENANT)), updating=True) is None
    assert collider(Rig(Shelf(t7=OTHER, t8=TENANT)), updating=True) == "t8"


@pytest.mark.parametrize("updating", [False, True])
@pytest.mark.parametrize("field", ["external_id", "email_address"])
def test_one_shared_value(field: str, updating: bool) -> None:
    held = OTHER.model_copy(update={field: getattr(TENANT, field)})
    assert collider(Rig(Shelf(t1=OTHER, t8=held)), updating=updating) == "t8"


def test_addresses_compare_case_sensitively() -> None:
    held = OTHER.model_copy(update={"email_address": TENANT.email_address.upper()})
    assert collider(Rig(Shelf(t8=held))) is None


def test_the_external_id_goes_before_the_address() -> None:
    shelf = Shelf(
        t1=OTHER.model_copy(update={"email_address": TENANT.email_address}),
        t2=OTHER.model_copy(update={"external_id": TENANT.external_id}),
    )
    assert collider(Rig(shelf)) == "t2"


@pytest.mark.parametrize(("kind", "payload"), [(Kind.RENTAL_UNIT, UNIT), (Kind.RENTAL_AGREEMENT, AGREEMENT)])
def test_units_and_agreements_collide_by_external_id(kind: Kind, payload: Payload) -> None:
    changed = payload.model_copy(update={"external_id": "other"})
    client = Rig(Shelf(x1=changed, x2=payload)).client
    found = client.collider(kind, "x3", payload)
    assert found is not None
    assert (found.id, found.payload) == ("x2", payload)
    assert client.collider(kind, "x3", payload.model_copy(update={"external_id": "new"})) is None


def test_the_list_answers_for_a_minute() -> None:
    shelf = Shelf(t8=TENANT)
    rig = Rig(shelf)
    assert collider(rig) == "t8"
    rig.now += 59.9
    assert collider(rig) == "t8"
    assert shelf.lists == 1
    rig.now += 0.1
    assert collider(rig) == "t8"
    assert shelf.lists == 2


def test_a_holder_is_looked_at_again() -> None:
    shelf = Shelf(t8=TENANT)
    rig = Rig(shelf)
    collider(rig)
    changed = TENANT.model_copy(update={"first_name": "Eva"})
    shelf.objects["t8"] = changed
    found = rig.client.collider(Kind.TENANT, "t7", TENANT)
    assert found is not None
    assert found.payload == changed
    shelf.objects["t8"] = OTHER
    assert collider(rig) is None
    del shelf.objects["t8"]
    assert collider(rig) is None


def test_a_list_that_fails_is_asked_for_again() -> None:
    shelf = Shelf(t8=TENANT)
    shelf.away = True
    rig = Rig(shelf)
    with pytest.raises(KiwiAway):
        collider(rig)
    shelf.away = False
    assert collider(rig) == "t8"


def test_ten_threads_fetch_one_list() -> None:
    shelf = Shelf(t8=TENANT)
    rig = Rig(shelf)
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: collider(rig), range(10)))
    assert found == ["t8"] * 10
    assert shelf.lists == 1


def test_what_others_have_written_spoils_no_list() -> None:
    shelf = Shelf(t8=TENANT)
    odd: list[object] = [7, None, {"id": 5}, {"id": "t9"}, {"id": "t1", "external_id": None}]

    def answer(request: httpx.Request) -> httpx.Response:
        found = shelf(request)
        is_list = below(request) == "tenants"
        return httpx.Response(200, json=[*odd, *found.json()]) if is_list else found

    assert collider(Rig(answer)) == "t8"


def test_a_door_that_a_unit_has_already_is_a_collision() -> None:
    kiwi = Kiwi(complains(400, "ACCESS_POINT_ALREADY_EXISTS"))
    with pytest.raises(KiwiCollision):
        Rig(kiwi).client.add_access_point("u1", AccessPoint(id="d1"))
    assert len(kiwi.requests) == 1
