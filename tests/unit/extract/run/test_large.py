"""A large export through a stream: in bounded memory, resumed where the last invocation stopped."""

import json
import subprocess
import sys
from pathlib import Path

from tests.extent import extent

ROOT = Path(__file__).parents[4]
RECORDS = extent(60_000, 350_000)
BOUND = extent(40, 256) * 2**20
"""Bytes that extract may take beyond what the interpreter, its modules and the table in memory take."""


def test_a_large_export_in_bounded_memory_over_many_invocations() -> None:
    command = [sys.executable, "-m", "tests.unit.extract.run.large", str(RECORDS)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["invocations"] >= 3
    assert told["rows"] == told["sent"] == RECORDS
    assert told["wrong"] == 0
    assert told["status"] == "done"
    assert (told["changed"], told["accepted"]) == (RECORDS, RECORDS)
    assert told["grown"] < BOUND
    # Who holds the document or its records in memory as well cannot stay below the bound.
    assert told["document"] > extent(25, 140) * 2**20
