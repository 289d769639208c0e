"""The client of each connection: its secret read at each log-in, its settings watched."""

import json

import httpx
import pytest
from botocore.exceptions import ClientError
from kiwi_sync.connections import SettingsInvalidError, UnknownConnectionError
from kiwi_sync.kiwi.errors import KiwiLoginRefused
from kiwi_sync.kiwi.models import Kind
from kiwi_sync.rules.reasons import Problem
from kiwi_sync.state.availability import read_availability

from tests.unit.load.conftest import NewWorld
from tests.unit.load.driver import World
from tests.unit.transform.world import CONNECTION, lease, settings, tenant, tenant_key, unit

BROKEN = [
    {"username": "somebody", "password": "REPLACE-ME"},
    {"username": "REPLACE-ME", "password": "secret"},
    {"username": "somebody"},
    {"username": "", "password": "secret"},
    {"username": "somebody", "password": ""},
    "no JSON",
    "[]",
]


def ask(world: World) -> None:
    """One request, with whatever log-in it takes."""
    assert world.load.clients.client(CONNECTION).get(Kind.TENANT, "nobody") is None


def fresh(world: World) -> World:
    """With containers that have no session yet."""
    world.restart()
    return world


@pytest.mark.parametrize("secret", BROKEN, ids=str)
def test_a_secret_that_is_none_pauses_the_connection_without_a_log_in(world: World, secret: object) -> None:
    world.secrets.put("secret", secret)
    before = len(world.kiwi.requests)
    with pytest.raises(KiwiLoginRefused) as refusal:
        ask(fresh(world))
    assert "somebody" not in str(refusal.value)
    assert read_availability(world.table, CONNECTION).paused_version == "version-2"
    assert len(world.kiwi.requests) == before


def test_a_secret_that_is_not_there_pauses_the_connection(world: World) -> None:
    del world.secrets.secrets["secret"]
    with pytest.raises(KiwiLoginRefused):
        ask(fresh(world))
    assert read_availability(world.table, CONNECTION).paused_version == "missing"


@pytest.mark.parametrize("code", ["AccessDeniedException", "InvalidRequestException", "DecryptionFailure"])
def test_a_secret_that_cannot_be_read_pauses_the_connection(world: World, code: str) -> None:
    world.secrets.forbids = code
    before = len(world.kiwi.requests)
    fresh(world).settle(tenant())
    assert read_availability(world.table, CONNECTION).paused_version == "missing"
    assert len(world.kiwi.requests) == before


def test_an_error_of_the_vault_itself_does_not(world: World) -> None:
    world.secrets.forbids = "InternalServiceError"
    with pytest.raises(ClientError):
        ask(fresh(world))
    assert read_availability(world.table, CONNECTION).paused_version is None


def test_a_new_version_of_the_secret_resumes_by_itself(world: World) -> None:
    right = json.loads(world.secrets.secrets["secret"][0])
    world.secrets.put("secret", {**right, "password": "wrong"})
    fresh(world).settle(tenant())
    assert read_availability(world.table, CONNECTION).paused_version == "version-2"
    assert world.ids("tenant") == []
    world.secrets.put("secret", right)
    world.resume()
    assert read_availability(world.table, CONNECTION).paused_version is None
    assert world.ids("tenant") == ["0001--7"]
    assert world.row(tenant_key()).todo is None


def test_a_wrong_password_is_tried_once_a_minute_over_all_containers(world: World) -> None:
    right = json.loads(world.secrets.secrets["secret"][0])
    world.secrets.put("secret", {**right, "password": "wrong"})
    fresh(world).settle(tenant())
    before = len(world.kiwi.requests)
    for _ in range(10):
        world.clock.sleep(5)
        fresh(world).settle(tenant())
    assert len(world.kiwi.requests) == before
    world.clock.sleep(11)
    fresh(world).settle(tenant())
    assert len(world.kiwi.requests) == before + 1


def test_the_client_is_built_once(world: World) -> None:
    assert world.load.clients.client(CONNECTION) is world.load.clients.client(CONNECTION)


def test_new_settings_make_a_new_client(world: World) -> None:
    before = world.load.clients.client(CONNECTION)
    world.configure(separator="/")
    assert world.load.clients.client(CONNECTION) is before, "settings are read once a minute"
    world.clock.sleep(61)
    after = world.load.clients.client(CONNECTION)
    assert after is not before
    assert after is world.load.clients.client(CONNECTION)


def test_a_version_that_changes_nothing_keeps_the_client_and_its_session(world: World) -> None:
    before = world.load.clients.client(CONNECTION)
    world.configure()
    world.clock.sleep(61)
    assert world.load.clients.client(CONNECTION) is before


def test_settings_that_cannot_be_used_are_named(new_world: NewWorld) -> None:
    world = new_world()
    with pytest.raises(UnknownConnectionError):
        world.load.clients.client("another")
    world.ssm.put(CONNECTION, settings(separator="?"))
    world.clock.sleep(61)
    with pytest.raises(SettingsInvalidError):
        world.load.clients.client(CONNECTION)


def test_the_account_s_name_and_password_show_in_no_text(world: World) -> None:
    shown = repr(world.load.clients)
    assert "user-" not in shown
    assert '"password"' not in shown


@pytest.mark.parametrize(
    ("status", "name", "why"),
    [
        (403, "FORBIDDEN_ORGANIZATION", Problem.ORGANIZATION_FORBIDDEN),
        (404, "ORGANIZATION_NOT_FOUND", Problem.ORGANIZATION_UNKNOWN),
    ],
)
def test_a_log_in_that_opens_no_organization_pauses_the_connection_says_why_and_resumes(
    world: World, status: int, name: str, why: Problem
) -> None:
    refused = httpx.Response(status, json={"name": name, "message": ""})
    world.transport.fault = lambda request: refused if "/organizations/" in request.url.path else None
    fresh(world).settle(tenant(), unit(), lease())
    known = read_availability(world.table, CONNECTION)
    assert (known.paused_version, known.paused_why) == ("version-1", why)
    assert world.ids("tenant") == []
    world.transport.fault = lambda _request: None
    world.resume()
    known = read_availability(world.table, CONNECTION)
    assert (known.paused_version, known.paused_why) == (None, None)
    assert world.ids("rental_agreement") == ["0001--L--7"]


def test_an_organization_that_kiwi_forgets_is_none_of_ours(world: World) -> None:
    world.server.forget_organization(world.organization)
    fresh(world).settle(tenant())
    assert read_availability(world.table, CONNECTION).paused_why == Problem.ORGANIZATION_UNKNOWN
