"""One embedded KIWI for all tests of load, and for each test an organization of its own in it."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from kiwi_sandbox.kiwi import EmbeddedKiwi, Faults
from kiwi_sandbox.kiwi.direct import DirectWire

from tests.unit.load.driver import World

NewWorld = Callable[..., World]


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedKiwi]:
    with EmbeddedKiwi(seed=0) as kiwi:
        yield kiwi


@pytest.fixture(scope="session")
def wire() -> Iterator[httpx.BaseTransport]:
    with httpx.HTTPTransport(verify=False) as wire:
        yield wire


@pytest.fixture
def new_world(server: EmbeddedKiwi, wire: httpx.BaseTransport) -> Iterator[NewWorld]:
    """Makes worlds; no agreement may have been deleted with its access on."""

    def make(*, wire: httpx.BaseTransport = wire, **options: Any) -> World:
        world = World(server, wire, **options)
        worlds.append(world)
        world.log_in()
        return world

    worlds: list[World] = []
    yield make
    server.faults = Faults()
    assert server.deleted_with_access == []
    for world in worlds:
        # KIWI deletes an id in every organization: those of other tests would be in the way.
        server.forget_organization(world.organization)


@pytest.fixture
def new_direct_world(server: EmbeddedKiwi, new_world: NewWorld) -> NewWorld:
    """Makes worlds that reach KIWI without sockets."""
    return functools.partial(new_world, wire=DirectWire(server.service))


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world()
