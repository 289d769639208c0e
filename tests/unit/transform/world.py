"""A small housing company: its records, its connection's settings, and an ERP that says them to the table."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from kiwi_extract.compare.compare import SourceChange, Write, fingerprint_of
from kiwi_extract.compare.source_writer import SourceWriter
from kiwi_sync.connections import Connections
from kiwi_sync.erp.models import Mieter, Mietvertrag, Record, Verwaltungseinheit
from kiwi_sync.keys import RowKey
from kiwi_sync.queues import Queue, send_to_transform
from kiwi_sync.state.rows import item_key
from kiwi_sync.state.table import Table
from kiwi_sync.times import stamp

CONNECTION = "c"
GRACE = timedelta(minutes=15)
PATH = "/stack/connections"
START = datetime(2026, 11, 20, 2, tzinfo=UTC)


class Time:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class MemorySsm:
    """Parameter Store, as much of it as `Connections` uses."""

    class exceptions:  # noqa: N801 (boto3's own name)
        """The errors that it names."""

        class ParameterNotFound(Exception):  # noqa: N818 - boto3's own name
            """There is no such parameter."""

    def __init__(self) -> None:
        self.parameters: dict[str, list[str]] = {}
        self.reads = 0

    def put(self, connection: str, document: str) -> None:
        """Store a connection's settings as their next version."""
        self.parameters.setdefault(f"{PATH}/{connection}", []).append(document)

    def get_parameter(self, *, Name: str) -> Any:  # noqa: N803 - boto3's own name
        """The newest version."""
        self.reads += 1
        if Name not in self.parameters:
            raise self.exceptions.ParameterNotFound
        versions = self.parameters[Name]
        return {"Parameter": {"Name": Name, "Value": versions[-1], "Version": len(versions)}}

    def connections(self) -> Connections:
        """A container's `Connections`, which remembers nothing yet."""
        return Connections(cast("Any", self), PATH)


def settings(**changes: Any) -> str:
    """A connection's settings document."""
    document = {
        "mandanten": ["0001"],
        "kiwi_api_url": "http://127.0.0.1:9",
        "kiwi_erp_api_url": "http://127.0.0.1:9",
        "secret": "secret",
    }
    return json.dumps(document | changes)


def unit(number: str = "1", name: str | None = "Whg. 1", **fields: Any) -> Verwaltungseinheit:
    """A Verwaltungseinheit."""
    return Verwaltungseinheit(
        mandant="0001", wirtschaftseinheit="100", nummer=number, bezeichnung=name, **fields
    )


def tenant(number: str = "7", email: str | None = "anna@kiwi.example.com", name: str = "Anna") -> Mieter:
    """A Mieter."""
    return Mieter(mandant="0001", nummer=number, vorname=name, nachname="Muster", email=email)


def lease(
    number: str = "L", tenants: Iterable[str] = ("7",), unit: str = "1", ende: str | None = None
) -> Mietvertrag:
    """A Mietvertrag."""
    return Mietvertrag.model_validate(
        {
            "mandant": "0001",
            "nummer": number,
            "verwaltungseinheit": {"wirtschaftseinheit": "100", "nummer": unit},
            "mieter": list(tenants),
            "beginn": "2024-01-01",
            "ende": ende,
        }
    )


def unit_key(number: str = "1") -> str:
    """The key of a unit's row."""
    return f"{CONNECTION}/verwaltungseinheit/0001/100/{number}"


def tenant_key(number: str = "7") -> str:
    """The key of a tenant's row."""
    return f"{CONNECTION}/mieter/0001/{number}"


def lease_key(number: str = "L") -> str:
    """The key of a lease's row."""
    return f"{CONNECTION}/mietvertrag/0001/{number}"


def agreement_key(lease: str = "L", tenant: str = "7") -> str:
    """The key of an agreement's row."""
    return f"{CONNECTION}/rental_agreement/0001/{lease}/{tenant}"


@dataclass
class Erp:
    """The ERP: writes records as extract does, and sends them to transform; a key alone means "gone"."""

    table: Table
    ssm: MemorySsm
    clock: Time
    transform: Queue
    connection: str = CONNECTION
    _exports: int = field(default=0, init=False)

    def say(self, *changes: Record | str) -> None:
        """Write every `source` and send the keys."""
        send_to_transform(self.transform, self.write(*changes))

    def write(self, *changes: Record | str) -> list[RowKey]:
        """Write every `source`, as one newer export; the keys."""
        self._exports += 1
        connection = self.ssm.connections().get(self.connection)
        version = f"{stamp(self.clock.now)} {self._exports:04d}"
        writer = SourceWriter(self.table, connection, version, GRACE)
        keys = [RowKey.parse(one) if isinstance(one, str) else one.key(self.connection) for one in changes]
        for key, change in zip(keys, changes, strict=True):
            row = self.table.get(item_key(key))
            if isinstance(change, str):
                said = SourceChange(Write.GONE if row else Write.TOMBSTONE, key.sk, row)
            else:
                record = change.model_dump_json()
                fingerprint = fingerprint_of(record, connection.shape)
                said = SourceChange(Write.RECORD, key.sk, row, record, fingerprint)
            assert writer.write(key.partition, said, self.clock.now)
        return keys
