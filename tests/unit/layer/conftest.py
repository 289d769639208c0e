"""The embedded AWS for the layer's own storage."""

from collections.abc import Iterator

import pytest

from tests.fakes.aws import Aws, embedded_aws


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with embedded_aws() as aws:
        yield aws
