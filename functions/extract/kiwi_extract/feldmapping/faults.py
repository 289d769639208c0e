"""What is wrong with a mapping, and with a row that it is applied to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a mapping: where it stands, and what is allowed there."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}"
        return f"{where}, {self.field}: {self.message}" if self.field else f"{where}: {self.message}"


class FeldmappingError(Exception):
    """A mapping cannot be used: all its faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


class ColumnMissingError(FeldmappingError):
    """A file is meant by the mapping, but lacks columns that it names."""


class RowError(Exception):
    """A row that cannot be mapped. `record` is what could be: the key, it may be, says whose row it is."""

    def __init__(self, field: str, reason: str, record: Mapping[str, Any]) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.record = record


class CellError(Exception):
    """A value that a step cannot take; becomes a RowError where the field is known."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class BadCell:
    """Stands for a cell that cannot be read. It rejects what needs it, and nothing else."""

    reason: str
