"""Values and conditions of a mapping as functions of a row: built once, cheap for each row."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kiwi_sync.erp.fields import is_blank

from kiwi_extract.feldmapping import value_model as model
from kiwi_extract.feldmapping.faults import BadCell, CellError
from kiwi_extract.feldmapping.steps import as_text, through

Row = Mapping[str, Any]
ValueOf = Callable[[Any], Any]
ValuesOf = Callable[[Any], list[Any]]
Admits = Callable[[Any], bool]


def value_of(value: model.Value) -> ValueOf:
    """The reader of a value from a row. The function raises CellError if a step cannot go on."""
    if isinstance(value, str):
        return _column(value)
    if isinstance(value, model.ConstantValue):
        constant = value.constant
        return lambda _: constant
    if isinstance(value, model.ListValue):
        # Its steps come first: a value they make blank is not chosen.
        many = _many(value)
        return lambda row: _first(many(row))
    read = _read(value)
    if not value.then:
        return read
    run = through(value.then)
    return lambda row: run(as_text(read(row)))


def values_of(items: Sequence[model.Values]) -> ValuesOf:
    """The reader of all values of a list field from a row; blank ones are left out."""
    readers = [_many(item) for item in items]

    def read(row: Any) -> list[Any]:
        return [value for reader in readers for value in reader(row) if not is_blank(value)]

    return read


def admits(condition: model.Condition) -> Admits:
    """The test whether a row meets a condition."""
    if isinstance(condition, model.AllOf):
        tests = [admits(part) for part in condition.all_]
        return lambda row: all(test(row) for test in tests)
    if isinstance(condition, model.AnyOf):
        tests = [admits(part) for part in condition.any_]
        return lambda row: any(test(row) for test in tests)
    return _test(condition)


def columns_of(part: object) -> Iterator[str]:
    """The columns that a part of a mapping needs; for a JSON record, the keys it may have."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, model.ColumnValue):
        yield from () if part.optional else (part.column,)
    elif isinstance(part, model.Test):
        yield from () if part.column is None else (part.column,)
    else:
        for inner in _inner(part):
            yield from columns_of(inner)


def _inner(part: object) -> Sequence[object]:
    match part:
        case tuple():
            return part
        case model.JoinValue(join=parts) | model.FirstValue(first=parts):
            return parts
        case model.AllOf(all_=conditions) | model.AnyOf(any_=conditions):
            return conditions
        case model.EachValue(each=value):
            return [value]
    return ()


def _read(value: model.Value) -> ValueOf:
    if isinstance(value, model.ColumnValue):
        return _column(value.column)
    if isinstance(value, model.PathValue):
        return _path(value.path)
    if isinstance(value, model.JoinValue):
        return _join(value)
    if isinstance(value, model.FirstValue):
        readers = [value_of(part) for part in value.first]
        return lambda row: _first(reader(row) for reader in readers)
    raise TypeError(type(value))


def _column(name: str) -> ValueOf:
    return lambda row: _readable(row.get(name))


def _readable(value: Any) -> Any:
    if type(value) is BadCell:
        raise CellError(value.reason)
    return value


def _path(path: str) -> ValueOf:
    keys = path.split(".")

    def read(row: Any) -> Any:
        for key in keys:
            row = _inside(row, key)
        return _readable(row)

    return read


def _inside(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isascii() and key.isdigit() and len(key) < 7:
        return value[int(key)] if int(key) < len(value) else None
    return None


def _join(join: model.JoinValue) -> ValueOf:
    readers = [value_of(part) for part in join.join]
    separator, skips = join.separator, join.skip_blanks

    def read(row: Any) -> str:
        parts = [as_text(reader(row)) for reader in readers]
        if skips:
            parts = [part for part in parts if part]
        return separator.join(parts) if all(parts) else ""

    return read


def _first(values: Iterable[Any]) -> Any:
    for value in values:
        text = as_text(value)
        if text:
            return value
    return None


def _items(value: model.ListValue) -> Callable[[Any], Iterator[Any]]:
    path = _path(value.list_)
    meets = admits(value.where) if value.where is not None else None
    take = _path(value.take) if value.take is not None else None

    def read(row: Any) -> Iterator[Any]:
        found = path(row)
        for item in found if isinstance(found, list) else ():
            if meets is None or (isinstance(item, dict) and meets(item)):
                yield take(item) if take else item

    return read


def _many(item: model.Values) -> Callable[[Any], Iterable[Any]]:
    if isinstance(item, model.EachValue):
        cell, at, run = value_of(item.each), item.at, through(item.then)
        return lambda row: [run(part.strip()) for part in as_text(cell(row)).split(at)]
    if isinstance(item, model.ListValue):
        items, run = _items(item), through(item.then)
        if not item.then:
            return items
        return lambda row: (run(as_text(value)) for value in items(row))
    one = value_of(item)
    return lambda row: [one(row)]


def _test(test: model.Test) -> Admits:
    read = _column(test.column) if test.column is not None else _path(str(test.path))
    run = through(test.then)
    if test.empty is not None:
        wanted = test.empty
        return lambda row: (not run(as_text(read(row)))) == wanted
    if test.is_ is not None or test.in_ is not None:
        allowed = _texts([test.is_] if test.is_ is not None else test.in_)
        return lambda row: run(as_text(read(row))) in allowed
    refused = _texts([test.is_not] if test.is_not is not None else test.not_in)
    return lambda row: run(as_text(read(row))) not in refused


def _texts(values: Sequence[str] | None) -> frozenset[str]:
    return frozenset(value.strip() for value in values or ())
