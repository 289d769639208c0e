"""The main job on one machine: exports in, KIWI's content out, a report on what happened."""

import random
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from kiwi_local.exports import Export
from kiwi_local.kiwis import Kiwi
from kiwi_local.logs import Logs
from kiwi_local.report import Report, build_report
from kiwi_local.stack import LocalStack, OnProgress


@dataclass(frozen=True)
class Plan:
    """What a run is asked to do. `mandanten`: the selected ones, by connection."""

    exports: Sequence[Export]
    mandanten: dict[str, list[str]]
    separator: str = "-"
    together: bool = False
    shuffle: int | None = None
    duplicate: bool = False
    give_up_after: float = 300.0


def run(plan: Plan, kiwi: Kiwi, logs: Logs, console: Console) -> Report:
    """Carries out a plan over one lasting embedded AWS and reports."""
    console.print("Starting the embedded AWS from template.yaml …")
    with LocalStack(seed=plan.shuffle, logs=logs) as stack:
        for connection, mandanten in plan.mandanten.items():
            _configure(stack, connection, mandanten, plan.separator, kiwi)
        drained = all(_drained(stack, plan, group, console) for group in _groups(plan))
        if not drained:
            console.print(
                f"Gave up after {plan.give_up_after:g} s (--give-up-after): "
                f"{stack.poller.waiting()} messages are queued, "
                f"{stack.outcome().outstanding()} rows are outstanding."
            )
        export_ids = [export.export_id for export in plan.exports]
        separators = dict.fromkeys(plan.mandanten, plan.separator)
        return build_report(stack, export_ids, separators, drained=drained)


def _configure(stack: LocalStack, connection: str, mandanten: list[str], separator: str, kiwi: Kiwi) -> None:
    stack.configure(
        connection,
        mandanten=mandanten,
        separator=separator,
        kiwi_api_url=kiwi.api_url,
        kiwi_erp_api_url=kiwi.erp_api_url,
        username=kiwi.username,
        password=kiwi.password,
    )


def _groups(plan: Plan) -> list[list[Export]]:
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


def _drained(stack: LocalStack, plan: Plan, group: list[Export], console: Console) -> bool:
    for export in group:
        stack.drop(export.content)
    names = ", ".join(dict.fromkeys(export.path.name for export in group))
    console.print(f"On the queue: {names}")
    progress = _progress(console, names) if console.is_terminal else None
    with progress or nullcontext():
        return stack.drain(plan.give_up_after, on_progress=_bar(progress, stack.poller.served))


def _progress(console: Console, names: str) -> Progress:
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("messages"),
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
