"""However large an object in the bucket is, reading it takes little memory, and ends with a refusal."""

import json
import subprocess
import sys
from pathlib import Path

from tests.fuzz.memory import MIB, documents

ROOT = Path(__file__).parents[2]
BOUND = 48 * MIB


def test_documents_of_any_size_in_bounded_memory() -> None:
    command = [sys.executable, "-m", "tests.fuzz.memory"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    cost: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    assert cost.keys() == documents().keys(), "refused"
    assert {name: taken for name, taken in cost.items() if taken > BOUND} == {}
