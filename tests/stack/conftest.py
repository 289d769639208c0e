"""A running stack for each test."""

from collections.abc import Iterator

import pytest

from tests.stack.running import Running, running


@pytest.fixture
def run() -> Iterator[Running]:
    """A stack and a KIWI that answers as it should."""
    with running() as it:
        yield it
