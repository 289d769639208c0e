"""Plans: made against the state of a stack, saved, compared, carried out."""

import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from kiwi_extract.admission import admit, connection_of
from kiwi_extract.document import RejectedExportError
from kiwi_extract.formats.origin import Export, Origin
from kiwi_extract.formats.reading import FeldmappingOf, open_export
from kiwi_extract.lease import Deadline
from kiwi_extract.origins import Place
from kiwi_extract.plan.making import FORMAT, make_plan
from kiwi_extract.plan.survey import survey_of
from kiwi_extract.spool import Spool
from kiwi_extract.validate import validate
from kiwi_sync.connections import Connection, Connections, ConnectionSettings
from kiwi_sync.state.table import Table
from kiwi_sync.times import now
from pydantic import ValidationError

Plan = dict[str, Any]
EFFECTS = ("create", "update", "replace", "delete")
"""What would change KIWI."""
ACTIONS = (*EFFECTS, "hold", "skip")
MAPPING = "mapping"
"""Among what a plan supposes, the one thing that is no setting: another Feldmapping."""
_PATIENCE = timedelta(days=1)
_READERS = 16


class PlanError(Exception):
    """A plan cannot be made, read or carried out; the text says why and what to do."""


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
    place = _place(path, folder) if folder else None
    origin = place.origin({}) if place else Origin(path.name)
    export = {"file": str(path)} | ({"place": place.model_dump(mode="json")} if place else {})
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
            raise PlanError("This is a part of an export: only a whole one can be planned here.")
        survey = survey_of(document, table, readers, connection, envelope, spool, deadline)
        make_plan(survey, document.counts, out, export=export, settings=supposed, values=values)
        out.seek(0)
        plan: Plan = json.load(out)
        return plan


def _place(path: Path, folder: str) -> Place:
    """Where the file would lie in the bucket: the same each time, as long as its content is."""
    with path.open("rb") as stream:
        version = hashlib.file_digest(stream, "sha256").hexdigest()[:32]
    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Place(key=f"exports/{folder}/{path.name}", modified=modified, version=version, side="")


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


def compare_plans(old: Plan, new: Plan) -> list[dict[str, Any]]:
    """The keys with which the two plans would do different things: what the one does, what the other."""
    before, after = _by_key(old), _by_key(new)
    differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        {"kind": key[0], "key": key[1], "old": before.get(key), "new": after.get(key)} for key in differing
    ]


def _by_key(plan: Plan) -> dict[tuple[str, str, bool], dict[str, Any]]:
    # A key whose record is held may have another line.
    return {
        (line["kind"], line["key"], line["action"] == "hold"): {
            name: value for name, value in line.items() if name not in {"kind", "key"}
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
