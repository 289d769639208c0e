"""Extract's adapters: table, settings, queues and threads."""

from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta

from kiwi_sync.connections import Connections
from kiwi_sync.queues import Queue
from kiwi_sync.state.table import Table


@dataclass(frozen=True)
class Tools:
    """The adapters of extract. `grace`: how long a sent row is left to its receiver."""

    table: Table
    connections: Connections
    transform: Queue
    load: Queue
    writers: Executor
    grace: timedelta
