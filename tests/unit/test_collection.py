"""Processes that share the work collect the same tests, whenever they begin and however they hash."""

import os
import subprocess  # the processes are this test's subject
import sys
import time
from pathlib import Path

import pytest

from tests.extent import FULL

ROOT = Path(__file__).parents[2]
APART = 2.0
"""Seconds between the beginnings: times of their making must differ."""


def collecting(seed: str) -> subprocess.Popen[str]:
    """A process that says which tests there are."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True
    )


def collected(process: subprocess.Popen[str]) -> list[str]:
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said[-2000:]
    return [line for line in said.splitlines() if "::" in line]


@pytest.mark.skipif(not FULL, reason="two more collections; workers that differ would say so as well")
def test_two_processes_collect_the_same_tests() -> None:
    first = collecting("1")
    time.sleep(APART)
    second = collecting("2")
    one, other = collected(first), collected(second)
    assert len(one) > 1000
    assert [pair for pair in zip(one, other, strict=True) if pair[0] != pair[1]] == []
