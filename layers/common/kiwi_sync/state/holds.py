"""Holds: losses of an export that wait for a person. Extract writes them, the commands decide on them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kiwi_sync.keys import connection_in, hold_pk
from kiwi_sync.rules.reasons import HoldStatus, Loss
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, Item, ItemKey, Table, TableReader, Value, absent, equals
from kiwi_sync.times import stamp


@dataclass(frozen=True)
class Count:
    """Agreements of a Mandant: those that an export would end, out of those that are synchronized."""

    lost: int
    total: int
    records: int = 0
    """The number of the export's records that would end them."""


@dataclass(frozen=True)
class Lost:
    """An agreement that would be lost, and the record that causes it; key texts."""

    agreement: str
    record: str
    reason: Loss


@dataclass(frozen=True)
class Hold:
    """The losses of one export that are held back."""

    connection: str
    export_id: str
    version: str
    is_full: bool
    status: HoldStatus
    counts: Mapping[str, Count]
    """The counts, by Mandant."""
    keys: tuple[Lost, ...] = ()
    """The first of the lost agreements."""
    document: str | None = None
    """The message that brings the kept export back."""
    held_at: str = ""
    by: str | None = None
    decided_at: str | None = None
    ended: Mapping[str, str] = field(default_factory=dict)
    """The Mandanten for which it has ended, with the id of the export that ended it."""

    @property
    def open(self) -> frozenset[str]:
        """The Mandanten whose losses are still held."""
        return frozenset(self.counts) - frozenset(self.ended)

    @property
    def stands(self) -> bool:
        """Whether it waits for a person."""
        return self.status is HoldStatus.STANDING


def _key(connection: str, export_id: str) -> ItemKey:
    return (hold_pk(connection), export_id)


def read_hold(table: TableReader, connection: str, export_id: str) -> Hold | None:
    """The hold of an export."""
    item = table.get(_key(connection, export_id))
    return None if item is None else _hold(item)


def holds(table: TableReader, connection: str) -> Iterator[Hold]:
    """All holds of a connection, whatever their status."""
    return map(_hold, table.query(hold_pk(connection)))


def standing(table: TableReader, connection: str) -> int:
    """The number of a connection's holds that wait for a person."""
    items = table.query(hold_pk(connection), only=("status",))
    return sum(item["status"] == HoldStatus.STANDING for item in items)


def write_hold(table: Table, hold: Hold, before: Hold | None, now: datetime) -> bool:
    """Write a hold, new or changed. False: a person has decided on the one `before` meanwhile."""
    put: dict[str, Value] = {
        "status": HoldStatus.STANDING.value,
        "version": hold.version,
        "scope": "full" if hold.is_full else "delta",
        "mandanten": json.dumps({mandant: vars(count) for mandant, count in hold.counts.items()}),
        "keys": json.dumps([vars(lost) for lost in hold.keys]),
        "held_at": stamp(now),
        **({"document": hold.document} if hold.document else {}),
        **tombstone(now),
    }
    remove = ["by", "decided_at", "ended", *([] if hold.document else ["document"])]
    check = absent("pk") if before is None else equals("status", before.status.value)
    return table.update(_key(hold.connection, hold.export_id), Change(put=put, remove=remove), check)


def decide(table: Table, hold: Hold, status: HoldStatus, by: str, now: datetime) -> bool:
    """Approve or reject a hold. False: it no longer stands as it was read."""
    put: dict[str, Value] = {"status": status.value, "by": by, "decided_at": stamp(now)}
    checks = equals("status", HoldStatus.STANDING.value), equals("held_at", hold.held_at)
    return table.update(_key(hold.connection, hold.export_id), Change(put=put), *checks)


def end_hold(table: Table, hold: Hold, mandanten: Iterable[str], export_id: str) -> None:
    """End a standing hold for some Mandanten; with the last one the whole hold ends."""
    ended = dict(hold.ended) | dict.fromkeys(mandanten, export_id)
    status = HoldStatus.STANDING if hold.counts.keys() - ended else HoldStatus.ENDED
    put: dict[str, Value] = {"status": status.value, "ended": json.dumps(ended)}
    # A person's decision meanwhile has the last word.
    checks = equals("status", HoldStatus.STANDING.value), equals("held_at", hold.held_at)
    table.update(_key(hold.connection, hold.export_id), Change(put=put), *checks)


def carried_out(table: Table, hold: Hold) -> None:
    """Note that an approved hold's losses were let through."""
    change = Change(put={"status": HoldStatus.CARRIED_OUT.value})
    table.update(_key(hold.connection, hold.export_id), change, equals("status", HoldStatus.APPROVED.value))


def _hold(item: Item) -> Hold:
    counts = json.loads(str(item["mandanten"]))
    return Hold(
        connection=connection_in(str(item["pk"])),
        export_id=str(item["sk"]),
        version=str(item["version"]),
        is_full=item["scope"] == "full",
        status=HoldStatus(str(item["status"])),
        counts={mandant: Count(**count) for mandant, count in counts.items()},
        keys=tuple(
            Lost(lost["agreement"], lost["record"], Loss(lost["reason"]))
            for lost in json.loads(str(item["keys"]))
        ),
        document=_text(item, "document"),
        held_at=str(item["held_at"]),
        by=_text(item, "by"),
        decided_at=_text(item, "decided_at"),
        ended=json.loads(str(item.get("ended", "{}"))),
    )


def _text(item: Item, name: str) -> str | None:
    return str(item[name]) if name in item else None
