"""A whole local run, exports to KIWI's content, in memory and on moto side by side.

    python -m benchmarks.sandbox --records 20000 --moto-records 500

Each runs in a process of its own, with all cores, as a user has it. On a busy machine seconds of the
processor say more than those of the clock.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson
from kiwi_cli.local.exports import read_export, redate
from kiwi_cli.local.kiwi import embedded_kiwi
from kiwi_cli.local.run import Plan, run
from kiwi_sandbox.aws.kinds import AwsKind
from kiwi_sandbox.logs import Logs
from kiwi_sync.erp.envelope import SECTIONS
from rich.console import Console
from rich.table import Table

from benchmarks.data import ENVELOPE, MANDANTEN, Size, rows

ROOT = Path(__file__).parents[1]
NAMES = {AwsKind.MEMORY: "in memory", AwsKind.MOTO: "moto"}
SEED = 1
PATIENCE = 3600.0
Result = dict[str, float]


def memory(folder: Path) -> dict[str, int]:
    """The export in `folder`, through the sandbox in memory."""
    return _local_run(folder, AwsKind.MEMORY)


def moto(folder: Path) -> dict[str, int]:
    """The same through moto."""
    return _local_run(folder, AwsKind.MOTO)


def main() -> int:
    """Run both and print what they took; 1 if one of them failed."""
    asked = _asked()
    results = {kind: _measured(kind, records) for kind, records in asked.items()}
    _print({kind: result for kind, result in results.items() if result})
    return 0 if all(results.values()) else 1


def _asked() -> dict[AwsKind, int]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sandbox", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--moto-records", type=int, default=500)
    asked = parser.parse_args()
    return {AwsKind.MEMORY: asked.records, AwsKind.MOTO: asked.moto_records}


def _measured(kind: AwsKind, records: int) -> Result:
    """The cost of a run; empty if it failed."""
    console = Console(stderr=True)
    console.print(f"a local run of {records:,} records, {NAMES[kind]} …")
    with tempfile.TemporaryDirectory() as folder:
        size = Size(records)
        document = ENVELOPE | {section: list(rows(section, size, SEED)) for section in SECTIONS}
        (Path(folder) / "export.json").write_bytes(orjson.dumps(document))
        command = [sys.executable, "-m", "benchmarks.contender", f"sandbox.{kind}", folder]
        # Our own module, with arguments of our own.
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        console.print(f"{NAMES[kind]} failed:\n{done.stderr[-2000:]}", markup=False)
        return {}
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def _local_run(folder: Path, kind: AwsKind) -> dict[str, int]:
    exports = redate([read_export(folder / "export.json")], datetime.now(UTC))
    mandanten = {export.connection: list(MANDANTEN) for export in exports}
    plan = Plan(exports, mandanten, give_up_after=PATIENCE, aws=kind)
    with embedded_kiwi() as kiwi:
        report = run(plan, kiwi, Logs(), Console(stderr=True))
    assert report["drained"]
    assert report["problems"] == []
    (export,) = report["exports"]
    return {"records": sum(export["read"].values()), "created": sum(report["kiwi"]["created"].values())}


def _print(results: dict[AwsKind, Result]) -> None:
    table = Table(title="a local run, from the export to KIWI's content")
    headings = ("records", "created", "CPU s", "clock s", "ms of CPU a record", "records/s", "peak MiB")
    for heading in ("", *headings):
        table.add_column(heading, justify="right" if heading else "left")
    for kind, result in results.items():
        records, worked, seconds = result["records"], result["processor"], result["seconds"]
        counts = (f"{records:,}", f"{result['created']:,}", f"{worked:.1f}", f"{seconds:.1f}")
        rates = (f"{1000 * worked / records:.1f}", f"{records / seconds:,.0f}", f"{result['peak']:.0f}")
        table.add_row(NAMES[kind], *counts, *rates)
    Console(width=110 if not sys.stdout.isatty() else None).print(table)


if __name__ == "__main__":
    sys.exit(main())
