"""The simulation itself: a seed fixes its history, failures are found again, and made smaller."""

import json
import os
import subprocess
import sys
from hashlib import sha256

from typer import Typer
from typer.testing import CliRunner

from tests.simulation.__main__ import main
from tests.simulation.defects import DEFECTS
from tests.simulation.drawing import draw
from tests.simulation.history import play
from tests.simulation.many import failures
from tests.simulation.shrink import kind_of, shrink

SEEDS = range(8)
DEFECT = "parent_wakes_nobody"


def digest() -> str:
    """A digest of some histories, step by step."""
    traces = [play(draw(seed)).trace for seed in SEEDS]
    return sha256(str(traces).encode()).hexdigest()


def test_a_seed_is_the_same_history_in_every_process() -> None:
    script = "from tests.simulation.test_runner import digest; print(digest())"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == digest()


def test_different_seeds_are_different_histories() -> None:
    assert len({str(play(draw(seed)).trace) for seed in SEEDS}) == len(SEEDS)


def test_what_fails_is_made_smaller_and_still_fails() -> None:
    seed = next(failures(range(200), DEFECT)).seed
    with DEFECTS[DEFECT]():
        before = play(draw(seed))
        after = shrink(before)
    assert kind_of(after) == kind_of(before)
    assert len(after.plan.events) + len(after.plan.numbers()) < len(before.plan.events) + len(
        before.plan.numbers()
    )
    assert after.steps < before.steps
    assert play(after.plan).wrong == [], "without the defect it goes well"


def run(*arguments: str) -> tuple[int, str]:
    app = Typer()
    app.command()(main)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_a_replay_shows_every_step() -> None:
    code, output = run("--seed", "3")
    assert code == 0
    assert "receives exports-1" in output
    assert "Seed 3 went well" in output


def test_a_replay_that_fails_shows_a_short_history() -> None:
    seed = next(failures(range(200), DEFECT)).seed
    code, output = run("--seed", str(seed), "--defect", DEFECT)
    assert code == 1
    assert "WRONG: " in output


def test_the_outcome_as_json() -> None:
    code, output = run("--seeds", "4", "--processes", "1", "--json")
    outcome = json.loads(output[output.index("{") :])
    assert (code, outcome["played"], outcome["failed"]) == (0, 4, [])
