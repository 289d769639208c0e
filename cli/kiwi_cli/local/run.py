"""The main job on one machine: exports in, KIWI's content out, a report on what happened."""

import random
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from kiwi_extract.inbox.feldmappings import parse_file
from kiwi_extract.inbox.place import Place
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export
from kiwi_sandbox.aws.kinds import AwsKind
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.stack import LocalStack, OnProgress
from kiwi_sync.connections import TOKEN_PATH
from kiwi_sync.state.holds import holds
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from kiwi_cli.deployed.holds import approve
from kiwi_cli.local.exports import LocalExport
from kiwi_cli.local.kiwi import Kiwi
from kiwi_cli.local.run_report import Report, build_report
from kiwi_cli.plan.plans import Plan as ExportPlan
from kiwi_cli.plan.plans import PlanError, plan_export

_AWS = {AwsKind.MEMORY: "in memory", AwsKind.MOTO: "moto"}


@dataclass(frozen=True)
class Plan:
    """A run as it is asked for. `mandanten`: the selected ones, by connection."""

    exports: Sequence[LocalExport]
    mandanten: dict[str, list[str]]
    separator: str = "-"
    together: bool = False
    shuffle: int | None = None
    duplicate: bool = False
    planned: LocalExport | None = None
    """An export that is only planned, when the others are done."""
    approve: str = ""
    """The name of the person who approves held losses; empty for nobody."""
    give_up_after: float = 300.0
    token_path: str = TOKEN_PATH
    mapping: bytes | None = None
    """The Feldmapping of all connections."""
    aws: AwsKind = AwsKind.MEMORY


def run(plan: Plan, kiwi: Kiwi, logs: Logs, console: Console) -> Report:
    """Carries out a plan over one lasting embedded AWS and reports."""
    console.print(f"Starting the embedded AWS from template.yaml: {_AWS[plan.aws]} …")
    # With moto everything goes the long way that it has when deployed.
    transport = kiwi.transport if plan.aws is AwsKind.MEMORY else None
    with LocalStack(aws=plan.aws, seed=plan.shuffle, logs=logs, transport=transport) as stack:
        for connection, mandanten in plan.mandanten.items():
            _configure(stack, connection, mandanten, plan, kiwi)
            if plan.mapping is not None:
                stack.put_mapping(connection, plan.mapping)
            console.print(f"Connection {connection}: {_settings(plan, connection)}", markup=False)
        files = _files(plan.exports)
        groups = _groups(plan)
        while groups and _drained(stack, plan, groups[0], files, console):
            del groups[0]
        if groups:
            console.print(_gave_up(stack, plan.give_up_after, groups[1:]), markup=False)
        drained = not groups and (not plan.approve or _approved(stack, plan, console))
        separators = dict.fromkeys(plan.mandanten, plan.separator)
        report = build_report(stack, files, separators, drained=drained)
        if plan.planned is not None:
            report["plan"] = _planned(stack, plan.planned, plan.mapping, console)
        return report


def _planned(
    stack: LocalStack, export: LocalExport, mapping: bytes | None, console: Console
) -> ExportPlan | None:
    """The plan of an export; None if the export would be refused."""
    place = Place(key=export.key, modified=datetime.now(UTC)) if export.key else None
    origin = place.origin({}) if place else Origin(export.path.name)
    known = parse_file(mapping) if mapping is not None else None
    document = open_export(BytesIO(export.content), origin, lambda _: known)
    named = {"file": str(export.path)}
    try:
        return plan_export(document, stack.aws.state, stack.aws.connections, {}, values=False, export=named)
    except PlanError as error:
        console.print(f"{export.path.name}: {error}", markup=False)
        return None


def _configure(stack: LocalStack, connection: str, mandanten: list[str], plan: Plan, kiwi: Kiwi) -> None:
    stack.configure(
        connection,
        mandanten=mandanten,
        separator=plan.separator,
        token_path=plan.token_path,
        kiwi_api_url=kiwi.api_url,
        kiwi_erp_api_url=kiwi.erp_api_url,
        username=kiwi.username,
        password=kiwi.password,
    )


def _groups(plan: Plan) -> list[list[LocalExport]]:
    """The exports in the order of dropping; those of one group are on the queue at once."""
    copies = 2 if plan.duplicate else 1
    groups = [[export] * copies for export in plan.exports]
    if plan.together:
        groups = [[export for group in groups for export in group]]
    if plan.shuffle is not None:
        draw = random.Random(plan.shuffle)  # noqa: S311 - repeatable on purpose
        draw.shuffle(groups)
        for group in groups:
            draw.shuffle(group)
    return groups


def _files(exports: Iterable[LocalExport]) -> dict[str, str]:
    """The files' names by export id; several may have the same one."""
    files: dict[str, list[str]] = {}
    for export in filter(lambda export: export.export_id, exports):
        files.setdefault(export.export_id, []).append(export.path.name)
    return {export_id: ", ".join(dict.fromkeys(names)) for export_id, names in files.items()}


def _names(exports: Iterable[LocalExport]) -> str:
    return ", ".join(dict.fromkeys(export.path.name for export in exports))


def _settings(plan: Plan, connection: str) -> str:
    selected = plan.mandanten[connection]
    text = f"Mandanten {', '.join(selected)}; separator {plan.separator}"
    full = [export for export in plan.exports if export.connection == connection and export.mandanten]
    listed = {mandant for export in full for mandant in export.mandanten}
    strange = [mandant for mandant in selected if full and mandant not in listed]
    return f"{text} (no full export lists {', '.join(strange)})" if strange else text


def _gave_up(stack: LocalStack, after: float, left: Iterable[list[LocalExport]]) -> str:
    outcome = stack.outcome()
    away = "".join(f", the KIWI of {connection} is away" for connection in sorted(outcome.away()))
    names = _names(export for group in left for export in group)
    return (
        f"Gave up after {after:g} s (--give-up-after): {stack.poller.waiting()} messages are queued, "
        f"{outcome.owed_rows()} rows are still owed{away}."
        + (f" Not even on the queue: {names}." if names else "")
    )


def _drained(
    stack: LocalStack, plan: Plan, group: list[LocalExport], files: dict[str, str], console: Console
) -> bool:
    names = _names(group)
    for export in group:
        files[_dropped(stack, export)] = export.path.name
    console.print(f"On the queue: {names}", markup=False)
    progress = _progress(console, names) if console.is_terminal else None
    with progress or nullcontext():
        return stack.drain(plan.give_up_after, on_progress=_bar(progress, stack.poller.served))


def _dropped(stack: LocalStack, export: LocalExport) -> str:
    """Drops an export; by what the report will know its run: the id of the message, or of the export."""
    if export.key is None:
        return stack.drop(export.content)
    # S3 has the time of an object, which orders such exports, in whole seconds.
    time.sleep(1)
    return stack.drop_placed(export.key, export.content)


def _approved(stack: LocalStack, plan: Plan, console: Console) -> bool:
    """Approves what is held and works on; false if time ran out."""
    standing = [hold for name in plan.mandanten for hold in holds(stack.aws.state, name) if hold.stands]
    for hold in standing:
        approve(stack.aws.state, stack.exports, hold, plan.approve, datetime.now(UTC))
        console.print(f"Approved by {plan.approve}: {hold.export_id}", markup=False)
    return not standing or stack.drain(plan.give_up_after)


class _Rate(ProgressColumn):
    """Messages a second."""

    def render(self, task: Task) -> Text:
        """The present rate, once there is one."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def _progress(console: Console, names: str) -> Progress:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("messages"),
        _Rate(),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=console,
        transient=True,
    )
    progress.add_task(names, total=None)
    return progress


def _bar(progress: Progress | None, served_before: int) -> OnProgress:
    def advance(served: int, waiting: int) -> None:
        if progress:
            done = served - served_before
            progress.update(progress.task_ids[0], completed=done, total=done + waiting)

    return advance
