"""The long run of drawn cases: `make fuzz CASES=100000`, and one of them again: `make fuzz CASE=…`."""

import argparse
import os
import resource
import sys
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from random import Random

from tests.fuzz.cases import draw
from tests.fuzz.door import check

CHUNK = 200
MEMORY = 2 * 2**30
SLOW = 20.0
"""Seconds that no case takes."""


@dataclass
class Outcome:
    """The result of a chunk of cases: the number of each kind, and the faults by case."""

    kinds: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)


def one(name: str) -> str:
    """Check the case of this name. Returns its result."""
    began = time.monotonic()
    statuses = check(draw(Random(name)))
    assert time.monotonic() - began < SLOW, "slow"
    return "+".join(sorted(statuses)) or "no export"


def many(names: list[str]) -> Outcome:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    outcome = Outcome()
    for name in names:
        try:
            outcome.kinds[one(name)] += 1
        except Exception as error:
            # Whatever it is, the other cases are worth their run.
            outcome.failed[name] = f"{type(error).__name__}: {str(error)[:300]}"
    return outcome


def run(count: int, seed: int) -> bool:
    """Check so many cases on all cores; whether all was as it should be."""
    names = [f"{seed}-{number}" for number in range(count)]
    chunks = [names[first : first + CHUNK] for first in range(0, count, CHUNK)]
    total, began = Outcome(), time.monotonic()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        doing: dict[Future[Outcome], list[str]] = {pool.submit(many, chunk): chunk for chunk in chunks}
        for number, done in enumerate(as_completed(doing), start=1):
            broken = done.exception()
            outcome = (
                Outcome(failed={doing[done][0]: f"or one after it: {broken!r}"}) if broken else done.result()
            )
            total.kinds += outcome.kinds
            total.failed |= outcome.failed
            _tell(number * CHUNK, count, time.monotonic() - began, total)
    print()
    for name, fault in total.failed.items():
        print(f"make fuzz CASE={name}  # {fault}")
    return not total.failed


def _tell(done: int, count: int, seconds: float, total: Outcome) -> None:
    kinds = ", ".join(f"{number} {kind}" for kind, number in total.kinds.most_common())
    line = f"{min(done, count)}/{count} cases, {seconds:.0f} s: {kinds}; {len(total.failed)} failed"
    print(f"\r{line}" if sys.stdout.isatty() else line, end="\r" if sys.stdout.isatty() else "\n", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", help="the name of one case, shown and checked")
    asked = parser.parse_args()
    if asked.case is None:
        return 0 if run(asked.cases, asked.seed) else 1
    print(draw(Random(asked.case)))
    print(one(asked.case))
    return 0


if __name__ == "__main__":
    sys.exit(main())
