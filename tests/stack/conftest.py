"""A running stack for each test."""

from collections.abc import Iterator

import pytest
from kiwi_sandbox.aws.kinds import AwsKind

from tests.stack.running import Running, running


@pytest.fixture
def moto_run() -> Iterator[Running]:
    """The same on moto, for commands that talk to a deployed stack by boto3."""
    with running(aws=AwsKind.MOTO) as it:
        yield it


@pytest.fixture
def run() -> Iterator[Running]:
    """A stack and a KIWI that answers as it should."""
    with running() as it:
        yield it
