"""Carries out a saved plan: drops its export with the plan's fingerprint, which extract checks, and looks how
it ends."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiwi_extract.inbox.messages import understand
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_sync.connections import Connections, SettingsInvalidError, UnknownConnectionError
from kiwi_sync.messages import Parts, Pointer
from kiwi_sync.queues import Outgoing, Queue
from kiwi_sync.state.table import Item, Table

from kiwi_cli.plan.plans import Plan, PlanError, digest_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_ABSENT = frozenset({"400", "404", "405", "NoSuchKey", "NoSuchVersion", "NoSuchBucket"})
"""How S3 says that there is no such object, or no such version of it."""
_CARRIED_OUT = frozenset({"done", "superseded", "held"})
PAUSE = 1.0
"""Seconds between two looks at the run."""


def pointer_to(plan: Plan, file: Path | None, s3: "S3Client", bucket: str) -> dict[str, Any]:
    """The pointer that brings the export of a plan, and lets only this plan be carried out.

    An export that is not in the bucket yet is put there, where it announces itself to nobody.

    Raises:
        PlanError: the export is not where the plan says, or is another one.
    """
    pointer = plan["export"].get("pointer")
    if file is not None or pointer is None:
        pointer = _put(plan, file or Path(str(plan["export"].get("file", ""))), s3, bucket)
    else:
        _check_there(pointer, s3)
    return {**pointer, "plan": plan["state"]["fingerprint"]}


def _put(plan: Plan, path: Path, s3: "S3Client", bucket: str) -> dict[str, Any]:
    if not path.is_file():
        raise PlanError(f"The plan's export {path.name or '(none named)'} is not there: name its file.")
    if plan["export"].get("sha256", digest := digest_of(path)) != digest:
        raise PlanError(f"{path.name} is not what was planned: name the plan's export, or plan again.")
    key = f"plans/{plan['connection']}/{plan['export_id']}.export.json"
    with path.open("rb") as body:
        put = s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=_place(plan))
    version = put.get("VersionId")
    pointer = {"format": "erp-export-pointer/1", "bucket": bucket, "key": key}
    return pointer | ({"version": version} if version else {})


def _check_there(pointer: dict[str, Any], s3: "S3Client") -> None:
    """Whether the export still lies where a dry run has found it."""
    try:
        (source,) = understand(json.dumps(pointer))
    except RejectedExportError as error:
        raise PlanError(f"The plan says of its export: {error}") from None
    there = source.parts if isinstance(source, Parts) else [source]
    for one in there:
        if not isinstance(one, Pointer):
            raise PlanError("The plan does not say where its export lies: name its file.")
        version: dict[str, Any] = {"VersionId": one.version} if one.version else {}
        try:
            s3.head_object(Bucket=one.bucket, Key=one.key, **version)
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                raise PlanError(
                    "The plan's export is not in the bucket any more: name its file, or plan again."
                ) from None
            raise


def _place(plan: Plan) -> dict[str, str]:
    """The key in the bucket that tells extract whose the export is, as it was planned."""
    place = plan["export"].get("place")
    return Place.model_validate(place).metadata() if place else {}


def check_settings(plan: Plan, connections: Connections) -> None:
    """Refuse beforehand what extract would refuse anyway: a plan under other settings.

    Raises:
        PlanError: see there.
    """
    if plan["settings"]["supposed"]:
        raise PlanError("The plan supposes settings that the connection does not have: set them, plan again.")
    try:
        version = connections.get(plan["connection"]).version
    except (UnknownConnectionError, SettingsInvalidError):
        raise PlanError(f"The settings of {plan['connection']} are missing or broken.") from None
    if version != plan["settings"]["version"]:
        raise PlanError("The connection's settings have changed since it was planned: plan again.")


def apply_plan(
    table: Table, exports: Queue, plan: Plan, pointer: dict[str, Any], patience: float
) -> Item | None:
    """Drop the plan's export and wait until it is worked; its run, None if it is not by then.

    A plan that has been carried out is not sent again: extract would do nothing, and nothing would come.
    """
    read = _run_reader(table, plan)
    before = read()
    if before and before.get("plan") == plan["state"]["fingerprint"] and before["status"] in _CARRIED_OUT:
        return before
    exports.send([Outgoing(json.dumps(pointer))])
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        run = read()
        if run is not None and "ended_at" in run and run != before and run["status"] != "working":
            return run
        time.sleep(PAUSE)
    return None


def _run_reader(table: Table, plan: Plan) -> Callable[[], Item | None]:
    return lambda: table.get((f"%run#{plan['connection']}", plan["export_id"]))
