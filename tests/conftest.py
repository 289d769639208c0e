"""The ids of parametrized tests: the same in every process and at every second."""

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """An id for bytes, which may hold the moment of their making; None: pytest makes one.

    Processes that share the work must collect the same tests, or none is run.
    """
    del config
    return argname if isinstance(val, bytes) else None
