"""A running stack for each test."""

from collections.abc import Iterator

import pytest

from tests.extent import FULL
from tests.fakes.stacks import state_in_memory
from tests.stack.running import Running, running


@pytest.fixture(scope="package", autouse=True)
def _state() -> Iterator[None]:
    """The tables of stacks that commands start in this process: in the embedded DynamoDB only in full."""
    if FULL:
        yield
    else:
        with state_in_memory():
            yield


@pytest.fixture
def run() -> Iterator[Running]:
    """A stack and a KIWI that answers as it should."""
    with running() as it:
        yield it
