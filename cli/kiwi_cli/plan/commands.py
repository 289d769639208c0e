"""The commands `kiwi-sync plan` and `kiwi-sync apply`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NoReturn

import typer
from kiwi_extract.inbox.bucket import ExportBucket
from kiwi_extract.inbox.feldmappings import Feldmappings, parse_file
from kiwi_extract.reading.open_export import FeldmappingOf
from kiwi_sandbox.logs import Logs
from kiwi_sync.connections import TOKEN_PATH
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from kiwi_cli.console import options
from kiwi_cli.console.run_tables import make_console
from kiwi_cli.deployed.commands import reached
from kiwi_cli.deployed.deployed_stack import Deployed
from kiwi_cli.local import inputs
from kiwi_cli.pages import render
from kiwi_cli.plan.applying import apply_plan, check_settings, pointer_to
from kiwi_cli.plan.plan_options import (
    CHANGES,
    Detailed,
    ExportFile,
    HtmlFile,
    LanguageOption,
    Lines,
    OtherPlan,
    OwnFile,
    Patience,
    PlanFile,
    Save,
    SupposedMandanten,
    SupposedMapping,
    SupposedSeparator,
    Values,
)
from kiwi_cli.plan.plan_page import page_of
from kiwi_cli.plan.plans import (
    MAPPING,
    Plan,
    PlanError,
    compare_plans,
    is_held,
    plan_file,
    read_plan,
    save_plan,
    total,
)
from kiwi_cli.plan.show import LINES, show_comparison, show_plan


class _FileFirst(TyperGroup):
    """`plan EXPORT` is short for `plan export EXPORT`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without the name of a command the arguments are those of `export`."""
        named = not args or args[0] in {*self.commands, "--help"}
        return super().parse_args(ctx, args if named else ["export", *args])


plan_app = typer.Typer(
    cls=_FileFirst,
    no_args_is_help=True,
    help="Say what an export would do: kiwi-sync plan EXPORT (options: plan export --help).",
)


@plan_app.command("export")
def plan_command(
    export: ExportFile,
    *,
    stack: options.StackName = options.STACK,
    connection: options.PlaceConnection = None,
    scope: options.PlaceScope = options.ExportScope.FULL,
    mandant: SupposedMandanten = None,
    separator: SupposedSeparator = None,
    mapping: SupposedMapping = None,
    values: Values = False,
    lines: Lines = LINES,
    save: Save = None,
    html: HtmlFile = None,
    language: LanguageOption = None,
    as_json: options.AsJson = False,
    detailed: Detailed = False,
) -> None:
    """Say what an export would do on a deployed stack, as it is now. Nothing is written there.

    Exit code 0: planned; 1: the export would be refused as a whole, or losses would be held; 2: usage, or AWS
    says no; with --detailed-exitcode 4: something would change (and nothing would be held).
    """
    for path, option in ((save, "--save"), (html, "--html")):
        if str(path) == "-":
            raise typer.BadParameter("give a file; --json prints the plan", param_hint=option)
        inputs.check_writable(str(path or ""), option)
    inputs.check_settings(mandant or [], TOKEN_PATH, "", "")
    console = make_console(stderr=as_json)
    supposed = _supposed(mandant, separator, mapping)
    given, folder = inputs.read_mapping(mapping), inputs.place_of(connection, scope.value)
    busy = _busy(console, f"Planning {export.name} …")
    # Extract's log lines would stand before the JSON.
    with reached(stack) as deployed, busy, Logs().collect():
        try:
            plan = plan_file(
                export,
                deployed.table,
                deployed.connections,
                supposed,
                values=values,
                folder=folder,
                feldmapping_of=_feldmapping_of(deployed, given),
            )
        except PlanError as error:
            _refuse(error)
    if save:
        save_plan(plan, save)
    if html:
        html.write_text(render(page_of(plan, language or "")), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(plan, indent=2, ensure_ascii=False))
    else:
        show_plan(console, plan, lines, language or options.Language.ENGLISH)
    raise typer.Exit(exit_code(plan, detailed=detailed))


@plan_app.command("diff")
def diff_command(
    plan: PlanFile, other: OtherPlan, *, lines: Lines = 200, as_json: options.AsJson = False
) -> None:
    """Say in what two saved plans differ.

    Exit code 0: in nothing; 1: in something; 2: usage.
    """
    differing = compare_plans(_read(plan), _read(other))
    if as_json:
        typer.echo(json.dumps(differing, indent=2, ensure_ascii=False))
    else:
        show_comparison(make_console(), differing, lines)
    raise typer.Exit(1 if differing else 0)


def apply_command(
    plan: PlanFile,
    export: OwnFile = None,
    *,
    stack: options.StackName = options.STACK,
    wait: Patience = 600,
) -> None:
    """Carry out a saved plan on a deployed stack: this and nothing else, or nothing at all.

    Exit code 0: carried out (or on the queue, with --wait 0); 1: refused, since rows, settings or the export
    are no longer as planned, or held; 2: usage, or AWS says no; 3: not done within the time.
    """
    saved, console = _read(plan), make_console()
    with reached(stack) as deployed:
        try:
            check_settings(saved, deployed.connections)
            pointer = pointer_to(saved, export, deployed.s3, deployed.bucket)
        except PlanError as error:
            _refuse(error)
        with _busy(console, f"Carrying out the plan of {saved['export_id']} …"):
            run = apply_plan(deployed.table, deployed.exports, saved, pointer, wait)
    raise typer.Exit(_told(console, saved, run, wait))


def exit_code(plan: Plan, *, detailed: bool) -> int:
    """1 if losses would be held; else 4 if it is asked for and something would change; else 0."""
    if is_held(plan):
        return 1
    return CHANGES if detailed and total(plan) else 0


def _told(console: Console, plan: Plan, run: dict[str, Any] | None, wait: float) -> int:
    """Say what became of the plan's export; the exit code."""
    name = plan["export_id"]
    if run is None:
        console.print(f"{name} is on the queue." if not wait else f"{name} is not done yet.", markup=False)
        return 3 if wait else 0
    detail = "".join(f", {run[field]}" for field in ("reason", "detail") if field in run)
    console.print(f"{name}: {run['status']}{detail}", markup=False)
    return 0 if run["status"] in {"done", "superseded"} else 1


def _supposed(
    mandanten: list[str] | None, separator: options.Separator | None, mapping: Path | None
) -> dict[str, Any]:
    supposed = {
        "mandanten": mandanten,
        "separator": separator.value if separator else None,
        MAPPING: mapping.name if mapping else None,
    }
    return {name: value for name, value in supposed.items() if value}


def _feldmapping_of(deployed: Deployed, given: bytes | None) -> FeldmappingOf:
    """The connection's Feldmapping: the one in the bucket, or another that is given."""
    if given is not None:
        mapping = parse_file(given)
        return lambda _: mapping
    # The bucket is looked for only if an export needs a Feldmapping.
    return lambda name: Feldmappings(ExportBucket(deployed.s3, deployed.bucket)).of(name)


def _read(path: Path) -> Plan:
    try:
        return read_plan(path)
    except PlanError as error:
        raise typer.BadParameter(str(error), param_hint="PLAN.json") from None


def _refuse(error: PlanError) -> NoReturn:
    make_console(stderr=True).print(str(error), markup=False)
    raise typer.Exit(1)


@contextmanager
def _busy(console: Console, text: str) -> Iterator[None]:
    """A sign of life on a terminal."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    progress = Progress(*columns, console=console, transient=True) if console.is_terminal else None
    with progress or nullcontext():
        if progress:
            progress.add_task(text, total=None)
        yield
