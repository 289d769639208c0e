"""The commands for a deployed stack: holds, approve, reject, redrive."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

import typer
from botocore.exceptions import BotoCoreError, ClientError
from kiwi_sync.queues import QueueError
from kiwi_sync.state.holds import Hold
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kiwi_cli.console import options
from kiwi_cli.console.run_tables import make_console, show_holds, show_redriven
from kiwi_cli.deployed import holds
from kiwi_cli.deployed.deployed_stack import STAGES, Deployed, StackError, connect
from kiwi_cli.deployed.redrive import redrive, waiting


def holds_command(
    *,
    stack: options.StackName = options.STACK,
    connection: options.Connection = None,
    as_json: options.AsJson = False,
) -> None:
    """List what is held back on a deployed stack, and what became of it, for 90 days.

    Exit code 0: done; 2: usage, or AWS says no.
    """
    with reached(stack) as deployed:
        there = sorted(map(holds.shown, deployed.holds(connection)), key=lambda hold: hold["held_at"])
    if as_json:
        typer.echo(json.dumps(there, indent=2, ensure_ascii=False))
    else:
        show_holds(make_console(), there)


def approve_command(
    run: options.Run,
    *,
    by: options.By,
    stack: options.StackName = options.STACK,
    connection: options.Connection = None,
) -> None:
    """Let an export that is held take away what it would: people lose their access.

    Exit code 0: done; 1: nothing to approve; 2: usage, or AWS says no.
    """

    def approve(deployed: Deployed, hold: Hold) -> None:
        holds.approve(deployed.table, deployed.exports, hold, by, datetime.now(UTC))

    _decide(stack, connection, run, approve)
    make_console().print(f"Approved by {by}: {run} is on the queue again.", markup=False)


def reject_command(
    run: options.Run,
    *,
    by: options.By,
    stack: options.StackName = options.STACK,
    connection: options.Connection = None,
) -> None:
    """Reject what an export that is held would take away: nobody loses anything by it.

    Exit code 0: done; 1: nothing to reject; 2: usage, or AWS says no.
    """

    def reject(deployed: Deployed, hold: Hold) -> None:
        holds.reject(deployed.table, hold, by, datetime.now(UTC))

    _decide(stack, connection, run, reject)
    make_console().print(f"Rejected by {by}: {run}.", markup=False)


def redrive_command(
    stages: options.DeadLetterStages = None,
    *,
    stack: options.StackName = options.STACK,
    as_json: options.AsJson = False,
) -> None:
    """Move messages from the dead-letter queues back to their queues, once the cause is mended.

    Exit code 0: done; 2: usage, or AWS says no.
    """
    console = make_console(stderr=as_json)
    with reached(stack) as deployed:
        moved = {stage: _redriven(deployed, stage, console) for stage in _chosen(stages)}
    if as_json:
        typer.echo(json.dumps(moved, indent=2))
    else:
        show_redriven(console, moved)


def _chosen(stages: Sequence[options.Stage] | None) -> list[str]:
    return list(dict.fromkeys(stage.value for stage in stages)) if stages else list(STAGES)


def _redriven(deployed: Deployed, stage: str, console: Console) -> int:
    dead, queue = deployed.dead_letters(stage), deployed.queue(stage)
    limit = waiting(deployed.sqs, dead)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("messages")
    progress = Progress(*columns, console=console, transient=True) if console.is_terminal else None
    with progress or nullcontext():
        task = progress.add_task(stage, total=limit) if progress else None

        def advance(count: int) -> None:
            if progress and task is not None:
                progress.advance(task, count)

        return redrive(deployed.sqs, dead, queue, limit, advance)


def _decide(stack: str, connection: str | None, run: str, decide: Callable[[Deployed, Hold], None]) -> None:
    with reached(stack) as deployed:
        names = [connection] if connection else sorted(deployed.connections.ids())
        try:
            decide(deployed, holds.find(deployed.table, names, run))
        except holds.NothingToDecideError as error:
            make_console(stderr=True).print(str(error), markup=False)
            raise typer.Exit(1) from None
        except holds.AmbiguousError as error:
            raise typer.BadParameter(str(error), param_hint="--connection") from None


@contextmanager
def reached(stack: str) -> Iterator[Deployed]:
    """The stack; what goes wrong with AWS ends the command with its words."""
    try:
        yield connect(stack)
    except (StackError, BotoCoreError, ClientError, QueueError) as error:
        make_console(stderr=True).print(str(error), markup=False)
        raise typer.Exit(2) from None
