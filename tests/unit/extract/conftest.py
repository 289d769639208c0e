"""Fixtures for several modules of these tests."""

from collections.abc import Iterator

import pytest

from tests.unit.extract.aws import Cloud, cloud


@pytest.fixture
def stack() -> Iterator[Cloud]:
    with cloud() as made:
        yield made
