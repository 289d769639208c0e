"""The destination of the functions' log lines: stderr from WARNING on, unless told otherwise."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO
from unittest.mock import patch

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics.provider.cloudwatch_emf import cloudwatch


class _Stderr:
    """The present stderr, whoever has replaced it since."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class Logs:
    """One stream and level for the lines of all functions; metrics are lines of level INFO."""

    def __init__(self, level: int = logging.WARNING, stream: TextIO | None = None) -> None:
        self._level = level
        self._stream: TextIO | _Stderr = stream or _Stderr()

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Take the log lines of the functions while the block runs; they have been imported by then."""
        with ExitStack() as exits:
            for logger in list(logging.root.manager.loggerDict.values()):
                if isinstance(logger, logging.Logger):
                    self._turn(logger, exits)
            # Powertools prints metrics to stdout, where a local run's report belongs.
            exits.enter_context(patch.object(cloudwatch, "print", self._metrics, create=True))
            yield

    def _turn(self, logger: logging.Logger, exits: ExitStack) -> None:
        """Send a logger's lines here; `exits` gives it its level back."""
        for handler in logger.handlers:
            if isinstance(handler.formatter, LambdaPowertoolsFormatter) and isinstance(
                handler, logging.StreamHandler
            ):
                # Not the stream: the one from before may be closed by the time that it is written to.
                exits.callback(logger.setLevel, logger.level)
                handler.setStream(self._stream)
                logger.setLevel(self._level)

    def _metrics(self, line: str) -> None:
        if self._level <= logging.INFO:
            self._stream.write(f"{line}\n")
