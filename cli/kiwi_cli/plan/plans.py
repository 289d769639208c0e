"""Plans: made against the state of a stack, saved, compared, carried out."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from kiwi_extract.bookkeeping.deadline import Deadline
from kiwi_extract.inbox.parts import split_of_place
from kiwi_extract.inbox.place import Place
from kiwi_extract.plan.make_plan import FORMAT, make_plan
from kiwi_extract.plan.survey import survey_of
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Export, Origin
from kiwi_extract.reading.open_export import FeldmappingOf, open_export
from kiwi_extract.records.spool import Spool
from kiwi_extract.records.validate import validate
from kiwi_extract.run.admission import admit, connection_of
from kiwi_sync.connections import Connection, Connections, ConnectionSettings
from kiwi_sync.state.table import Table
from kiwi_sync.times import now
from pydantic import BaseModel, ValidationError

Plan = dict[str, Any]
EFFECTS = ("create", "update", "replace", "delete")
"""The actions that change KIWI."""
ACTIONS = (*EFFECTS, "hold", "skip")
MAPPING = "mapping"
"""Among what a plan supposes, the one thing that is no setting: another Feldmapping."""
_PATIENCE = timedelta(days=1)
_READERS = 16


_A_PART = "This is a part of an export: only a whole one can be planned here."


class PlanError(Exception):
    """A plan cannot be made, read or carried out; the text says why and what to do."""


class _Line(BaseModel):
    kind: str
    key: str
    action: str


class _Settings(BaseModel):
    version: int
    supposed: dict[str, Any]


class _State(BaseModel):
    fingerprint: str


class _Needed(BaseModel):
    """The parts that a saved plan must have to be compared and carried out."""

    connection: str
    export_id: str
    export: dict[str, Any]
    settings: _Settings
    state: _State
    lines: list[_Line]


def plan_file(
    path: Path,
    table: Table,
    connections: Connections,
    supposed: Mapping[str, Any],
    *,
    values: bool = False,
    folder: str = "",
    feldmapping_of: FeldmappingOf = lambda _: None,
) -> Plan:
    """The plan of the export in a file.

    `supposed`: settings in place of those that are stored. `folder`: connection and scope of an export that
    does not say them, `muster-wohnbau/full`.

    Raises:
        PlanError: the export would be refused as a whole, or the supposed settings are none.
        OSError: the file cannot be read.
    """
    digest = digest_of(path)
    place = _place(path, folder, digest) if folder else None
    origin = place.origin({}) if place else Origin(path.name)
    export: dict[str, Any] = {"file": str(path.resolve()), "sha256": digest}
    export |= {"place": place.model_dump(mode="json")} if place else {}
    with path.open("rb") as stream:
        document = open_export(stream, origin, feldmapping_of)
        return plan_export(document, table, connections, supposed, values=values, export=export)


def plan_export(
    document: Export,
    table: Table,
    connections: Connections,
    supposed: Mapping[str, Any],
    *,
    values: bool,
    export: Mapping[str, Any],
) -> Plan:
    """The plan of an export. Nothing is written but the plan.

    Raises:
        PlanError: see `plan_file`.
    """
    deadline = Deadline(now() + _PATIENCE, now)
    with Spool() as spool, ThreadPoolExecutor(_READERS) as readers, tempfile.TemporaryFile() as out:
        try:
            spool.add(map(validate, document.records()))
            envelope = admit(document, now())
            connection = _supposed(connection_of(connections, envelope.connection), supposed)
        except RejectedExportError as error:
            raise PlanError(f"The export would be refused: {error}") from None
        if envelope.is_part:
            raise PlanError(_A_PART)
        survey = survey_of(document, table, readers, connection, envelope, spool, deadline)
        make_plan(survey, document.counts, out, export=export, settings=supposed, values=values)
        out.seek(0)
        plan: Plan = json.load(out)
        return plan


def digest_of(path: Path) -> str:
    """A mark that tells a file's content from any other.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _place(path: Path, folder: str, digest: str) -> Place:
    """Where the file would lie in the bucket if it was put there now."""
    # Its own time may be long past: as an export's time counts when it came.
    place = Place(key=f"exports/{folder}/{path.name}", modified=now(), version=digest[:32], side="")
    try:
        split = split_of_place(place, {})
    except RejectedExportError as error:
        raise PlanError(f"The export would be refused: {error}") from None
    if split is not None:
        raise PlanError(_A_PART)
    return place


def read_plan(path: Path) -> Plan:
    """A saved plan.

    Raises:
        PlanError: it is none.
        OSError: the file cannot be read.
    """
    try:
        plan = json.loads(path.read_bytes())
    except ValueError:
        raise PlanError(f"{path.name}: not JSON") from None
    if not isinstance(plan, dict) or plan.get("format") != FORMAT:
        raise PlanError(f"{path.name}: not a plan ({FORMAT})")
    try:
        _Needed.model_validate(plan)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_context=False, include_url=False)
        missing = ", ".join(dict.fromkeys(".".join(map(str, fault["loc"])) for fault in faults[:5]))
        raise PlanError(f"{path.name}: not a whole plan: {missing}") from None
    return plan


def save_plan(plan: Plan, path: Path) -> None:
    """Save a plan, a line of the file for each of its lines."""
    head = {name: value for name, value in plan.items() if name != "lines"}
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in plan["lines"])
    text = json.dumps(head, ensure_ascii=False)[:-1]
    path.write_text(f'{text}, "lines": [\n{lines}\n]}}\n', encoding="utf-8")


def total(plan: Plan, actions: Sequence[str] = EFFECTS) -> int:
    """How many lines of a plan say one of these."""
    return sum(int(one[action]) for one in plan["counts"] for action in actions)


def is_held(plan: Plan) -> bool:
    """Whether losses would be held back."""
    return bool(plan["holds"])


def is_superseded(plan: Plan) -> bool:
    """Whether something newer is known of all that the export says."""
    return bool(plan["rows"]["outdated"] and not plan["rows"]["accepted"])


def compare_plans(old: Plan, new: Plan) -> list[dict[str, Any]]:
    """The keys with which the two plans would do different things: what the one does, what the other.

    Values are left out: only one of the plans may have them, and hashes tell them apart.
    """
    before, after = _by_key(old), _by_key(new)
    differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        {"kind": key[0], "key": key[1], "old": before.get(key), "new": after.get(key)} for key in differing
    ]


def _by_key(plan: Plan) -> dict[tuple[str, str, bool], dict[str, Any]]:
    # A key whose record is held may have another line.
    return {
        (line["kind"], line["key"], line["action"] == "hold"): {
            name: value for name, value in line.items() if name not in {"kind", "key", "values"}
        }
        for line in plan["lines"]
    }


def _supposed(connection: Connection, supposed: Mapping[str, Any]) -> Connection:
    """The connection with other settings; their version is that of those that are stored."""
    settings = {name: value for name, value in supposed.items() if name != MAPPING}
    if not settings:
        return connection
    given = {**connection.settings.model_dump(), **settings}
    try:
        return Connection(connection.id, ConnectionSettings.model_validate(given), connection.version)
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]) for fault in error.errors(include_url=False))
        raise PlanError(f"These settings will not do: {names}") from None
