"""`make simulate`: plays histories by seed, in parallel, until all are played or enough have failed."""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.simulation.defects import DEFECTS
from tests.simulation.drawing import draw
from tests.simulation.history import Played, play
from tests.simulation.many import Failure, in_parallel
from tests.simulation.shrink import shrink


def main(
    seeds: Annotated[int, typer.Option(min=1, help="How many histories to play.")] = 2000,
    first: Annotated[int, typer.Option(help="The first seed.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Replay this one, and shrink it if it fails.")] = None,
    processes: Annotated[int, typer.Option(min=1, help="How many at once.")] = os.cpu_count() or 1,
    enough: Annotated[int, typer.Option(min=1, help="Stop after so many failures.")] = 20,
    defect: Annotated[str | None, typer.Option(help=f"Plant one of: {', '.join(DEFECTS)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The outcome as JSON on stdout.")] = False,
) -> None:
    """Play histories. Exit code 0: all went well; 1: some did not; 2: usage."""
    console = Console(stderr=as_json, highlight=False, soft_wrap=True)
    if defect is not None and defect not in DEFECTS:
        raise typer.BadParameter(f"one of: {', '.join(DEFECTS)}", param_hint="--defect")
    if seed is not None:
        with DEFECTS[defect]() if defect else nullcontext():
            raise typer.Exit(_replay(seed, console))
    began = time.monotonic()
    portions = in_parallel(range(first, first + seeds), processes, defect)
    played, failed = _play(portions, seeds, enough, console)
    seconds = time.monotonic() - began
    console.print(f"{played} histories in {seconds:.0f} s, {len(failed)} failed.")
    if failed:
        console.print(f"Replay and shrink one with: make simulate SEED={failed[0].seed}")
    if as_json:
        outcome = {"played": played, "seconds": round(seconds, 1), "failed": [vars(one) for one in failed]}
        sys.stdout.write(json.dumps(outcome, indent=2, ensure_ascii=False) + "\n")
    raise typer.Exit(1 if failed else 0)


def _play(
    portions: Iterator[tuple[int, list[Failure]]], seeds: int, enough: int, console: Console
) -> tuple[int, list[Failure]]:
    columns = (TextColumn("histories"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    played, found = 0, list[Failure]()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=seeds)
        for number, failed in portions:
            played += number
            found += failed
            progress.advance(task, number)
            for one in failed:
                progress.console.print(f"seed {one.seed}: {'; '.join(one.wrong[:3])}", markup=False)
            if len(found) >= enough:
                break
    return played, found


def _replay(seed: int, console: Console) -> int:
    played = play(draw(seed))
    if not played.wrong:
        _show(played, console)
        console.print(f"Seed {seed} went well, in {played.steps} steps.")
        return 0
    console.print(f"Seed {seed} fails after {played.steps} steps; looking for a shorter history …")
    with console.status("shrinking") as status:
        smallest = shrink(played, lambda plan: status.update(f"shrinking: {len(plan.events)} events left"))
    _show(smallest, console)
    return 1


def _show(played: Played, console: Console) -> None:
    plan = played.plan
    for moment, who, what in played.trace:
        console.print(f"{moment:%d %H:%M:%S.%f} {who:14} {what}", markup=False)
    console.print(f"separator {plan.separator}, Mandanten {', '.join(plan.mandanten)}; what happened:")
    for event in plan.events:
        console.print(f"  {event}", markup=False)
    for export in plan.exports:
        console.print(json.dumps(export, ensure_ascii=False), markup=False)
    for wrong in played.wrong:
        console.print(f"WRONG: {wrong}", markup=False)


if __name__ == "__main__":
    typer.run(main)
