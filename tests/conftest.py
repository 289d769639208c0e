"""The ids of parametrized tests and what is drawn for them: the same in every process and at every second."""

import pytest
from hypothesis import HealthCheck, settings

from tests.extent import extent

# No deadline, and no complaint that drawing is slow: the machine may be busy with other things.
settings.register_profile(
    "kiwi",
    deadline=None,
    derandomize=True,
    max_examples=extent(30, 100),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kiwi")


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """An id for bytes, which may hold the moment of their making; None: pytest makes one.

    Processes that share the work must collect the same tests, or none is run.
    """
    del config
    return argname if isinstance(val, bytes) else None
