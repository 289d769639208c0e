"""The table: statements about KIWI's services, each with the function that plays it.

A new observation is a new row: one function below `@states("…")` in a module of `rows`. Where nobody has
looked, and the embedded KIWI has to do something all the same, the row is an assumption: `@assumes("…")`.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from tests.contract.kiwi.client import Kiwi

HTTP, DIRECT = "http", "direct"
EVERYWHERE = (HTTP, DIRECT)
Play = Callable[[Kiwi], None]


@dataclass(frozen=True)
class Row:
    """One observation, or assumption. `over`: the transports that can show it."""

    id: str
    statement: str
    play: Play
    over: tuple[str, ...]
    assumed: bool


_rows: list[Row] = []


def states(statement: str, over: tuple[str, ...] = EVERYWHERE) -> Callable[[Play], Play]:
    """Make a row of the function: its name is the row's id."""
    return lambda play: _note(play, statement, over, assumed=False)


def assumes(statement: str, over: tuple[str, ...] = EVERYWHERE) -> Callable[[Play], Play]:
    """Make a row of the function, though nobody has seen KIWI do so."""
    return lambda play: _note(play, statement, over, assumed=True)


def _note(play: Play, statement: str, over: tuple[str, ...], *, assumed: bool) -> Play:
    _rows.append(Row(play.__name__.replace("_", "-"), statement, play, over, assumed))
    return play


def rows() -> list[Row]:
    """The whole table, by chapter."""
    package = importlib.import_module("tests.contract.kiwi.rows")
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{package.__name__}.{name}")
    return list(_rows)
