"""The installed command as a process: colours and a progress bar on a terminal, plain text in a pipe."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.building import export, letting

COMMAND = [str(Path(sys.executable).with_name("kiwi-sync")), "local", "run"]


@pytest.fixture
def full(tmp_path: Path) -> str:
    path = tmp_path / "full.json"
    path.write_text(json.dumps(export(1, **letting())))
    return str(path)


def on_terminal(*command: str) -> tuple[int, str]:
    """Exit code and output of a command that believes it writes to a terminal."""
    master, slave = pty.openpty()
    try:
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "120"}
        process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        output = _read_all(master)
        return process.wait(60), output
    finally:
        os.close(master)


def _read_all(master: int) -> str:
    chunks: list[bytes] = []
    while True:
        try:
            chunk = os.read(master, 4096)
        except OSError:  # Linux says so when the last writer has hung up.
            chunk = b""
        if not chunk:
            return b"".join(chunks).decode()
        chunks.append(chunk)


def test_a_terminal_shows_progress_and_colours(full: str) -> None:
    code, output = on_terminal(*COMMAND, full)
    assert code == 0
    assert "━" in output, "a bar"
    assert "messages" in output
    assert "\x1b[" in output
    assert "test-001" in output


def test_a_pipe_gets_plain_text(full: str) -> None:
    done = subprocess.run(
        [*COMMAND, full, "--json", "-"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["drained"] is True
    assert "test-001" in done.stderr, "people read stderr when stdout is the report"
    assert "\x1b" not in done.stdout + done.stderr
    assert "━" not in done.stderr
