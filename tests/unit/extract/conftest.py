"""Fixtures for several modules of these tests."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.unit.extract.aws import Cloud, cloud

settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@pytest.fixture
def stack() -> Iterator[Cloud]:
    with cloud() as made:
        yield made
