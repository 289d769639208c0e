"""Mappings for tests, written as short as they can be."""

from collections.abc import Mapping, Sequence
from textwrap import dedent
from typing import Any

import pytest
from kiwi_extract.feldmapping.faults import FeldmappingError
from kiwi_extract.feldmapping.feldmapping import Feldmapping, TableMapping
from kiwi_extract.feldmapping.parsing import parse_feldmapping


def mapping(text: str) -> Feldmapping:
    """A mapping, written without its version."""
    return parse_feldmapping("version: 1\n" + dedent(text))


def table(text: str) -> TableMapping:
    """The only table of a mapping."""
    [only] = mapping(text).tables_for("any.csv", None)
    return only


def field(value: str, row: Mapping[str, Any], name: str = "email") -> Any:
    """The value of a row by a YAML expression in one line."""
    fields = f"{{mandant: M, nummer: N, {name}: {value}}}"
    record = table(f"mieter: [{{fields: {fields}}}]").record({"M": "1", "N": "2", **row})
    assert record is not None
    return record.get(name)


def faults(text: str) -> Sequence[str]:
    """All faults of a mapping's text, as people read them."""
    with pytest.raises(FeldmappingError) as caught:
        parse_feldmapping(dedent(text))
    return [str(fault) for fault in caught.value.faults]
