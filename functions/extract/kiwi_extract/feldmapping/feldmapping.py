"""A mapping, ready for use: chooses a file's tables and turns rows into records."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from kiwi_extract.feldmapping import model
from kiwi_extract.feldmapping.base_model import Part
from kiwi_extract.feldmapping.coordinates import coordinate
from kiwi_extract.feldmapping.faults import CellError, ColumnMissingError, Fault, RowError
from kiwi_extract.feldmapping.values import Admits, ValueOf, admits, columns_of, value_of, values_of

FILTER = "filter"
"""Takes the field's place if a row's filter could not be evaluated."""
NOT_A_NUMBER = "not_a_number"
_COORDINATES = ("latitude", "longitude")
_OTHER_SIGNS = re.compile(r"[\[?]")

LineOf = Callable[[Sequence[str | int]], int]


class TableMapping:
    """Turns the rows of a file, sheet or list into records of one section."""

    def __init__(
        self, section: str, table: model.TableModel, fields: Part, place: str, *, repeats: bool
    ) -> None:
        self.section = section
        self.place = place
        """The table's place in the mapping, for people: `mieter[0]`."""
        self.named = f"{place} ({', '.join(table.from_) or 'any file'})"
        """The same, with the files it is for."""
        self.repeats = repeats
        """Whether several rows with one key make one record; see `uniting`."""
        self.completes = table.completes
        """Whether the rows only supplement records of another table."""
        self.deleted = table.deleted
        """Whether the rows name deletions; deltas only."""
        self._admits: Admits | None = admits(table.filter) if table.filter is not None else None
        self._fields = list(_readers(fields))

    def record(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record of a row; None if the filter leaves it out.

        Raises:
            RowError: the row cannot be mapped; carries the readable fields.
        """
        try:
            if self._admits is not None and not self._admits(row):
                return None
        except CellError as error:
            raise self._error(row, FILTER, error.reason) from None
        record = {}
        for field, read in self._fields:
            try:
                value = read(row)
            except CellError as error:
                raise self._error(row, field, error.reason) from None
            if value is not None:
                record[field] = value
        return record

    def _error(self, row: Mapping[str, Any], field: str, reason: str) -> RowError:
        record = {}
        for name, read in self._fields:
            try:
                record[name] = read(row)
            except CellError:
                continue
        return RowError(field, reason, record)


@dataclass(frozen=True)
class _Candidate:
    """A table of the mapping, and the files it is for."""

    mapping: TableMapping
    names: Sequence[str]
    marks: frozenset[str]
    needs: Sequence[tuple[str, str, int]]
    """Field, column, and the line of the mapping that names them."""

    def is_for(self, source: str, columns: frozenset[str] | None, keys: frozenset[str] | None) -> bool:
        called = _called(source, is_list=columns is None)
        if self.names and not any(_matches(called, name) for name in self.names):
            return False
        # A list without records has no keys; its name shows that it is the right one.
        return keys is None or self.marks <= keys or bool(columns is None and self.names and not keys)

    def missing(self, source: str, columns: frozenset[str]) -> list[Fault]:
        return [
            Fault(line, f"{self.mapping.place}.{field}", f"{source} has no column {column!r}")
            for field, column, line in self.needs
            if column not in columns
        ]


class Feldmapping:
    """A connection's mapping."""

    def __init__(self, document: model.MappingModel, line_of: LineOf, version: str) -> None:
        self.reading = document.reading
        self.version = version
        """Distinguishes this state of the mapping from others, for people, in the run of an export."""
        self.file = ""
        """The mapping file's name, if known; for people."""
        self._candidates = list(_candidates(document, line_of))

    def tables_for(
        self, source: str, columns: Sequence[str] | None, looked_at: Sequence[str] | None = None
    ) -> list[TableMapping]:
        """The tables to read from a file, sheet or list; none if the mapping does not mean it.

        `columns`: the names in its header line; None for a JSON list, whose records may lack keys.
        `looked_at`: the keys of a list's first records; None: unknown.

        Raises:
            ColumnMissingError: the mapping means this file, but names columns that it lacks.
        """
        there = None if columns is None else frozenset(columns)
        told = looked_at if columns is None else columns
        keys = None if told is None else frozenset(told)
        meant = [candidate for candidate in self._candidates if candidate.is_for(source, there, keys)]
        faults = [] if there is None else [it for found in meant for it in found.missing(source, there)]
        if faults:
            raise ColumnMissingError(faults)
        return [candidate.mapping for candidate in meant]

    def completing(self, section: str) -> list[str]:
        """The names (`named`) of the tables that supplement others of a section."""
        tables = [candidate.mapping for candidate in self._candidates]
        return [it.named for it in tables if it.section == section and it.completes and not it.deleted]


def _called(source: str, *, is_list: bool) -> set[str]:
    """All names of a file, sheet or list: with and without folders, for a sheet or list also its own."""
    called = {source, source.rpartition("/")[2], source.rpartition("#")[2]}
    return called | {source.rpartition(".")[2]} if is_list else called


def _matches(called: set[str], pattern: str) -> bool:
    # Only `*` is a pattern here, none of the other characters of file patterns.
    exact = _OTHER_SIGNS.sub(r"[\g<0>]", pattern.casefold())
    return any(fnmatchcase(name.casefold(), exact) for name in called)


def _candidates(document: model.MappingModel, line_of: LineOf) -> Iterable[_Candidate]:
    tables: Mapping[str, Sequence[model.EinheitTable | model.MieterTable | model.MietvertragTable]] = {
        "verwaltungseinheiten": document.verwaltungseinheiten,
        "mieter": document.mieter,
        "mietvertraege": document.mietvertraege,
    }
    for section, of_section in tables.items():
        is_completed = any(table.completes for table in of_section)
        for number, table in enumerate(of_section):
            place = (section, number)
            needs = [
                (".".join(where), column, line_of((*place, *where)))
                for where, part in _parts(table)
                for column in columns_of(part)
            ]
            repeats = table.repeats or is_completed
            mapping = TableMapping(section, table, table.fields, f"{section}[{number}]", repeats=repeats)
            yield _Candidate(mapping, table.from_, frozenset(table.columns), needs)


def _parts(
    table: "model.EinheitTable | model.MieterTable | model.MietvertragTable",
) -> Iterable[tuple[tuple[str, ...], object]]:
    yield (FILTER,), table.filter
    for name, value in _set_fields(table.fields):
        if isinstance(value, Part) and name == "verwaltungseinheit":
            for inner, part in _set_fields(value):
                yield ("fields", name, inner), part
        else:
            yield ("fields", name), value


def _set_fields(fields: Part) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, value in fields if value is not None)


def _readers(fields: Part) -> Iterable[tuple[str, ValueOf]]:
    for name, value in _set_fields(fields):
        if isinstance(value, model.EinheitsnummerFields):
            yield name, _unit(value_of(value.wirtschaftseinheit), value_of(value.nummer))
        elif isinstance(value, tuple):
            yield name, values_of(value)
        elif name in _COORDINATES:
            yield name, _coordinate(value_of(value))
        else:
            yield name, value_of(value)


def _unit(wirtschaftseinheit: ValueOf, nummer: ValueOf) -> ValueOf:
    return lambda row: {"wirtschaftseinheit": wirtschaftseinheit(row), "nummer": nummer(row)}


def _coordinate(read: ValueOf) -> ValueOf:
    def run(row: Any) -> Any:
        value = read(row)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        number = coordinate(value.strip())
        if number is None:
            raise CellError(NOT_A_NUMBER)
        return number

    return run
