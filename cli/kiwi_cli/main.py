"""The command `kiwi-sync`."""

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from kiwi_sandbox.aws.kinds import AwsKind
from kiwi_sandbox.logs import Logs
from kiwi_sandbox.stack import LocalStack
from kiwi_sync.connections import TOKEN_PATH

from kiwi_cli.check.command import check_command
from kiwi_cli.console import options
from kiwi_cli.console.run_tables import make_console, show_invocation, show_report
from kiwi_cli.deployed import commands
from kiwi_cli.feldmapping_schema import mapping_app
from kiwi_cli.local import inputs
from kiwi_cli.local.exports import is_sample
from kiwi_cli.local.invoke import EventError, invoke_once, read_event
from kiwi_cli.local.kiwi import embedded_kiwi
from kiwi_cli.local.run import Plan, run
from kiwi_cli.local.run_report import Report, exit_code
from kiwi_cli.plan.commands import apply_command, plan_app
from kiwi_cli.plan.plans import is_held
from kiwi_cli.plan.show import LINES, show_plan

# A crash's local variables may hold personal data.
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
local = typer.Typer(no_args_is_help=True, help="The whole stack on this machine, without AWS and Docker.")
app.add_typer(local, name="local")
app.add_typer(mapping_app, name="mapping")
app.command("check")(check_command)
app.command("holds")(commands.holds_command)
app.command("approve")(commands.approve_command)
app.command("reject")(commands.reject_command)
app.add_typer(plan_app, name="plan")
app.command("apply")(apply_command)
app.command("redrive")(commands.redrive_command)


@app.callback()
def main() -> None:
    """Keeps a housing company's master data in KIWI equal to its ERP."""


@local.command("run")
def run_command(
    exports: options.ExportFiles,
    *,
    separator: options.Separators = options.Separator.DASH,
    mandant: options.Mandanten = None,
    together: options.Together = False,
    shuffle: options.Shuffle = None,
    duplicate: options.Duplicate = False,
    redate: options.Redate = None,
    connection: options.PlaceConnection = None,
    scope: options.PlaceScope = options.ExportScope.FULL,
    mapping: options.Mapping = None,
    approve: options.Approve = "",
    plan: options.PlanLast = False,
    give_up_after: options.GiveUpAfter = 300,
    aws: options.Aws = AwsKind.MEMORY,
    kiwi_api_url: options.KiwiApiUrl = "",
    kiwi_erp_api_url: options.KiwiErpApiUrl = "",
    kiwi_token_path: options.KiwiTokenPath = TOKEN_PATH,
    username: options.Username = "",
    password: options.Password = "",
    fault_rate: options.FaultRate = 0,
    fault_seed: options.FaultSeed = 0,
    json_file: options.JsonFile = "",
    verbose: options.Verbose = False,
    log_file: options.LogFile = None,
) -> None:
    """Put exports on the queue, work until nothing is left to do, and tell what happened.

    Exit code 0: done, no problems; 1: problems, or an export was refused as a whole or is held; 2: usage;
    3: gave up.
    """
    inputs.check_kiwi(kiwi_api_url, kiwi_erp_api_url, username, password, fault_rate)
    inputs.check_settings(mandant or [], kiwi_token_path, kiwi_api_url, kiwi_erp_api_url)
    inputs.check_writable(json_file)
    feldmapping = inputs.read_mapping(mapping)
    with Logs(logging.ERROR).collect():
        # What extract warns of while it reads it says again when the exports are worked.
        read = inputs.read_exports(exports, inputs.place_of(connection, scope.value), feldmapping)
    console = make_console(stderr=json_file == "-")
    dated = inputs.redate_samples(read, redate, console.print)
    order = Plan(
        mandanten=inputs.select_mandanten(read, mandant or []),
        exports=dated[:-1] if plan else dated,
        planned=dated[-1] if plan else None,
        separator=separator.value,
        together=together,
        shuffle=shuffle,
        duplicate=duplicate,
        approve=approve,
        give_up_after=give_up_after,
        aws=aws,
        token_path=kiwi_token_path,
        mapping=feldmapping,
    )
    account = (kiwi_api_url, kiwi_erp_api_url, username, password)
    choice = inputs.choose_kiwi(*account, fault_rate=fault_rate, fault_seed=fault_seed)
    with _logs(verbose, log_file) as logs, choice as kiwi:
        report = run(order, kiwi, logs, console)
    show_report(console, report)
    planned = report.get("plan")
    if planned:
        show_plan(console, planned, LINES)
    _write(json_file, report)
    fails = plan and (planned is None or is_held(planned))
    raise typer.Exit(exit_code(report) or int(fails))


@local.command("invoke")
def invoke_command(
    stage: options.Stages, event: options.EventFile, *, verbose: options.Verbose = False
) -> None:
    """Invoke one function once with an event, after the sample export went through the stages before it.

    Exit code 0: no message of the event failed; 1: one did; 2: usage.
    """
    try:
        content = read_event(event)
    except (OSError, EventError) as error:
        raise typer.BadParameter(str(error), param_hint="EVENT.json") from error
    with _logs(verbose, None) as logs, embedded_kiwi() as kiwi, LocalStack(logs=logs) as stack:
        now = datetime.now(UTC)
        invocation = invoke_once(stack, stage.value, content, kiwi, now=now, redated=is_sample(event))
    show_invocation(make_console(), invocation)
    raise typer.Exit(1 if invocation.failed else 0)


@contextmanager
def _logs(verbose: bool, file: Path | None) -> Iterator[Logs]:
    with ExitStack() as exits:
        stream = exits.enter_context(file.open("w", encoding="utf-8")) if file else None
        yield Logs(logging.DEBUG if verbose or file else logging.WARNING, stream)


def _write(file: str, report: Report) -> None:
    text = json.dumps(report, indent=2, ensure_ascii=False)
    if file == "-":
        typer.echo(text)
    elif file:
        Path(file).write_text(f"{text}\n", encoding="utf-8")
