"""Faults of a mapping, and of a row that it is applied to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One fault of a mapping: its place, and the values allowed there."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}"
        return f"{where}, {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class FeldmappingError(Exception):
    """The mapping cannot be used; carries all its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


class ColumnMissingError(FeldmappingError):
    """The mapping means a file that lacks columns named by it."""


class RowError(Exception):
    """A row that cannot be mapped. `record` holds the readable fields, if possible with the row's key."""

    def __init__(self, field: str, reason: str, record: Mapping[str, Any]) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.record = record


class CellError(Exception):
    """A value that a step cannot take; becomes a RowError once the field is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BadCell:
    """Stands for an unreadable cell. It rejects only the records that need it."""

    reason: str
