"""From the bytes of an export to the known changes against the state: ours and others, side by side.

    python -m benchmarks.extract --records 350000 --rounds 3

Each contender runs in a process of its own, pinned to one core, round by round. The results are medians of
processor seconds, which depend less on a busy machine than clock time.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
OURS = ("ours.ours_ndjson", "ours.ours_json", "ours.ours_csv")
CONTENDERS = {
    "others.floor_ndjson": "orjson, NDJSON alone",
    "others.floor_json": "orjson, JSON alone",
    "others.floor_state": "orjson, NDJSON and state",
    "ours.ours_ndjson": "extract, NDJSON",
    "ours.ours_json": "extract, JSON",
    "ours.ours_csv": "extract, CSV",
    "others.dlt_rows": "dlt, rows, default",
    "others.dlt_merged": "dlt, rows, compared",
    "others.dlt_tuned": "dlt, rows, tuned",
    "others.dlt_arrow": "dlt, Arrow",
    "others.singer": "singer-sdk, tap and target",
}
ALL_CORES = frozenset({"others.dlt_tuned"})
"""Contenders with workers may use every core."""
Result = dict[str, Any]


def main() -> int:
    """Make the data, run the contenders, print their cost; 1 if one of them failed."""
    asked = _asked()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder:
        console.print(f"making {asked.records:,} records, {asked.changed:.0%} of them changed …")
        # In a process of its own: children of a large process would appear as large.
        arguments = map(str, (folder, asked.records, asked.changed, asked.seed))
        # Our own module, with arguments of our own.
        subprocess.run([sys.executable, "-m", "benchmarks.data", *arguments], cwd=ROOT, check=True)  # noqa: S603
        names = [name for name in CONTENDERS if not asked.only or any(part in name for part in asked.only)]
        results: dict[str, list[Result]] = {name: [] for name in names}
        for number in range(asked.rounds):
            for name in names:
                console.print(f"round {number + 1} of {asked.rounds}: {CONTENDERS[name]} …")
                results[name].append(_run(name, folder))
    done = {name: _median(rounds) for name, rounds in results.items() if all(rounds)}
    if asked.json:
        # For machines, so not through the console.
        print(json.dumps({"machine": _machine(), "records": asked.records, "results": done}, indent=2))  # noqa: T201
    else:
        _print(done, asked.records)
    return 0 if len(done) == len(names) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extract", description=__doc__)
    parser.add_argument("--records", type=int, default=350_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--changed", type=float, default=0.01, help="share that differs from the state")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="contenders whose name contains this; repeatable")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _run(name: str, folder: str) -> Result:
    """The cost of a contender; empty if it failed."""
    command = [sys.executable, "-m", "benchmarks.contender", name, folder]
    before = os.sched_getaffinity(0)
    try:
        # Child processes inherit it.
        os.sched_setaffinity(0, before if name in ALL_CORES else {max(before)})
        # Our own module, with arguments of our own.
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    finally:
        os.sched_setaffinity(0, before)
    if done.returncode:
        Console(stderr=True).print(f"{name} failed:\n{done.stderr[-2000:]}", markup=False)
        return {}
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _median(rounds: Sequence[Result]) -> Result:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def _machine() -> str:
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, {python}"


def _print(done: dict[str, Result], records: int) -> None:
    """Print the table: each contender against the floors and against extract with NDJSON."""
    table = Table(title=f"{records:,} records; {_machine()}")
    headings = "CPU s", "clock s", "records/CPU s", "peak MiB", "× floor", "× floor with state", "× ours"
    for heading in ("", *headings):
        table.add_column(heading, justify="right" if heading else "left")
    against = ["others.floor_ndjson", "others.floor_state", "ours.ours_ndjson"]
    for name, result in done.items():
        worked, clock = result["processor"], result["seconds"]
        ratios = [f"{worked / done[other]['processor']:.1f}" if other in done else "" for other in against]
        row = (f"{worked:.2f}", f"{clock:.2f}", f"{records / worked:,.0f}", f"{result['peak']:.0f}")
        table.add_row(CONTENDERS[name], *row, *ratios)
    Console(width=110 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    sys.exit(main())
