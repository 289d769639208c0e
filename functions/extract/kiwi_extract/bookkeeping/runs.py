"""The rows of runs: they tell people, and the next invocation, how far an export has come."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from kiwi_sync.keys import run_pk
from kiwi_sync.state.rows import tombstone
from kiwi_sync.state.table import Change, Item, ItemKey, Table, TableReader, Value, equals
from kiwi_sync.times import stamp

from kiwi_extract.bookkeeping.tally import Tally
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.records.entry import Entry
from kiwi_extract.records.listing import listed

UNKNOWN = "%unknown"
"""Placeholder for the connection if a document does not name one."""
DETAIL = 1000
"""The most characters of a refusal's detail: a list of Mandanten may have thousands of wrong places."""
_PROGRESS = ("progress", "staying", "passed", "tally", "writes")


class Status(StrEnum):
    """The state of an export's run."""

    WORKING = "working"
    DONE = "done"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    HELD = "held"
    PLANNED = "planned"
    INCOMPLETE = "incomplete"


_CARRIED_OUT = frozenset({Status.DONE, Status.SUPERSEDED, Status.HELD})


class Terms(NamedTuple):
    """The conditions of a run. If they change, finished partitions are redone.

    `approved`: whether a person has approved its losses. `plan`: the fingerprint of the plan that it carries
    out. `mapping`: the version of the Feldmapping that the export is read with.
    """

    settings_version: int
    approved: bool = False
    plan: str | None = None
    mapping: str | None = None

    def are_those_of(self, item: Item) -> bool:
        """Whether a run's row was written under these terms."""
        approved = item.get("approved", False)
        return self == (item.get("settings_version"), approved, item.get("plan"), item.get("mapping"))


@dataclass
class Run:
    """The progress of a run."""

    connection: str
    export_id: str
    version: str
    terms: Terms
    continues: bool = False
    """Whether an earlier invocation has worked on it and has not ended it."""
    is_begun: bool = field(default=False, compare=False)
    """Whether its row says all this already."""
    writes: bool = False
    """Whether a run with a plan may have written rows that the plan is checked against."""
    done: set[str] = field(default_factory=set)
    """Finished partitions, under these settings."""
    staying: set[str] = field(default_factory=set)
    """Mandanten in which newer rows stay, or losses are held."""
    passed: set[str] = field(default_factory=set)
    """Mandanten in which an earlier invocation found no held losses."""
    tally: Tally = field(default_factory=Tally)


def _key(connection: str, export_id: str) -> ItemKey:
    return (run_pk(connection), export_id)


def plan_id(export_id: str) -> str:
    """The id of a dry run's row: beside the real one, which it must not overwrite."""
    return f"{export_id}#plan"


def resume(table: TableReader, connection: str, export_id: str, version: str, terms: Terms) -> Run:
    """The run of this export: a new one, or the one that an earlier invocation did not end.

    It keeps its progress only under the same terms.
    """
    item = table.get(_key(connection, export_id)) or {}
    run = Run(connection, export_id, version, terms, _is_open(item, version))
    run.is_begun = run.continues and terms.are_those_of(item)
    if run.is_begun:
        run.writes = bool(item.get("writes"))
        run.done = set(json.loads(str(item.get("progress", "[]"))))
        run.staying = set(json.loads(str(item.get("staying", "[]"))))
        run.passed = set(json.loads(str(item.get("passed", "[]"))))
        run.tally = Tally(**json.loads(str(item.get("tally", "{}"))))
    return run


def begin(table: Table, run: Run, now: datetime) -> None:
    """Say on the run's row that it is being worked, unless it says so already."""
    if run.is_begun:
        return
    put: dict[str, Value] = {
        "status": Status.WORKING.value,
        "version": run.version,
        "settings_version": run.terms.settings_version,
        "began_at": stamp(now),
        "approved": run.terms.approved,
    }
    remove = [*_PROGRESS, "reason", "detail", "counts", "rejected", "kept"]
    for name, value in (("plan", run.terms.plan), ("mapping", run.terms.mapping)):
        if value is None:
            remove.append(name)
        else:
            put[name] = value
    table.update(_key(run.connection, run.export_id), Change(put=put | tombstone(now), remove=remove))


def _is_open(item: Item, version: str) -> bool:
    return item.get("status") == Status.WORKING and item.get("version") == version


def is_open(table: TableReader, connection: str, export_id: str, version: str) -> bool:
    """Whether an invocation has worked on the export and has not ended its run."""
    return _is_open(table.get(_key(connection, export_id)) or {}, version)


def carried_out(
    table: TableReader, connection: str, export_id: str, version: str, plan: str
) -> Status | None:
    """The outcome of this very plan; None if it has not been carried out."""
    item = table.get(_key(connection, export_id)) or {}
    if item.get("version") != version or item.get("plan") != plan:
        return None
    return next((status for status in _CARRIED_OUT if status == item.get("status")), None)


def note_writing(table: Table, run: Run) -> None:
    """Note, before the first write, that rows may differ from the run's plan from now on."""
    run.writes = True
    table.update(_key(run.connection, run.export_id), Change(put={"writes": True}))


def wait(table: Table, connection: str, export_id: str, detail: str, now: datetime) -> None:
    """Note that some parts of an export have arrived, and that it waits for the others."""
    put: dict[str, Value] = {"status": Status.INCOMPLETE.value, "detail": detail}
    change = Change(
        put=put | tombstone(now),
        put_if_absent={"began_at": stamp(now)},
        remove=[*_PROGRESS, "reason", "counts", "rejected", "kept", "ended_at"],
    )
    table.update(_key(connection, export_id), change)


def end_wait(table: Table, connection: str, export_id: str) -> None:
    """End the wait, since all parts have arrived: the run of the whole export takes over."""
    table.delete(_key(connection, export_id), equals("status", Status.INCOMPLETE.value))


def note_progress(table: Table, run: Run) -> None:
    """Remember the progress of the run for the next invocation."""
    put = {
        "progress": json.dumps(sorted(run.done)),
        "staying": json.dumps(sorted(run.staying)),
        "passed": json.dumps(sorted(run.passed)),
        "tally": json.dumps(vars(run.tally)),
    }
    table.update(_key(run.connection, run.export_id), Change(put=put))


def end(
    table: Table,
    run: Run,
    read: Mapping[str, int],
    rejected: tuple[int, Sequence[Entry]],
    now: datetime,
) -> Status:
    """Close the run: `held` if part of it is, `superseded` if everything was outdated, else `done`."""
    tally = run.tally
    status = Status.SUPERSEDED if tally.outdated and not tally.accepted else Status.DONE
    if tally.held:
        status = Status.HELD
    counts = {"read": dict(read), "rejected": rejected[0], **vars(tally)}
    put = {
        "status": status.value,
        "ended_at": stamp(now),
        "counts": json.dumps(counts),
        "rejected": listed(rejected[1]),
    }
    table.update(_key(run.connection, run.export_id), Change(put=put, remove=_PROGRESS))
    return status


def note_plan(
    table: Table,
    run: Run,
    counts: Mapping[str, object],
    rejected: Sequence[Entry],
    plan: str,
    began: datetime,
    now: datetime,
) -> Status:
    """Note that an export was planned. `plan`: the message that points to the plan."""
    put: dict[str, Value] = {
        "status": Status.PLANNED.value,
        "version": run.version,
        "settings_version": run.terms.settings_version,
        "began_at": stamp(began),
        "ended_at": stamp(now),
        "counts": json.dumps({**counts, **vars(run.tally)}),
        "rejected": listed(rejected),
        "plan": plan,
    }
    change = Change(put=put | tombstone(now), remove=["reason", "detail", "kept"])
    table.update(_key(run.connection, plan_id(run.export_id)), change)
    return Status.PLANNED


def refuse(
    table: Table,
    connection: str | None,
    export_id: str,
    error: RejectedExportError,
    kept: str | None,
    now: datetime,
) -> None:
    """Note that a whole export was refused, with the reason and the place of the kept document."""
    put: dict[str, Value] = {
        "status": Status.REJECTED.value,
        "reason": error.reason.value,
        "detail": error.detail[:DETAIL],
        "kept": kept or "",
        "ended_at": stamp(now),
    }
    change = Change(put=put | tombstone(now), remove=[*_PROGRESS, "counts", "rejected"])
    table.update(_key(connection or UNKNOWN, export_id), change)
