"""All tables, and the embedded AWS behind one of them."""

from collections.abc import Iterator

import pytest
from kiwi_sync.state.dynamo import DynamoTable
from kiwi_sync.state.table import Table

from tests.fakes.aws import Aws, embedded_aws
from tests.fakes.memory import MemoryTable
from tests.simulation.scheduler import Scheduler
from tests.simulation.table import SimulatedTable


@pytest.fixture(scope="package")
def aws() -> Iterator[Aws]:
    with embedded_aws() as aws:
        yield aws


@pytest.fixture(params=["memory", "simulated", "dynamo"])
def table(request: pytest.FixtureRequest) -> Table:
    """An empty table of each kind."""
    if request.param == "memory":
        return MemoryTable()
    if request.param == "simulated":
        return SimulatedTable(Scheduler(0))
    aws: Aws = request.getfixturevalue("aws")
    return DynamoTable(aws.dynamodb, aws.new_table())


@pytest.fixture(scope="package")
def aws_table(aws: Aws) -> DynamoTable:
    """One table on DynamoDB, for tests that bring partitions of their own."""
    return DynamoTable(aws.dynamodb, aws.new_table())
