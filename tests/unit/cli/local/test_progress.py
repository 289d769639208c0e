"""The progress bar of a local run: how many, how quick, how long yet."""

import io

from kiwi_cli.local.run import _bar, _progress
from rich.console import Console


def test_it_shows_counts_rate_and_the_time_that_is_left() -> None:
    shown = io.StringIO()
    seconds = iter(range(1000))
    progress = _progress(Console(file=shown, force_terminal=True, width=120), "[a].json")
    progress.get_time = lambda: float(next(seconds))
    advance = _bar(progress, served_before=100)
    for served in (100, 110, 120, 130):
        advance(served, 400 - served)
    (task,) = progress.tasks
    assert (task.completed, task.total) == (30, 300)
    assert task.speed
    assert task.time_remaining
    progress.console.print(progress.get_renderable())
    line = shown.getvalue()
    assert "[a].json" in line
    assert "30/300" in line
    assert f"{task.speed:,.0f}/s" in line
    assert "left" in line


def test_without_a_terminal_nothing_is_shown() -> None:
    _bar(None, 0)(1, 2)
