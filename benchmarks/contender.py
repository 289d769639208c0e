"""Runs one contender in a process of its own, and prints its cost as JSON."""

import gc
import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

GARBAGE = 10_000
"""The same threshold as extract's."""


def main(name: str, folder: str) -> None:
    """Run the contender; its own output goes to stderr, so that the last line of stdout is the result."""
    module, function = name.split(".")
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    there = importlib.import_module(f"benchmarks.{module}")
    contender, before = getattr(there, function), getattr(there, f"{function}_before", None)
    if module == "ours":
        gc.set_threshold(GARBAGE)
    if before is not None:
        before(Path(folder))
    imported = _peak()
    began, worked = time.perf_counter(), _worked()
    found = contender(Path(folder))
    seconds, processor = time.perf_counter() - began, _worked() - worked
    result = {"seconds": seconds, "processor": processor, "imported": imported, "peak": _peak(), **found}
    print(json.dumps(result), file=out, flush=True)


def _peak() -> int:
    """The peak memory of this process or one of its children, in MiB."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in both) // 1024


def _worked() -> float:
    """Processor seconds of this process and its finished children."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
